import { named, tagList } from '../../read.ts'
import { type AwsKind, second } from '../common.ts'
import { clusters } from './clusters.ts'
import { type DatabaseSettings, dataLossOf, noExtendedSupport, policyTags } from './common.ts'
import { findDatabases, removeDatabase, settleDatabase } from './lifecycle.ts'

export type DbClusterIn = DatabaseSettings & {
  identifier: string
  /** `aurora-mysql`. */
  engine: string
  version: string
  user: string
  /** '' for none. */
  dbName: string
  subnetGroup: string
}
/** `host`: the writer's. `readerHost`: shared by the readers, or the writer's while there is none. */
export type DbClusterOut = { id: string; host: string; readerHost: string; port: string }

/** Console: RDS › Databases › Create, Aurora. A cluster alone is storage and names: its instances are members. */
export const dbCluster: AwsKind<DbClusterIn, DbClusterOut> = {
  type: 'aws:db-cluster',
  title: 'Aurora cluster',
  idempotency: 'uniqueName',
  after: ['aws:db-subnet-group', 'aws:security-group'],
  expectMs: 90 * second,
  tagged: true,
  mutable: ['password', 'securityGroupIds', 'deletionProtection', 'finalBackup'],
  dataLoss: dataLossOf,
  find(cloud, where) {
    return findDatabases(cloud, clusters, this.type, where)
  },
  async create(cloud, input, mark) {
    await cloud.call('rds', 'CreateDBCluster', {
      DBClusterIdentifier: input.identifier,
      Engine: input.engine,
      EngineVersion: input.version,
      MasterUsername: input.user,
      MasterUserPassword: cloud.reveal(input.password),
      ...(input.dbName && { DatabaseName: input.dbName }),
      DBSubnetGroupName: input.subnetGroup,
      VpcSecurityGroupIds: input.securityGroupIds,
      StorageEncrypted: true,
      DeletionProtection: input.deletionProtection,
      CopyTagsToSnapshot: false,
      EngineLifecycleSupport: noExtendedSupport,
      Tags: tagList({ ...named(input.identifier, mark.tags), ...policyTags(input) }),
    })
    return input.identifier.toLowerCase()
  },
  async settle(cloud, id, input) {
    const { host, readerHost, port } = await settleDatabase(cloud, clusters, id, input)
    return { id, host, readerHost, port }
  },
  remove: (cloud, id, input, mark) => removeDatabase(cloud, clusters, id, input, mark),
}
