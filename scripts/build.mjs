// Bundles the program with everything it needs into dist/, so that the package installs without dependencies.
// Two passes: the command line as one small CommonJS file that starts quickly, and whatever it loads on demand as
// ES modules that share their chunks. What is unusual about it has a file each in scripts/build/, with its reason, and a
// test in test/packaging/.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundledPackages, holdToList } from './build/bundled.mjs'
import { loadOnDemand } from './build/load-on-demand.mjs'
import { onlyWhatIsCalled } from './build/only-what-is-called.mjs'
import { billOfMaterials } from './build/sbom.mjs'
import { thirdParty } from './build/third-party.mjs'
import { withoutDeprecatedUrl } from './build/without-deprecated-url.mjs'
import { withoutSubprograms } from './build/without-subprograms.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Builds into `dist`; returns the files written. Files of earlier builds go once they are older than `keepMs`: a run
 * that began before this build may still load them.
 */
export async function buildAll(dist = join(root, 'dist'), keepMs = 15 * 60_000) {
  const [product, lock, listed] = await Promise.all(
    ['package.json', 'package-lock.json', 'scripts/build/packages.json'].map(json),
  )
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20.17',
    absWorkingDir: root,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { STACKWRIGHT_VERSION: JSON.stringify(product.version) },
  }
  await mkdir(dist, { recursive: true })
  const onDemand = new Set()
  const cli = await build({
    ...common,
    entryPoints: [join(root, 'src/cli.ts')],
    outfile: join(dist, 'cli.cjs'),
    format: 'cjs',
    minify: true,
    plugins: [loadOnDemand(root, onDemand), withoutSubprograms],
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
    plugins: [withoutDeprecatedUrl, onlyWhatIsCalled(root)],
  })
  const metafiles = [cli.metafile, rest.metafile]
  const packages = await bundledPackages(root, metafiles)
  holdToList(
    listed,
    packages.map(({ folder }) => folder),
  )
  await writeFile(join(dist, 'THIRD-PARTY.txt'), await thirdParty(root, packages))
  const bill = billOfMaterials(product, packages, lock)
  await writeFile(join(dist, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
  const written = new Set(metafiles.flatMap(meta => Object.keys(meta.outputs).map(file => resolve(root, file))))
  // bin/ prints this instead of loading the program.
  await writeFile(join(dist, 'help.txt'), rendered(join(dist, 'cli.cjs'), ['--help']))
  for (const name of ['THIRD-PARTY.txt', 'sbom.cdx.json', 'help.txt']) written.add(join(dist, name))
  await removeOthers(dist, written, keepMs)
  return [...written]
}

async function json(file) {
  return JSON.parse(await readFile(join(root, file), 'utf8'))
}

/** What the built command prints; it has no terminal here, so it takes 80 columns. */
function rendered(cli, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the built command failed: ${stderr}`)
  return stdout
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
