import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Exit, Problem } from '../../base/errors.ts'
import { hasImage, type ImageOptions, imageOnce, type MachinePackages, makeImage } from './build.ts'
import { lastLines, runProgram } from './command.ts'
import { programText } from './programs.ts'
import type { Runtime } from './runtime.ts'

const suite = 'bookworm'
const recipeLabel = 'stackwright.recipe'

/** The name of the machine image that this version of the program wants. */
export function imageName(packages: MachinePackages = {}): string {
  return `localhost/stackwright-machine:${recipe(packages)}`
}

/**
 * Makes sure that the machine image is there and returns its name: Debian with systemd and the packages that setups ask
 * for, so that machines need no way out of their network. Built once per version of its recipe; who comes while another
 * builds waits for it. Throws a Problem that says what is missing to build it.
 */
export async function ensureImage(runtime: Runtime, options: ImageOptions = {}): Promise<string> {
  const { env = process.env, machinePackages: packages = {}, onProgress } = options
  const image = { name: imageName(packages), called: 'machine image' }
  return await imageOnce(runtime, { ...image, lock: 'image' }, options, async () => {
    const base = await ensureBase(runtime, env, text => onProgress?.({ part: 'base', text }))
    const made = {
      ...image,
      maker: `stackwright-image-${recipe(packages)}`,
      script: script(),
      packages: packages.alicloud ?? [],
      doing: 'Installing what a machine needs, PostgreSQL and what the setups ask for (a minute or two).',
      label: `${recipeLabel}=${recipe(packages)}`,
    }
    await makeImage(runtime, base, made, options)
  })
}

function recipe({ alicloud = [] }: MachinePackages): string {
  return createHash('sha256')
    .update([suite, ...alicloud, script()].join('\n'))
    .digest('hex')
    .slice(0, 12)
}

function script(): string {
  return programText('install-packages.sh') + programText('image.sh')
}

/** Plain Debian: pulled, or built from Debian's packages where no image registry is reachable. */
export async function ensureBase(
  runtime: Runtime,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<string> {
  const name = `localhost/stackwright-base:${suite}`
  if (await hasImage(runtime, name)) return name
  tell('Fetching Debian.')
  const how = env.STACKWRIGHT_IMAGE_FROM ?? ''
  const pulled = how === 'packages' ? undefined : await pull(runtime, name)
  if (pulled === '') return name
  tell('No image registry is reachable: building Debian from its packages (about a minute).')
  await bootstrap(runtime, name, pulled ?? 'not tried, because STACKWRIGHT_IMAGE_FROM is packages')
  return name
}

/** Returns an empty text, or why it did not work. */
async function pull(runtime: Runtime, name: string): Promise<string> {
  const source = `debian:${suite}-slim`
  const ran = await runtime.run(['pull', '--quiet', source], { timeout: 90_000 })
  if (ran.code !== 0) return lastLines(ran.stderr, 1)
  await runtime.must('The base image could not be named.', ['tag', source, name])
  return ''
}

async function bootstrap(runtime: Runtime, name: string, pulled: string): Promise<void> {
  if (!['/usr/sbin/debootstrap', '/usr/bin/debootstrap'].some(place => existsSync(place))) {
    throw new Problem({
      what: 'The machine image could not be built.',
      list: [`Pulling Debian: ${pulled}.`, 'Making it from packages: debootstrap is not installed.'],
      next: 'Install debootstrap (apt-get install debootstrap), or give this machine access to a registry of images.',
      exit: Exit.preflight,
    })
  }
  const folder = await mkdtemp(join(tmpdir(), 'stackwright-image-'))
  try {
    const root = join(folder, 'root')
    const archive = join(folder, 'root.tar')
    await step('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root])
    await step('tar', ['-C', root, '-cf', archive, '.'])
    await runtime.must('The base image could not be imported.', ['import', archive, name], { timeout: 300_000 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function step(program: string, args: string[]): Promise<void> {
  const ran = await runProgram(program, args, { timeout: 15 * 60_000 })
  if (ran.code === 0) return
  throw new Problem({
    what: 'The machine image could not be built from packages.',
    why: `${program} ended with ${ran.code}: ${lastLines(ran.stderr) || lastLines(ran.stdout)}`,
  })
}
