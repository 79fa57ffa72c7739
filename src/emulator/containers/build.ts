import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Exit, Problem } from '../../base/errors.ts'
import { acquire, type Lease } from '../../base/lock.ts'
import { ulimitFlags } from './rights.ts'
import type { Runtime } from './runtime.ts'

/** A step of building an image. */
export interface Progress {
  /** Which part of the build: they come in this order. */
  part: 'base' | 'packages' | 'save'
  /** A sentence. */
  text: string
}

/** Debian packages, by cloud, that the setups of machines will ask for: these have them already. */
export type MachinePackages = Partial<Record<'alicloud' | 'aws', readonly string[]>>

/** What images are built with; `env` decides about the cache folder. */
export interface ImageOptions {
  env?: NodeJS.ProcessEnv
  machinePackages?: MachinePackages | undefined
  onProgress?: (progress: Progress) => void
}

/** An image that a script makes from another one. */
export interface Recipe {
  name: string
  /** As in "The machine image could not be built". */
  called: string
  /** Of the container that becomes the image. */
  maker: string
  /** Runs as root in the base; stdin of `bash`. */
  script: string
  /** The script's arguments. */
  packages: readonly string[]
  /** What is being installed; a sentence. */
  doing: string
  label?: string
  /** More flags of `podman run`, for the script. */
  flags?: readonly string[]
  /** Lines of a Dockerfile about how containers of it run. Left out: as a machine, with systemd. */
  settings?: readonly string[]
}

const machine = ['CMD ["/sbin/init"]']

/** Whether the image is on this computer. */
export async function hasImage(runtime: Runtime, name: string): Promise<boolean> {
  return (await runtime.run(['image', 'inspect', name])).code === 0
}

/**
 * Builds an image unless it is there. A second caller waits for the first: two builds at once would only take
 * twice as long; a build whose process died loses its lock. `lock`: the lock's folder, in our cache.
 */
export async function imageOnce(
  runtime: Runtime,
  { name, called, lock }: Pick<Recipe, 'name' | 'called'> & { lock: string },
  { env = process.env }: ImageOptions,
  make: () => Promise<void>,
): Promise<string> {
  if (await hasImage(runtime, name)) return name
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const lease = await lockBuild(join(cache, 'stackwright', lock), `build the ${called}`)
  try {
    if (!(await hasImage(runtime, name))) await make()
  } finally {
    await lease.release()
  }
  return name
}

/** Runs the recipe's script in the base and saves the result as an image. Throws a Problem with what failed. */
export async function makeImage(
  runtime: Runtime,
  base: string,
  { name, called, maker, script, packages, doing, label, flags: more = [], settings = machine }: Recipe,
  { onProgress }: ImageOptions,
): Promise<void> {
  await runtime.run(['rm', '--force', maker])
  try {
    onProgress?.({ part: 'packages', text: doing })
    const labels = label === undefined ? [] : ['--label', label]
    const flags = [
      '--interactive',
      '--name',
      maker,
      '--network',
      'host',
      ...labels,
      ...runtime.runFlags,
      ...ulimitFlags({ userNamespaces: false }),
      ...more,
    ]
    await runtime.must(`The ${called} could not be built.`, ['run', ...flags, base, 'bash', '-s', '--', ...packages], {
      input: script,
      timeout: 15 * 60_000,
    })
    onProgress?.({ part: 'save', text: `Saving the ${called}.` })
    const changes = [...(label === undefined ? [] : [`LABEL ${label}`]), ...settings].flatMap(line => [
      '--change',
      line,
    ])
    await runtime.must(`The ${called} could not be saved.`, ['commit', ...changes, maker, name], { timeout: 600_000 })
  } finally {
    await runtime.run(['rm', '--force', maker])
  }
}

async function lockBuild(folder: string, work: string): Promise<Lease> {
  const until = Date.now() + 20 * 60_000
  for (;;) {
    try {
      return await acquire(folder, work)
    } catch (error) {
      const busy = error instanceof Problem && error.exit === Exit.locked
      if (!busy || Date.now() > until) throw error
      await wait(1_000)
    }
  }
}
