import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { services as alicloud } from '../../src/emulator/alicloud/services/index.ts'
import { services as aws } from '../../src/emulator/aws/services/index.ts'
import { reasonWithout, type Unimplemented } from '../../src/emulator/world/unimplemented.ts'

/** A service's row of the table in docs/sandbox.md. */
function row({ title, unimplemented }: { title: string; unimplemented: Unimplemented[] }): string {
  return `| ${title} | ${unimplemented.map(one => one.says).join(' ')} |`
}

it('docs/sandbox.md says of every service what it does not do, in the service’s own words', () => {
  const lines = readFileSync(packageFile('docs/sandbox.md'), 'utf8').split('\n')
  const missing = (services: Parameters<typeof row>[0][]) => services.map(row).filter(line => !lines.includes(line))
  expect(missing(alicloud)).toEqual([])
  expect(missing(aws)).toEqual([])
})

it('an operation that a list names is refused with what the list says', () => {
  expect(reasonWithout(aws, 'ec2.CreateVpcEndpoint')).toContain('endpoints')
  expect(reasonWithout(alicloud, 'slb.CreateRules')).toContain('rules')
  expect(reasonWithout(aws, 'ec2.CreateVpc')).toBeUndefined()
})
