import { found, named, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, second, settled, untilAbsent } from '../common.ts'
import { deleting, deletion, identifierIn, isReady, ours, readCluster, readInstance } from './common.ts'

export type DbClusterMemberIn = {
  clusterId: string
  identifier: string
  class: string
  /** '' for any. */
  zone: string
  /** 0–15: the lowest takes over first. */
  tier: number
}
export type DbClusterMemberOut = { id: string; host: string }

/** Console: Aurora cluster › Add reader. The first one made is the writer. */
export const dbClusterMember: AwsKind<DbClusterMemberIn, DbClusterMemberOut> = {
  type: 'aws:db-cluster-member',
  title: 'Aurora instance',
  idempotency: 'uniqueName',
  after: ['aws:db-cluster'],
  expectMs: 5 * minute,
  tagged: true,
  async find(cloud, where) {
    const name = identifierIn(where)
    const input = name === undefined ? {} : { DBInstanceIdentifier: name }
    const list = () => cloud.pages('rds', 'DescribeDBInstances', input, answer => answer.DBInstances)
    const rows = (await orAbsent(list)) ?? []
    const members = name === undefined ? rows.filter(row => row.DBClusterIdentifier) : rows
    const all = members.flatMap(row => found(row.DBInstanceIdentifier, tagsIn(row.TagList), row.InstanceCreateTime))
    return ours(this.type, where, all)
  },
  async create(cloud, { clusterId, identifier, class: size, zone, tier }, mark) {
    const cluster = await readCluster(cloud, clusterId)
    await cloud.call('rds', 'CreateDBInstance', {
      DBInstanceIdentifier: identifier,
      DBClusterIdentifier: clusterId,
      DBInstanceClass: size,
      // Must be the cluster's own.
      Engine: cluster?.Engine,
      ...(zone && { AvailabilityZone: zone }),
      PromotionTier: tier,
      PubliclyAccessible: false,
      Tags: tagList(named(identifier, mark.tags)),
    })
    return identifier.toLowerCase()
  },
  async settle(cloud, id) {
    const options = { what: `the Aurora instance ${id}`, within: 60 * minute, every: 2 * second }
    const row = await settled(
      cloud,
      () => readInstance(cloud, id),
      row => isReady(id, row),
      options,
    )
    return { id, host: row.Endpoint?.Address ?? '' }
  },
  async remove(cloud, id) {
    const read = () => readInstance(cloud, id)
    const row = await orAbsent(read)
    if (!row) return 'gone'
    if (row.DBInstanceStatus !== 'deleting') {
      const request = { DBInstanceIdentifier: id, SkipFinalSnapshot: true }
      await deleting(() => cloud.call('rds', 'DeleteDBInstance', request, deletion))
    }
    return untilAbsent(cloud, read, 15 * minute)
  },
}
