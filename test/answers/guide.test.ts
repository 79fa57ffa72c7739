import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { guideTables, withTables } from '../../scripts/guides.ts'

const guideOf = (file: string) => new URL(`../../docs/${file}`, import.meta.url)

it('the guides list every answer with its default (run `node scripts/schema.mjs` after a change)', async () => {
  for (const [file, tables] of Object.entries(await guideTables())) {
    if (!existsSync(guideOf(file))) continue
    const guide = readFileSync(guideOf(file), 'utf8')
    expect(withTables(guide, tables), file).toBe(guide)
  }
})

it('a complete blueprint has a guide, and a step without a place in it is refused', async () => {
  const tables = (await guideTables())['django-on-alicloud.md']!
  expect(Object.keys(tables)).toEqual(['network', 'subnets', 'machines', 'database', 'application', 'balancer'])
  expect(tables.network).toContain('| `vpc.cidr` | IPv4 CIDR block | `172.16.0.0/12` |')
  expect(existsSync(guideOf('django-on-alicloud.md'))).toBe(true)
  expect(() => withTables('# Nothing', tables)).toThrow('network')
})
