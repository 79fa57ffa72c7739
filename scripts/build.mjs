// Bundles the program with everything it needs into dist/, so that the package installs without dependencies.
// Two passes: the command line as one small CommonJS file that starts quickly, and whatever it loads on demand as
// ES modules that share their chunks.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Builds into `dist`; answers the files written. Files of earlier builds go once they are older than `keepMs`: a run
 * that began before this build may still load them.
 */
export async function buildAll(dist = join(root, 'dist'), keepMs = 15 * 60_000) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20.17',
    absWorkingDir: root,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { STACKWRIGHT_VERSION: JSON.stringify(version) },
  }
  await mkdir(dist, { recursive: true })
  const onDemand = new Set()
  const cli = await build({
    ...common,
    entryPoints: [join(root, 'src/cli.ts')],
    outfile: join(dist, 'cli.cjs'),
    format: 'cjs',
    minify: true,
    plugins: [loadOnDemand(onDemand), withoutSubprograms],
  })
  const rest = await build({
    ...common,
    entryPoints: [...onDemand],
    outbase: join(root, 'src'),
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    // CommonJS packages inside the bundle ask for Node's own modules with require().
    banner: { js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);" },
    plugins: [withoutDeprecatedUrl, onlyWhatIsCalled],
  })
  const metafiles = [cli.metafile, rest.metafile]
  await writeFile(join(dist, 'THIRD-PARTY.txt'), await licences(metafiles))
  const written = new Set(metafiles.flatMap(meta => Object.keys(meta.outputs).map(file => resolve(root, file))))
  // bin/ prints this instead of loading the program.
  await writeFile(join(dist, 'help.txt'), rendered(join(dist, 'cli.cjs'), ['--help']))
  for (const name of ['THIRD-PARTY.txt', 'help.txt']) written.add(join(dist, name))
  await removeOthers(dist, written, keepMs)
  return [...written]
}

/** What the built command prints; it has no terminal here, so it takes 80 columns. */
function rendered(cli, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the built command failed: ${stderr}`)
  return stdout
}

/** `import('./x.ts')` in the command line stays an import, of the ES module that the second pass makes of it. */
function loadOnDemand(found) {
  return {
    name: 'load-on-demand',
    setup(builder) {
      builder.onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const file = resolve(resolveDir, path)
        found.add(file)
        return { path: './' + relative(join(root, 'src'), file).replace(/\.ts$/, '.js'), external: true }
      })
    },
  }
}

/** The parser can start other programs as sub-commands. We have none, and loading what it would need takes a tenth of the start-up. */
const withoutSubprograms = {
  name: 'without-subprograms',
  setup(builder) {
    builder.onResolve({ filter: /^node:child_process$/ }, () => ({ path: 'none', namespace: 'nothing' }))
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}

/**
 * Two bundled packages parse addresses with Node's old `url.parse`, whose deprecation warning would reach the user's
 * screen. Inside the bundle they get the same fields from the standard parser.
 */
const withoutDeprecatedUrl = {
  name: 'without-deprecated-url',
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?url$/ }, ({ kind, importer }) =>
      kind === 'require-call' && importer.includes('node_modules') ? { path: 'url', namespace: 'our-url' } : undefined,
    )
    builder.onLoad({ filter: /.*/, namespace: 'our-url' }, () => ({
      contents: `
        export const { URL, URLSearchParams, fileURLToPath, pathToFileURL } = globalThis.process.getBuiltinModule
          ? process.getBuiltinModule('node:url') : require('node:url')
        export function parse(text, query) {
          const at = new URL(text)
          return {
            href: at.href, protocol: at.protocol, slashes: true,
            auth: at.username ? decodeURIComponent(at.username) + ':' + decodeURIComponent(at.password) : null,
            host: at.host, hostname: at.hostname.replace(/^\\[|\\]$/g, ''), port: at.port || null,
            pathname: at.pathname, search: at.search || null, hash: at.hash || null,
            query: query ? Object.fromEntries(at.searchParams) : at.search.slice(1) || null,
            path: at.pathname + at.search,
          }
        }
        export function format(parts) { return typeof parts === 'string' ? parts : parts.href }`,
      loader: 'js',
      resolveDir: root,
    }))
  },
}

/**
 * The provider names the operations of AWS that it calls; the rest of each official client need not be read at every
 * start (of EC2's 1.7 MB a tenth is left). For that it gets the clients as ES modules, whose schemas can be left out one
 * by one once nothing in them looks like a call: `{ [_key]: … }` does, `{ "key": … }` does not. The embedded cloud
 * answers every operation and takes the clients whole, in their other form: what both shared could not be left out.
 */
const onlyWhatIsCalled = {
  name: 'only-what-is-called',
  setup(builder) {
    builder.onResolve({ filter: /^@aws-sdk\/client-[a-z0-9-]+$/ }, ({ path, importer }) =>
      importer.startsWith(join(root, 'src/providers'))
        ? { path: join(root, 'node_modules', path, 'dist-es/index.js'), sideEffects: false }
        : undefined,
    )
    builder.onLoad({ filter: /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      )
      return {
        contents: text.replace(/\[(\w+)\]: /g, (key, name) => (constants.has(name) ? `${constants.get(name)}: ` : key)),
      }
    })
  },
}

/** The licence texts of every package that went into the bundle. */
async function licences(metafiles) {
  const folders = new Set()
  for (const meta of metafiles) {
    for (const output of Object.values(meta.outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
        const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]
        if (folder && bytesInOutput > 0) folders.add(folder)
      }
    }
  }
  const texts = await Promise.all([...folders].sort().map(licence))
  return `This program contains the following packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const file = (await readdir(join(root, folder))).find(entry => /^(licen[cs]e|copying)/i.test(entry))
  const text = file
    ? await readFile(join(root, folder, file), 'utf8')
    : `Licence: ${license} (the package brings no text)`
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}

async function removeOthers(dist, keep, keepMs) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || keep.has(file)) continue
    if (Date.now() - (await stat(file)).mtimeMs >= keepMs) await rm(file, { force: true })
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!existsSync(join(root, 'src/cli.ts'))) throw new Error('run this from a checkout')
  const files = await buildAll(undefined, process.argv.includes('--clean') ? 0 : undefined)
  console.log(`built dist: ${files.length} files`)
}
