import { carries, found, markFilter, named, tagList } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second } from '../common.ts'
import { describedAs, tagsOf } from './common.ts'

export type CacheSubnetGroupIn = { name: string; subnetIds: string[] }

/** Console: ElastiCache › Subnet groups › Create. */
export const cacheSubnetGroup: AwsKind<CacheSubnetGroupIn, { id: string }> = {
  type: 'aws:cache-subnet-group',
  title: 'ElastiCache subnet group',
  idempotency: 'uniqueName',
  after: ['aws:subnet'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name.toLowerCase()
    const input = name === undefined ? {} : { CacheSubnetGroupName: name }
    const list = () =>
      cloud.pages('elasticache', 'DescribeCacheSubnetGroups', input, answer => answer.CacheSubnetGroups)
    const rows = (await orAbsent(list)) ?? []
    const stack = 'stack' in where ? where.stack : undefined
    const ours = rows.filter(row => name !== undefined || row.CacheSubnetGroupDescription === describedAs(stack!))
    const lists = await Promise.all(
      ours.map(async row => found(row.CacheSubnetGroupName, await tagsOf(cloud, row.ARN, where))),
    )
    if (name !== undefined) return lists.flat()
    return lists.flat().filter(({ tags }) => carries(tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name, subnetIds }, mark) {
    await cloud.call('elasticache', 'CreateCacheSubnetGroup', {
      CacheSubnetGroupName: name,
      CacheSubnetGroupDescription: describedAs(mark.stack),
      SubnetIds: subnetIds,
      Tags: tagList(named(name, mark.tags)),
    })
    // ElastiCache keeps it in lower case.
    return name.toLowerCase()
  },
  settle: async (_cloud, id) => ({ id }),
  remove(cloud, id) {
    const send = () => cloud.call('elasticache', 'DeleteCacheSubnetGroup', { CacheSubnetGroupName: id }, repeatable)
    return removed(cloud, send, 15 * minute)
  },
}
