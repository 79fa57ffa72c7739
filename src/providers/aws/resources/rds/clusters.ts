import { tagsIn } from '../../read.ts'
import { orAbsent } from '../common.ts'
import type { Database } from './common.ts'
import type { DatabaseApi } from './lifecycle.ts'

/** A row of DescribeDBClusters. */
export interface Cluster extends Database {
  engine: string | undefined
  /** The readers' shared address; the writer's while there is no reader. */
  readerHost: string
}

/** The calls for Aurora clusters. */
export const clusters: DatabaseApi<Cluster> = {
  noun: 'Aurora cluster',
  serving: /^(available|backing-up)$/,
  async list(cloud, id) {
    const input = id === undefined ? {} : { DBClusterIdentifier: id }
    const rows = await orAbsent(() => cloud.pages('rds', 'DescribeDBClusters', input, answer => answer.DBClusters))
    return (rows ?? []).map(row => ({
      id: row.DBClusterIdentifier ?? '',
      arn: row.DBClusterArn,
      status: row.Status ?? '',
      host: row.Endpoint ?? '',
      port: String(row.Port ?? ''),
      protected: row.DeletionProtection ?? false,
      securityGroupIds: (row.VpcSecurityGroups ?? []).flatMap(group => group.VpcSecurityGroupId ?? []),
      tags: tagsIn(row.TagList),
      createdAt: row.ClusterCreateTime,
      engine: row.Engine,
      readerHost: row.ReaderEndpoint || row.Endpoint || '',
    }))
  },
  modify: (cloud, id, change, options) =>
    cloud.call('rds', 'ModifyDBCluster', { DBClusterIdentifier: id, ApplyImmediately: true, ...change }, options),
  delete: (cloud, id, how, options) =>
    cloud.call('rds', 'DeleteDBCluster', { DBClusterIdentifier: id, ...how }, options),
}
