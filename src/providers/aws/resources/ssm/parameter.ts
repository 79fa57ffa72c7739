import { Problem } from '../../../../base/errors.ts'
import type { Secret } from '../../../../engine/kind.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, repeatable, second, settled } from '../common.ts'

export type ParameterIn = { name: string; value: Secret }
export type ParameterOut = { id: string; name: string }

/** Console: Systems Manager › Parameter Store › Create, SecureString. Machines read it with their role. */
export const parameter: AwsKind<ParameterIn, ParameterOut> = {
  type: 'aws:parameter',
  title: 'Parameter',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 2 * second,
  tagged: true,
  mutable: ['value'],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    const filters =
      name === undefined
        ? Object.entries(markFilter(this.type, where as { stack: string })).map(([key, value]) => ({
            Key: `tag:${key}`,
            Values: [value],
          }))
        : [{ Key: 'Name', Option: 'Equals', Values: [name] }]
    const input = { ParameterFilters: filters }
    const rows = await cloud.pages('ssm', 'DescribeParameters', input, answer => answer.Parameters)
    const lists = await Promise.all(
      rows.map(async row => found(row.Name, await tagsOfParameter(cloud, row.Name ?? ''), row.LastModifiedDate)),
    )
    if (name !== undefined) return lists.flat()
    return lists.flat().filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name, value }, mark) {
    const input = { Name: name, Type: 'SecureString' as const, Value: cloud.reveal(value), Tags: tagList(mark.tags) }
    await cloud.call('ssm', 'PutParameter', input)
    return name
  },
  async settle(cloud, id, { value }) {
    const wanted = cloud.reveal(value)
    const read = () => readParameter(cloud, id)
    const options = { what: `the parameter ${id}`, within: 2 * minute }
    const row = await settled(cloud, read, () => true, options)
    if (row.Value !== wanted) {
      const input = { Name: id, Type: 'SecureString' as const, Value: wanted, Overwrite: true }
      await cloud.call('ssm', 'PutParameter', input, repeatable)
    }
    return { id, name: id }
  },
  async remove(cloud, id) {
    await orAbsent(() => cloud.call('ssm', 'DeleteParameter', { Name: id }, repeatable))
    return 'gone'
  },
}

async function readParameter(cloud: Aws, name: string) {
  try {
    return (await cloud.call('ssm', 'GetParameter', { Name: name, WithDecryption: true })).Parameter
  } catch (error) {
    if (error instanceof Problem && error.code === 'ParameterNotFound') return undefined
    throw error
  }
}

async function tagsOfParameter(cloud: Aws, name: string): Promise<Record<string, string>> {
  const input = { ResourceType: 'Parameter' as const, ResourceId: name }
  const answer = await orAbsent(() => cloud.call('ssm', 'ListTagsForResource', input))
  return tagsIn(answer?.TagList)
}
