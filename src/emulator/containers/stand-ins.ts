import { createHash } from 'node:crypto'
import { imagesOf } from '../../base/dockerfile.ts'
import { Exit, Problem } from '../../base/errors.ts'
import { type ImageOptions, imageOnce, makeImage } from './build.ts'
import { ensureBase } from './image.ts'
import { programText } from './programs.ts'
import { ulimitFlags } from './rights.ts'
import type { Runtime } from './runtime.ts'

/** An image made of Debian's packages that stands for official ones. */
type StandIn = 'debian' | 'nginx' | 'python'

/** Every stand-in carries it, and every image that was built from one. */
export const standInLabel = 'stackwright.stand-in=true'

/** Debian 12 has Python 3.11. Its nginx is 1.22, so only names that promise no version. */
const standIns: Record<string, StandIn> = {
  'debian:bookworm': 'debian',
  'debian:bookworm-slim': 'debian',
  'debian:12': 'debian',
  'debian:12-slim': 'debian',
  'python:3.11': 'python',
  'python:3.11-slim': 'python',
  'python:3.11-bookworm': 'python',
  'python:3.11-slim-bookworm': 'python',
  nginx: 'nginx',
  'nginx:latest': 'nginx',
  'nginx:bookworm': 'nginx',
}

/** What the image does when nothing else is asked of it, as the official one. */
const settings: Record<StandIn, string[]> = {
  debian: ['CMD ["bash"]'],
  nginx: ['CMD ["nginx", "-g", "daemon off;"]', 'EXPOSE 80', 'STOPSIGNAL SIGQUIT'],
  // Set to nothing, it wins over a default of the Dockerfile's own: which versions there are is Debian's choice.
  python: ['CMD ["python3"]', 'ENV PIP_CONSTRAINT='],
}

/** What an application's image is made of, for the stand-ins of Python: they have it already. */
export interface Contents {
  /** Debian packages of what it asks apt and pip for. */
  debian: readonly string[]
  /** What Debian does not have, or not whole, as requirements of pip: from the index, when the stand-in is made. */
  index: readonly string[]
}

export interface Bases {
  /** The official images that stand-ins take the place of, as the Dockerfile names them. */
  replaced: string[]
  /** Flags of `podman build`, with which it pulls nothing. */
  flags: string[]
}

/**
 * Makes sure that everything a Dockerfile starts from is there, without any registry of images. Throws a Problem that
 * names the images without a stand-in, or says what could not be made.
 */
export async function standInBases(
  runtime: Runtime,
  dockerfile: string,
  contents: Contents,
  options: ImageOptions = {},
): Promise<Bases> {
  const replaced = imagesWithStandIn(dockerfile)
  const flags = ['--pull=never', ...runtime.runFlags, ...ulimitFlags({ userNamespaces: false })]
  for (const image of replaced) {
    const name = await ensureStandIn(runtime, standInFor(image)!, contents, options)
    // Under the official name it would also stand in for builds that have nothing to do with us.
    flags.push('--build-context', `${image}=container-image://${name}`)
  }
  return { replaced, flags }
}

/** The images that a Dockerfile takes from outside. Throws a Problem (exit 4) that names those without a stand-in. */
export function imagesWithStandIn(dockerfile: string): string[] {
  const images = imagesOf(dockerfile)
  const others = images.filter(image => !standInFor(image))
  if (others.length === 0) return images
  throw new Problem({
    what: 'The application’s image cannot be built here: its Dockerfile starts from images that this sandbox does not have.',
    list: others,
    why: 'The sandbox pulls no images. It makes stand-ins of Debian’s packages, and Debian 12 has none of these versions.',
    next: `Start from one of these: ${Object.keys(standIns).join(', ')}. Or try the Dockerfile in the real cloud.`,
    exit: Exit.preflight,
  })
}

function standInFor(image: string): StandIn | undefined {
  const name = image.replace(/^(docker\.io\/)?(library\/)?/, '')
  return Object.hasOwn(standIns, name) ? standIns[name] : undefined
}

async function ensureStandIn(
  runtime: Runtime,
  kind: StandIn,
  contents: Contents,
  options: ImageOptions,
): Promise<string> {
  const own = kind === 'python' ? [...contents.debian, '--', ...contents.index] : []
  const script = programText('install-packages.sh') + programText(`stand-in-${kind}.sh`)
  const recipe = createHash('sha256')
    .update([kind, ...own, ...settings[kind], script].join('\n'))
    .digest('hex')
  const name = `localhost/stackwright-stand-in:${kind}-${recipe.slice(0, 12)}`
  const image = { name, called: `stand-in for the image ${kind}` }
  return await imageOnce(runtime, { ...image, lock: `stand-in-${kind}` }, options, async () => {
    const base = await ensureBase(runtime, options.env ?? process.env, text =>
      options.onProgress?.({ part: 'base', text }),
    )
    const made = {
      ...image,
      maker: name.replace(/^.*:/, 'stackwright-stand-in-'),
      script,
      packages: own,
      doing: `Making a stand-in for the image ${kind} of Debian’s packages.`,
      label: standInLabel,
      flags: indexFlags(options.env ?? process.env),
      settings: settings[kind],
    }
    await makeImage(runtime, base, made, options)
  })
}

/** What pip is told about the index on this computer. */
function indexFlags(env: NodeJS.ProcessEnv): string[] {
  const told = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST', 'PIP_CERT'].filter(name => env[name])
  const authority = env.PIP_CERT ? ['--volume', `${env.PIP_CERT}:${env.PIP_CERT}:ro`] : []
  return [...told.flatMap(name => ['--env', `${name}=${env[name]}`]), ...authority]
}
