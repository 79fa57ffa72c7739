import { named, tagList } from '../../read.ts'
import { type AwsKind, minute } from '../common.ts'
import { clusters } from './clusters.ts'
import { type Instance, instances } from './instances.ts'
import { type DatabaseApi, findDatabases, removeDatabase, untilServing } from './lifecycle.ts'

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

/** Its data is the cluster's: neither snapshots nor automated backups of its own. */
const members: DatabaseApi<Instance> = {
  ...instances,
  noun: 'Aurora instance',
  delete: (cloud, id, _how, options) =>
    cloud.call('rds', 'DeleteDBInstance', { DBInstanceIdentifier: id, SkipFinalSnapshot: true }, options),
}

/** Console: Aurora cluster › Add reader. The first one made is the writer. */
export const dbClusterMember: AwsKind<DbClusterMemberIn, DbClusterMemberOut> = {
  type: 'aws:db-cluster-member',
  title: 'Aurora instance',
  idempotency: 'uniqueName',
  after: ['aws:db-cluster'],
  expectMs: 5 * minute,
  tagged: true,
  find(cloud, where) {
    return findDatabases(cloud, members, this.type, where, row => row.clusterId !== undefined)
  },
  async create(cloud, { clusterId, identifier, class: size, zone, tier }, mark) {
    const [cluster] = await clusters.list(cloud, clusterId)
    await cloud.call('rds', 'CreateDBInstance', {
      DBInstanceIdentifier: identifier,
      DBClusterIdentifier: clusterId,
      DBInstanceClass: size,
      // Must be the cluster's own.
      Engine: cluster?.engine,
      ...(zone && { AvailabilityZone: zone }),
      PromotionTier: tier,
      PubliclyAccessible: false,
      Tags: tagList(named(identifier, mark.tags)),
    })
    return identifier.toLowerCase()
  },
  async settle(cloud, id) {
    const { host } = await untilServing(cloud, members, id)
    return { id, host }
  },
  remove: (cloud, id, _input, mark) => removeDatabase(cloud, members, id, undefined, mark),
}
