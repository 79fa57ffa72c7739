import type { Issued } from '../authority.ts'
import type { Operation } from '../model.ts'
import { ensureAwsImage } from './aws/image.ts'
import { type AwsReality, createAwsReality } from './aws/reality.ts'
import { awsId, remember, sandboxId } from './id.ts'
import { ensureImage, type Progress } from './image.ts'
import { createReality, type RealityGround } from './reality.ts'
import { findRuntime } from './runtime.ts'

export interface OpenOptions extends Pick<RealityGround, 'world' | 'save' | 'speed' | 'ports' | 'keepPort'> {
  /** Folder of the sandbox's data; nothing: in memory, and then `purge` belongs to closing. */
  data: string | undefined
  env: NodeJS.ProcessEnv
  /** The local port of the embedded cloud's API, for the machines of AWS. */
  apiPort(): number
  /** Certificates for load balancers that speak TLS. */
  issue(names: string[]): Issued
}

/** What makes both clouds' machines real. */
export interface BothRealities {
  alicloud(all: Record<string, Operation>): Record<string, Operation>
  /** Opened by the first who wants it, since it has an image of its own: the first time that takes minutes. */
  aws(all: Record<string, Operation>): Promise<Record<string, Operation>>
  /** The local address that answers for a load balancer's address or name. */
  reach(host: string, port: number): Promise<string | undefined>
  /** What does not work and is tried again. */
  troubles(): string[]
  /** Looks at nothing any more; the machines go on. */
  close(): Promise<void>
  /** After `close`: removes every container and network of this sandbox. */
  purge(): Promise<void>
}

/** The clouds whose machines have an image of their own. */
export type CloudName = 'alicloud' | 'aws'

/**
 * Everything that `--machines container` needs, made ready before anyone waits for a server: finds Podman or Docker
 * and builds the cloud's machine image if it is not there (minutes, at the first time). Throws a Problem that says what
 * is missing.
 */
export async function prepareContainers(
  env: NodeJS.ProcessEnv,
  onProgress?: (progress: Progress) => void,
  cloud: CloudName = 'alicloud',
): Promise<void> {
  const options = { env, ...(onProgress && { onProgress }) }
  await (cloud === 'aws' ? ensureAwsImage : ensureImage)(await findRuntime(env), options)
}

/** Makes the machines of a sandbox real. */
export async function openRealities(options: OpenOptions): Promise<BothRealities> {
  const { data, env, apiPort, issue, ...ground } = options
  const runtime = await findRuntime(env)
  const image = await ensureImage(runtime, { env })
  const sandbox = sandboxId(data)
  if (data) remember(sandbox, data, env)
  const alicloud = await createReality({ ...ground, runtime, image, sandbox })
  let opened: AwsReality | undefined
  const aws = once(async () => {
    const image = await ensureAwsImage(runtime, { env })
    opened = await createAwsReality({ ...ground, runtime, image, sandbox: awsId(sandbox), apiPort, issue })
    return opened
  })
  const all = () => (opened ? [alicloud, opened] : [alicloud])
  return {
    alicloud: alicloud.operations,
    aws: async operations => (await aws()).operations(operations),
    reach: async (host, port) => (await alicloud.reach(host, port)) ?? (await opened?.reach(host, port)),
    troubles: () => all().flatMap(one => one.troubles()),
    async close() {
      await Promise.all(all().map(one => one.close()))
    },
    async purge() {
      await Promise.all(all().map(one => one.purge()))
    },
  }
}

/** What failed is tried anew by the next who wants it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch(error => {
      made = undefined
      throw error
    })
    return made
  }
}
