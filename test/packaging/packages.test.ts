import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { part, root } from './parts.ts'

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const listed: Record<string, { use: string; why: string }> = read('scripts/build/packages.json')
const { holdToList } = await part<{ holdToList(listed: object, folders: string[]): void }>('bundled')

it('every package that package.json names is listed as shipped, test or tool, with its reason, and no other', () => {
  const { dependencies, devDependencies } = read('package.json')
  expect(dependencies).toBeUndefined()
  expect(Object.keys(listed)).toEqual(Object.keys(devDependencies))
  for (const [name, { use, why }] of Object.entries(listed)) {
    expect([name, use]).toEqual([name, expect.stringMatching(/^(shipped|test|tool)$/)])
    expect(why.length, name).toBeGreaterThan(5)
  }
})

it('what is listed as shipped is in the bundle, and nothing else that package.json names', () => {
  const { components } = read('dist/sbom.cdx.json') as { components: { group?: string; name: string }[] }
  const inside = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)))
  const shipped = Object.keys(listed).filter(name => listed[name]!.use === 'shipped')
  expect(Object.keys(listed).filter(name => inside.has(name))).toEqual(shipped)
})

it('the build refuses a bundle that differs from the list', () => {
  const list = { commander: { use: 'shipped' }, ajv: { use: 'test' } }
  expect(() => holdToList(list, ['node_modules/commander'])).not.toThrow()
  expect(() => holdToList(list, [])).toThrow('commander is listed as shipped, but is not in the bundle')
  expect(() => holdToList(list, ['node_modules/commander', 'node_modules/ajv'])).toThrow(
    'ajv is listed as test, but is in the bundle',
  )
})
