import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { guideTables, withTables } from '../../scripts/guides.ts'

const guideOf = (file: string) => new URL(`../../docs/${file}`, import.meta.url)

it('every blueprint has a guide that lists its answers with their defaults (run `node scripts/schema.mjs` after a change)', async () => {
  for (const [file, tables] of Object.entries(await guideTables())) {
    const guide = readFileSync(guideOf(file), 'utf8')
    expect(withTables(guide, tables), file).toBe(guide)
  }
})

it('a guide that has no place for the answers of a step is refused', async () => {
  const tables = (await guideTables())['django.md']!
  expect(Object.keys(tables)).toEqual(['network', 'subnets', 'machines', 'database', 'application', 'balancer'])
  expect(tables.network).toContain('| `vpc.cidr` | IPv4 CIDR block | `172.16.0.0/12` |')
  expect(() => withTables('# Nothing', tables)).toThrow('network')
})
