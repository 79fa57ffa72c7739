import type { Plugin } from 'esbuild'
import { expect, it } from 'vitest'
import { bundled, folderWith, part } from './parts.ts'

const { withoutSubprograms } = await part<{ withoutSubprograms: Plugin }>('without-subprograms')
const parser = { 'node_modules/commander/index.js': "module.exports = require('node:child_process')" }

it('gives the parser of flags an empty module, and everyone else the real one', async () => {
  const folder = await folderWith({
    ...parser,
    'cli.ts':
      "import commander from 'commander'\nimport { spawn } from 'node:child_process'\nglobalThis.seen = { commander, spawn }",
  })
  const text = await bundled(folder, 'cli.ts', withoutSubprograms)
  const seen = ranWith(text)
  expect(Object.keys(seen.commander as object)).toEqual([])
  expect(seen.spawn).toBeTypeOf('function')
})

it('fails the build when the parser no longer starts programs', async () => {
  const folder = await folderWith({
    'node_modules/commander/index.js': 'module.exports = {}',
    'cli.ts': "import commander from 'commander'\nconsole.log(commander)",
  })
  await expect(bundled(folder, 'cli.ts', withoutSubprograms)).rejects.toThrow(
    'remove scripts/build/without-subprograms.mjs',
  )
})

/** What the bundle leaves in `globalThis.seen`. */
function ranWith(text: string): Record<string, unknown> {
  const scope = { seen: {} }
  new Function('require', 'globalThis', 'module', text)(
    process.getBuiltinModule('module').createRequire(import.meta.url),
    scope,
    {
      exports: {},
    },
  )
  return scope.seen
}
