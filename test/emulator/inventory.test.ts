import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { services as alicloud } from '../../src/emulator/alicloud/services/index.ts'
import { services as aws } from '../../src/emulator/aws/services/index.ts'

// "Nothing is left" is read from the inventory: a type that it does not show could be left behind unnoticed.

/** What nobody can leave behind, and why. */
const hidden = {
  alicloud: {
    invocation: 'a record of what was run; there is no call that removes it',
    'machine-key': 'the simulated machines’ own',
    'db-backup': 'RDS keeps it as long as it is set to; there is no call that removes it',
  },
  aws: {
    'scaling-policy': 'is nothing without its group',
    'ssm-command': 'a record of what was run; there is no call that removes it',
    'kms-key': 'AWS’s own, there without anybody’s making',
    's3-object': 'its bucket cannot be removed while it is there',
    's3-upload': 'goes with its bucket',
    'bucket-name': 'of a removed bucket, until it is free again',
    'dns-change': 'a record of what was changed',
    registry: 'every account has one in each region, without anybody’s making',
  },
}

/** The types that the sources of a cloud's services put into the world. */
function madeBy(cloud: string): string[] {
  const folder = packageFile(`src/emulator/${cloud}/services`)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const types = files.flatMap(name => {
    const source = readFileSync(join(folder, name), 'utf8')
    const calls = source.match(/\b(createResource|world\.add)\(/g) ?? []
    const made = [...source.matchAll(/\b(?:createResource\(\s*call,\s*|world\.add\(\{[^}]*?\btype: )'([\w-]+)'/g)]
    expect(made.length, `${name} makes something whose type is not written there`).toBe(calls.length)
    return made.map(([, type]) => type!)
  })
  return [...new Set(types)].sort()
}

describe.each([
  { cloud: 'alicloud' as const, services: alicloud },
  { cloud: 'aws' as const, services: aws },
])('the inventory of $cloud', ({ cloud, services }) => {
  it('shows every type of resource that a service can make, but those that nobody can leave behind', () => {
    const shown = services.flatMap(({ inventory }) => Object.keys(inventory))
    expect(madeBy(cloud)).toEqual([...shown, ...Object.keys(hidden[cloud])].sort())
  })
})
