import { rm } from 'node:fs/promises'
import { packages as machinePackages } from '../../../src/commands/emulator.ts'
import { ensureAwsImage } from '../../../src/emulator/containers/aws/image.ts'
import { awsId, sandboxId } from '../../../src/emulator/containers/id.ts'
import { findRuntime, type Runtime } from '../../../src/emulator/containers/runtime.ts'
import { serve } from '../../../src/emulator/server/server.ts'
import { emptyFolder } from '../../support/folder.ts'

// The official clients tell every process on Node 20 to update.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

export interface RealAws {
  url: string
  /** The id by which the containers of AWS are found. */
  sandbox: string
  /** The local address that answers for a load balancer's name; nothing as long as none does. */
  reach(host: string, port: number): Promise<string | undefined>
  runtime: Runtime
  /** The authority that signs the load balancers' certificates, PEM. */
  authority: string
  /** Stops the server and starts it again on the same port; the containers run on. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The sandbox's own server, in this process, with machines that really run; `close` removes them. */
export async function serveAws({ speed }: { speed: number }): Promise<RealAws> {
  const runtime = await findRuntime()
  await ensureAwsImage(runtime, { machinePackages })
  const data = await emptyFolder()
  const again = (port?: number) =>
    serve({ speed, data, seed: 1, port, machines: 'container' as const, machinePackages })
  let sandbox = await again()
  const control = async (path: string) => await fetch(new URL(path, sandbox.url))
  return {
    ...{ url: sandbox.url, sandbox: awsId(sandboxId(data)), runtime },
    authority: ((await (await control('/-/authority')).json()) as { certificate: string }).certificate,
    async reach(host, port) {
      const answer = await control(`/-/reach?${new URLSearchParams({ host, port: String(port) })}`)
      return ((await answer.json()) as { url?: string }).url
    },
    async restart() {
      const { port } = sandbox
      await sandbox.close()
      sandbox = await again(port)
    },
    async close() {
      // Without its folder nobody could find what it leaves, so it takes all away with it.
      await rm(data, { recursive: true })
      await sandbox.close()
    },
  }
}
