import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const providers = join(import.meta.dirname, '../../src/providers')
const parts = ['alicloud', 'aws'].flatMap(cloud =>
  readdirSync(join(providers, cloud, 'parts'), { recursive: true })
    .map(name => join(cloud, 'parts', String(name)))
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ name, text: readFileSync(join(providers, name), 'utf8') })),
)

const offered = parts.flatMap(({ name, text }) =>
  [...text.matchAll(/^export const .*checks: \{ ([\w, ]+) \}/gm)].flatMap(([, names]) =>
    names!.split(', ').map(check => ({ name, text, check })),
  ),
)

test('parts offer checks', () => {
  expect(offered.length).toBeGreaterThan(5)
})

test.each(offered)('$check of $name is put before a run where the part is drawn', ({ text, check }) => {
  expect(text).toMatch(new RegExp(`on\\.check\\([^;]*?=> ${check}\\(`, 's'))
})
