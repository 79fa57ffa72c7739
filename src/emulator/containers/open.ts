import type { JsonObject } from '../../base/json.ts'
import type { Operation } from '../world/model.ts'
import { createAlicloudReconciler } from './alicloud/reconciler.ts'
import type { AwsReconcilerDeps } from './aws/context.ts'
import { ensureAwsImage } from './aws/image.ts'
import { createAwsReconciler } from './aws/reconciler.ts'
import type { ImageOptions, MachinePackages } from './build.ts'
import { awsId, remember, sandboxId } from './id.ts'
import { ensureImage } from './image.ts'
import type { Reconciler } from './lifecycle.ts'
import { rightsReport } from './rights.ts'
import { findRuntime } from './runtime.ts'

/** What opening needs of the server. */
export interface OpenOptions extends Omit<AwsReconcilerDeps, 'runtime' | 'image' | 'sandbox'> {
  /** Folder of the sandbox's data; nothing: in memory, and then `purge` belongs to closing. */
  data: string | undefined
  env: NodeJS.ProcessEnv
  machinePackages?: MachinePackages | undefined
}

/** The reconcilers of both clouds, as one. */
export interface Reconcilers extends Pick<Reconciler, 'reach' | 'troubles' | 'close' | 'purge'> {
  /** What its containers may do, for `sandbox status`. */
  rights: JsonObject
  alicloud(all: Record<string, Operation>): Record<string, Operation>
  /** Opens AWS, whose image takes minutes the first time. To be called once; again only when it failed. */
  aws(all: Record<string, Operation>): Promise<Record<string, Operation>>
}

/** The clouds whose machines have an image of their own. */
export type CloudName = 'alicloud' | 'aws'

/**
 * Everything that `--machines container` needs, made ready before anyone waits for a server: finds Podman
 * and builds the cloud's machine image if it is not there (minutes, at the first time). Throws a Problem that says what
 * is missing.
 */
export async function prepareContainers(
  options: ImageOptions & { env: NodeJS.ProcessEnv },
  cloud: CloudName = 'alicloud',
): Promise<void> {
  await (cloud === 'aws' ? ensureAwsImage : ensureImage)(await findRuntime(options.env), options)
}

/**
 * Starts the containers of a sandbox: from here on they follow its world. Throws a Problem without Podman, or
 * when the machine image cannot be built.
 */
export async function openReconcilers(options: OpenOptions): Promise<Reconcilers> {
  const { data, env, machinePackages, apiPort, issue, authority, ...rest } = options
  const runtime = await findRuntime(env)
  const image = await ensureImage(runtime, { env, machinePackages })
  const sandbox = sandboxId(data)
  if (data) remember(sandbox, data, env)
  const alicloud = await createAlicloudReconciler({ ...rest, runtime, image, sandbox })
  let opened: Reconciler | undefined
  const all = () => (opened ? [alicloud, opened] : [alicloud])
  return {
    rights: rightsReport(runtime.rights),
    alicloud: alicloud.operations,
    async aws(operations) {
      const image = await ensureAwsImage(runtime, { env, machinePackages })
      opened = await createAwsReconciler({
        ...{ ...rest, runtime, image, sandbox: awsId(sandbox) },
        ...{ apiPort, issue, authority },
      })
      return opened.operations(operations)
    },
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
