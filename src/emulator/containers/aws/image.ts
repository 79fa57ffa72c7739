import { createHash } from 'node:crypto'
import { type ImageOptions, imageOnce, type MachinePackages, makeImage } from '../build.ts'
import { ensureImage } from '../image.ts'
import { programText } from '../programs.ts'
import type { Runtime } from '../runtime.ts'

/** The name of the machine image for AWS that this version of the program wants. */
export function awsImageName(base: string, { aws = [] }: MachinePackages = {}): string {
  const recipe = createHash('sha256')
    .update([base, ...aws, script()].join('\n'))
    .digest('hex')
    .slice(0, 12)
  return `localhost/stackwright-machine:aws-${recipe}`
}

/**
 * Makes sure that the image for AWS machines is there: the first image and more of Debian's packages, so that stacks
 * without AWS need not wait for it. Returns its name. Throws a Problem that says what is missing to build it.
 */
export async function ensureAwsImage(runtime: Runtime, options: ImageOptions = {}): Promise<string> {
  const base = await ensureImage(runtime, options)
  const image = { name: awsImageName(base, options.machinePackages), called: 'machine image for AWS' }
  const made = {
    ...image,
    maker: image.name.replace(/^.*:/, 'stackwright-image-'),
    script: script(),
    packages: options.machinePackages?.aws ?? [],
    doing: 'Installing MariaDB, Redis, HAProxy, a registry and what the setups ask for, for machines of AWS.',
  }
  return await imageOnce(runtime, { ...image, lock: 'image-aws' }, options, () =>
    makeImage(runtime, base, made, options),
  )
}

function script(): string {
  return programText('install-packages.sh') + programText('aws-image.sh')
}
