// Writes schema/*.json from the questions. Run it after a question has changed: node scripts/schema.mjs
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = await mkdtemp(join(tmpdir(), 'schema-'))
try {
  const outfile = join(folder, 'schemas.cjs')
  const entry = join(root, 'scripts/schemas.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
  const { schemas } = (await import(pathToFileURL(outfile))).default
  await mkdir(join(root, 'schema'), { recursive: true })
  for (const [file, schema] of Object.entries(await schemas())) {
    await writeFile(join(root, 'schema', file), `${JSON.stringify(schema, null, 2)}\n`)
    process.stdout.write(`schema/${file}\n`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
