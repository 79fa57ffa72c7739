import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { expect, it } from 'vitest'
import { bundled, folderWith, part } from './parts.ts'

const { loadOnDemand } = await part<{ loadOnDemand(root: string, found: Set<string>): Plugin }>('load-on-demand')

it('leaves what is loaded on demand out of the file that every start reads, and names it for the second pass', async () => {
  const folder = await folderWith({
    'src/cli.ts': "import { quick } from './quick.ts'\nconsole.log(quick, import('./commands/slow.ts'))",
    'src/quick.ts': "export const quick = 'needed at once'",
    'src/commands/slow.ts': "export const slow = 'needed later'",
  })
  const found = new Set<string>()
  const text = await bundled(folder, 'src/cli.ts', loadOnDemand(folder, found))
  expect(text).toContain('needed at once')
  expect(text).not.toContain('needed later')
  expect(text).toContain('import("./commands/slow.js")')
  expect([...found]).toEqual([join(folder, 'src/commands/slow.ts')])
})

it('fails the build when nothing is loaded on demand', async () => {
  const folder = await folderWith({ 'src/cli.ts': "console.log('all of it')" })
  await expect(bundled(folder, 'src/cli.ts', loadOnDemand(folder, new Set()))).rejects.toThrow(
    'loads nothing on demand',
  )
})
