import type { Aws } from '../../client.ts'
import { carries, found, markFilter, named, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second } from '../common.ts'

export type DbSubnetGroupIn = { name: string; subnetIds: string[] }

/** Console: RDS › Subnet groups › Create. The subnets must be in at least two zones. */
export const dbSubnetGroup: AwsKind<DbSubnetGroupIn, { id: string }> = {
  type: 'aws:db-subnet-group',
  title: 'DB subnet group',
  idempotency: 'uniqueName',
  after: ['aws:subnet'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name.toLowerCase()
    const input = name === undefined ? {} : { DBSubnetGroupName: name }
    const list = () => cloud.pages('rds', 'DescribeDBSubnetGroups', input, answer => answer.DBSubnetGroups)
    const rows = (await orAbsent(list)) ?? []
    // The list has no tags: they are read one by one, where the description does not rule it out as ours.
    const ours = name === undefined ? rows.filter(row => row.DBSubnetGroupDescription?.startsWith(described)) : rows
    const lists = await Promise.all(
      ours.map(async row => found(row.DBSubnetGroupName, await tagsOf(cloud, row.DBSubnetGroupArn))),
    )
    if (name !== undefined) return lists.flat()
    return lists.flat().filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name, subnetIds }, mark) {
    await cloud.call('rds', 'CreateDBSubnetGroup', {
      DBSubnetGroupName: name,
      DBSubnetGroupDescription: `${described} ${mark.stack}`,
      SubnetIds: subnetIds,
      Tags: tagList(named(name, mark.tags)),
    })
    // RDS keeps it in lower case.
    return name.toLowerCase()
  },
  settle: async (_cloud, id) => ({ id }),
  remove(cloud, id) {
    const send = () => cloud.call('rds', 'DeleteDBSubnetGroup', { DBSubnetGroupName: id }, repeatable)
    return removed(cloud, send, 15 * minute)
  },
}

const described = 'Stackwright'

async function tagsOf(cloud: Aws, arn: string | undefined): Promise<Record<string, string>> {
  const answer = await orAbsent(() => cloud.call('rds', 'ListTagsForResource', { ResourceName: arn }))
  return tagsIn(answer?.TagList)
}
