import { tagsIn } from '../../read.ts'
import { orAbsent } from '../common.ts'
import type { Database } from './common.ts'
import type { DatabaseApi } from './lifecycle.ts'

/** A row of DescribeDBInstances: single instances and the members of clusters. */
export interface Instance extends Database {
  /** Undefined for a single instance. */
  clusterId: string | undefined
  multiAz: boolean
}

/** The calls for instances, single ones and members of clusters alike. */
export const instances: DatabaseApi<Instance> = {
  noun: 'RDS instance',
  serving: /^(available|backing-up|storage-optimization|configuring-.+)$/,
  async list(cloud, id) {
    const input = id === undefined ? {} : { DBInstanceIdentifier: id }
    const rows = await orAbsent(() => cloud.pages('rds', 'DescribeDBInstances', input, answer => answer.DBInstances))
    return (rows ?? []).map(row => ({
      id: row.DBInstanceIdentifier ?? '',
      arn: row.DBInstanceArn,
      status: row.DBInstanceStatus ?? '',
      host: row.Endpoint?.Address ?? '',
      port: String(row.Endpoint?.Port ?? ''),
      protected: row.DeletionProtection ?? false,
      securityGroupIds: (row.VpcSecurityGroups ?? []).flatMap(group => group.VpcSecurityGroupId ?? []),
      tags: tagsIn(row.TagList),
      createdAt: row.InstanceCreateTime,
      clusterId: row.DBClusterIdentifier,
      multiAz: row.MultiAZ ?? false,
    }))
  },
  modify: (cloud, id, change, options) =>
    cloud.call('rds', 'ModifyDBInstance', { DBInstanceIdentifier: id, ApplyImmediately: true, ...change }, options),
  delete: (cloud, id, how, options) =>
    cloud.call('rds', 'DeleteDBInstance', { DBInstanceIdentifier: id, ...how }, options),
}
