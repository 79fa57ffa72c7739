// Writes what follows from the questions: schema/*.json, and the tables of the guides. Run it after a question has
// changed: node scripts/schema.mjs
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = await mkdtemp(join(tmpdir(), 'schema-'))
try {
  await build({
    entryPoints: ['schemas', 'guides'].map(name => join(root, `scripts/${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
  await writeSchemas(await load('schemas'))
  await writeGuides(await load('guides'))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function load(name) {
  return (await import(pathToFileURL(join(folder, `${name}.cjs`)))).default
}

async function writeSchemas({ schemas }) {
  await mkdir(join(root, 'schema'), { recursive: true })
  for (const [file, schema] of Object.entries(await schemas())) {
    await put(`schema/${file}`, `${JSON.stringify(schema, null, 2)}\n`)
  }
}

async function writeGuides({ guideTables, withTables }) {
  for (const [file, tables] of Object.entries(await guideTables())) {
    const path = join(root, 'docs', file)
    if (existsSync(path)) await put(`docs/${file}`, withTables(await readFile(path, 'utf8'), tables))
  }
}

async function put(file, text) {
  await writeFile(join(root, file), text)
  process.stdout.write(`${file}\n`)
}
