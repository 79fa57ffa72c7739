import url from 'node:url'
import type { Plugin } from 'esbuild'
import { expect, it } from 'vitest'
import { bundled, folderWith, part } from './parts.ts'

const { withoutDeprecatedUrl } = await part<{ withoutDeprecatedUrl: Plugin }>('without-deprecated-url')
const ours = await part<{ parse(text: string, query?: boolean): object; format(parts: unknown): string }>('url')

it.each([
  'http://127.0.0.1:8080/',
  'https://ecs.ap-northeast-1.aliyuncs.com/',
  'https://vpc.aliyuncs.com/?Action=CreateVpc&Version=2016-04-28',
  'http://100.100.100.200/latest/meta-data/ram/security-credentials/role-1',
  'http://[::1]:8080/path?q=1#part',
  'https://user:pass%20word@example.com/',
])('%s has the fields that the old parser gave it', text => {
  for (const query of [false, true]) expect(ours.parse(text, query)).toEqual({ ...url.parse(text, query) })
  expect(ours.format(text)).toBe(url.format(text))
  expect(ours.format(new URL(text))).toBe(url.format(new URL(text)))
})

it('leaves nothing of the old parser in the bundle, and our own modules what they ask for', async () => {
  const folder = await folderWith({
    'node_modules/old/index.js': "module.exports = require('url').parse('http://example.com/').hostname",
    'cli.ts': "import old from 'old'\nimport { fileURLToPath } from 'node:url'\nconsole.log(old, fileURLToPath)",
  })
  const text = await bundled(folder, 'cli.ts', withoutDeprecatedUrl, { format: 'esm' })
  expect(text).not.toMatch(/require\("(node:)?url"\)/)
  expect(text).toMatch(/import \{ fileURLToPath.* \} from "node:url"/)
})

it('fails the build when no package asks for it any more', async () => {
  const folder = await folderWith({ 'cli.ts': "console.log('nothing')" })
  await expect(bundled(folder, 'cli.ts', withoutDeprecatedUrl)).rejects.toThrow(
    'remove scripts/build/without-deprecated-url.mjs',
  )
})
