import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { openAuthority } from '../../src/sandbox/authority.ts'
import { createAwsApi } from '../../src/sandbox/aws/api.ts'
import { inventoryOf } from '../../src/sandbox/aws/inventory.ts'
import { operations } from '../../src/sandbox/aws/operations.ts'
import { ensureAwsImage } from '../../src/sandbox/containers/aws/image.ts'
import { type AwsReality, createAwsReality } from '../../src/sandbox/containers/aws/reality.ts'
import { findRuntime, type Runtime } from '../../src/sandbox/containers/runtime.ts'
import { createCallLog } from '../../src/sandbox/control.ts'
import { createFaults, parseFaults } from '../../src/sandbox/faults.ts'
import { closeServer, listen } from '../../src/sandbox/front.ts'
import { createHttp } from '../../src/sandbox/http.ts'
import { createJournal } from '../../src/sandbox/journal.ts'
import { openStore } from '../../src/sandbox/store.ts'
import { createWorld, type LiveWorld } from '../../src/sandbox/world.ts'

// The official clients tell every process on Node 20 to update.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

export interface RealAws {
  url: string
  sandbox: string
  world: LiveWorld
  reality: AwsReality
  runtime: Runtime
  /** The authority that signs the load balancers' certificates, PEM. */
  authority: string
  close(): Promise<void>
}

/** The embedded AWS as the sandbox's server puts it together, with real machines; `close` removes them. */
export async function serveAws(options: { speed: number; file?: string; sandbox?: string }): Promise<RealAws> {
  const { speed, sandbox = `test${randomBytes(4).toString('hex')}aws` } = options
  const runtime = await findRuntime()
  const image = await ensureAwsImage(runtime)
  const store = openStore(options.file, { speed, seed: 1 })
  const world = createWorld(store.saved.world, speed)
  const save = createJournal(store, world)
  save({ clock: true })
  const { ports, tokens } = store.saved
  const keepPort = (name: string, port: number) => {
    ports.set(name, port)
    save({ port: [name, port] })
  }
  const authority = openAuthority()
  const reality = await createAwsReality({
    ...{ world, save: () => save(), sandbox, runtime, image, speed, ports, keepPort },
    apiPort: () => (server.address() as AddressInfo).port,
    issue: names => authority.issue(names),
  })
  const faults = createFaults(parseFaults(''))
  const ground = { world, operations: reality.operations(operations), tokens, env: {}, faults: () => faults, save }
  const api = createAwsApi(ground)
  const log = createCallLog()
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const server = createHttp(
    async raw => {
      const reply = await api(raw)
      log.add(reply)
      return reply
    },
    {
      status: () => ({
        ...{ url: url(), pid: process.pid, speed, machines: 'container', faults: '', now: world.date(world.now()) },
        ...{ calls: 0, defects: log.defects(), troubles: reality.troubles() },
      }),
      inventory: () => inventoryOf(world).map(thing => ({ ...thing })),
      calls: log.counts,
      log: log.last,
      setFaults: () => undefined,
      reach: reality.reach,
      authority: () => authority.certificate,
      stop: () => undefined,
    },
  )
  await listen(server, 0)
  return {
    ...{ url: url(), sandbox, world, reality, runtime, authority: authority.certificate },
    async close() {
      await closeServer(server)
      await reality.close()
      await reality.purge()
      store.close()
    },
  }
}
