import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { expect, it } from 'vitest'
import { bundled, folderWith, part, root } from './parts.ts'

const { onlyWhatIsCalled, withPlainKeys } = await part<{
  onlyWhatIsCalled(root: string): Plugin
  withPlainKeys(text: string): { contents: string; count: number }
}>('only-what-is-called')

const clients = readdirSync(join(root, 'node_modules/@aws-sdk')).filter(name => name.startsWith('client-'))

it.each(clients)('%s keeps its schemas, key for key', async client => {
  const file = `node_modules/@aws-sdk/${client}/dist-es/schemas/schemas_0.js`
  const { contents, count } = withPlainKeys(readFileSync(join(root, file), 'utf8'))
  expect(count).toBeGreaterThan(0)
  const [before, after] = await Promise.all([exportsOf(file), exportsOf(file, contents)])
  expect(after).toEqual(before)
  expect(before!.length).toBeGreaterThan(1000)
})

/** Everything that a module of a client exports, as text. */
async function exportsOf(file: string, contents?: string): Promise<string> {
  const instead: Plugin = {
    name: 'instead',
    setup(builder) {
      if (contents) builder.onLoad({ filter: /schemas_0\.js$/ }, () => ({ contents }))
    },
  }
  const text = await bundled(root, file, instead)
  const module = { exports: {} }
  new Function('require', 'module', text)(createRequire(join(root, file)), module)
  return JSON.stringify(Object.entries(module.exports))
}

const schemas =
  'const _k = "key";\nexport const called = [0, { [_k]: 1 }];\nexport const unused = [0, { [_k]: 2 }, "left out"];'

function provider(schemaFile: string): Promise<string> {
  const client = 'node_modules/@aws-sdk/client-fake'
  return folderWith({
    'src/providers/aws/call.ts': "import { called } from '@aws-sdk/client-fake'\nconsole.log(called)",
    [`${client}/package.json`]: '{ "name": "@aws-sdk/client-fake", "main": "dist-cjs/index.js" }',
    [`${client}/dist-cjs/index.js`]: "module.exports = { called: 'the whole client' }",
    [`${client}/dist-es/index.js`]: "export * from './schemas/schemas_0.js'",
    [`${client}/dist-es/schemas/schemas_0.js`]: schemaFile,
    'src/emulator/all.ts': "import { called } from '@aws-sdk/client-fake'\nconsole.log(called)",
  })
}

it('leaves out of a client of the provider what nothing calls', async () => {
  const folder = await provider(schemas)
  const text = await bundled(folder, 'src/providers/aws/call.ts', onlyWhatIsCalled(folder))
  expect(text).toContain('key')
  expect(text).not.toContain('left out')
})

it('gives everyone but the provider the whole client', async () => {
  const folder = await provider(schemas)
  const both = {
    entryPoints: ['src/emulator/all.ts', 'src/providers/aws/call.ts'].map(file => join(folder, file)),
    outdir: folder,
  }
  const text = await bundled(folder, '', onlyWhatIsCalled(folder), both)
  expect(text).toContain('the whole client')
})

it('fails the build when a client writes its schemas in another form', async () => {
  const folder = await provider("export const called = new Map([['key', 1]])")
  await expect(bundled(folder, 'src/providers/aws/call.ts', onlyWhatIsCalled(folder))).rejects.toThrow(
    'was not made smaller',
  )
})

it('fails the build when the provider imports its clients from elsewhere', async () => {
  const folder = await provider(schemas)
  await expect(bundled(folder, 'src/emulator/all.ts', onlyWhatIsCalled(folder))).rejects.toThrow(
    'the provider imports none',
  )
})
