import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { folderWith, part, root } from './parts.ts'

interface Component {
  'bom-ref': string
  name: string
  version: string
  hashes: { alg: string; content: string }[]
}

interface Bill {
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const bill: Bill = read('dist/sbom.cdx.json')

/** What CycloneDX 1.6 says of the fields that we write; nothing else may be there. */
const named = {
  'bom-ref': { type: 'string', minLength: 1 },
  group: { type: 'string' },
  name: { type: 'string', minLength: 1 },
  version: { type: 'string', maxLength: 1024 },
  purl: { type: 'string', pattern: '^pkg:npm/(%40[^/]+/)?[^/@]+@[^/@]+$' },
  licenses: {
    type: 'array',
    minItems: 1,
    items: {
      oneOf: [
        object({ license: object({ id: { type: 'string', pattern: '^[A-Za-z0-9.+-]+$' } }) }),
        object({ expression: { type: 'string' } }),
      ],
    },
  },
}
const hash = object({ alg: { const: 'SHA-512' }, content: { type: 'string', pattern: '^[0-9a-f]{128}$' } })
const schema = object({
  bomFormat: { const: 'CycloneDX' },
  specVersion: { const: '1.6' },
  version: { const: 1 },
  metadata: object({ component: object({ type: { const: 'application' }, ...named }, ['group']) }),
  components: {
    type: 'array',
    uniqueItems: true,
    items: object({ type: { const: 'library' }, ...named, hashes: { type: 'array', minItems: 1, items: hash } }, [
      'group',
    ]),
  },
  dependencies: {
    type: 'array',
    items: object({
      ref: { type: 'string' },
      dependsOn: { type: 'array', uniqueItems: true, items: { type: 'string' } },
    }),
  },
})

function object(properties: Record<string, object>, optional: string[] = []): object {
  const required = Object.keys(properties).filter(name => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

it('is a CycloneDX 1.6 document', () => {
  const ajv = new Ajv({ allErrors: true, strict: false })
  expect(ajv.validate(schema, bill), JSON.stringify(ajv.errors)).toBe(true)
})

it('names each package once, with the hash that the lock file has of it', () => {
  const refs = bill.components.map(component => component['bom-ref'])
  expect(new Set(refs).size).toBe(refs.length)
  const yaml = bill.components.find(({ name }) => name === 'yaml')!
  const { version, integrity } = read('package-lock.json').packages['node_modules/yaml']
  expect(yaml.version).toBe(version)
  expect(`sha512-${Buffer.from(yaml.hashes[0]!.content, 'hex').toString('base64')}`).toBe(integrity)
})

it('leads from the program to every package that is in it', () => {
  const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const reached = new Set<string>()
  const open = [bill.metadata.component['bom-ref']]
  for (let ref = open.pop(); ref; ref = open.pop()) {
    if (reached.has(ref)) continue
    reached.add(ref)
    open.push(...edges.get(ref)!)
  }
  expect([...reached].sort()).toEqual([...edges.keys()].sort())
  expect(reached.size).toBe(bill.components.length + 1)
})

it('stands beside the licences of the same packages', () => {
  const texts = readFileSync(join(root, 'dist/THIRD-PARTY.txt'), 'utf8')
  for (const component of bill.components) expect(texts).toContain(`${component.name} ${component.version} (`)
})

it('copies the licence and the notices that a package brings', async () => {
  const { thirdParty } = await part<{ thirdParty(root: string, packages: object[]): Promise<string> }>('third-party')
  const folder = await folderWith({
    'node_modules/a/LICENSE.md': 'You may.',
    'node_modules/a/NOTICE.txt': 'Made by A.',
    'node_modules/b/index.js': '',
  })
  const manifests = [
    { name: 'a', version: '1.0.0', license: 'MIT' },
    { name: 'b', version: '2.0.0', license: 'ISC' },
  ]
  const text = await thirdParty(
    folder,
    manifests.map(manifest => ({ folder: `node_modules/${manifest.name}`, manifest })),
  )
  expect(text).toContain('a 1.0.0 (MIT)\n\nYou may.\n\nNOTICE\n\nMade by A.\n')
  expect(text).toContain('b 2.0.0 (ISC)\n\nLicence: ISC (the package brings no text)\n')
})

it('is refused where a bundled package has no hash, or is installed in another version than locked', async () => {
  const { billOfMaterials } = await part<{ billOfMaterials(...given: object[]): Bill }>('sbom')
  const product = { name: 'program', version: '1.0.0', license: 'MIT', devDependencies: { a: '^1.0.0' } }
  const packages = [{ folder: 'node_modules/a', manifest: { name: 'a', version: '1.0.0', license: 'MIT' } }]
  const lock = (entry: object) => ({ packages: { 'node_modules/a': entry } })
  expect(() => billOfMaterials(product, packages, lock({ version: '1.0.0' }))).toThrow('has no hash')
  expect(() => billOfMaterials(product, packages, lock({ version: '1.1.0', integrity: 'sha512-AA==' }))).toThrow(
    'run npm ci',
  )
})

it('has the texts and the bill in the package that is published', () => {
  expect(read('package.json').files).toContain('dist')
  for (const file of ['dist/THIRD-PARTY.txt', 'dist/sbom.cdx.json'])
    expect(existsSync(join(root, file)), file).toBe(true)
})
