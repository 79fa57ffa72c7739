import { remember, sandboxId } from './id.ts'
import { ensureImage, type Progress } from './image.ts'
import { createReality, type Reality, type RealityGround } from './reality.ts'
import { findRuntime } from './runtime.ts'

export interface OpenOptions extends Pick<RealityGround, 'world' | 'save' | 'speed' | 'ports' | 'keepPort'> {
  /** Folder of the sandbox's data; nothing: in memory, and then `purge` belongs to closing. */
  data: string | undefined
  env: NodeJS.ProcessEnv
}

/**
 * Everything that `--machines container` needs, made ready before anyone waits for a server: finds Podman or Docker
 * and builds the machine image if it is not there (minutes, at the first time). Throws a Problem that says what is missing.
 */
export async function prepareContainers(
  env: NodeJS.ProcessEnv,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  await ensureImage(await findRuntime(env), { env, ...(onProgress && { onProgress }) })
}

/** Makes the machines of a sandbox real. */
export async function openReality({ data, env, ...ground }: OpenOptions): Promise<Reality> {
  const runtime = await findRuntime(env)
  const image = await ensureImage(runtime, { env })
  const sandbox = sandboxId(data)
  if (data) remember(sandbox, data, env)
  return await createReality({ ...ground, runtime, image, sandbox })
}
