import { named, tagList } from '../../read.ts'
import { type AwsKind, minute } from '../common.ts'
import { type DatabaseSettings, dataLossOf, noExtendedSupport, policyTags } from './common.ts'
import { instances } from './instances.ts'
import { findDatabases, removeDatabase, settleDatabase } from './lifecycle.ts'

export type DbInstanceIn = DatabaseSettings & {
  identifier: string
  engine: string
  version: string
  class: string
  /** GiB. */
  storage: number
  user: string
  /** '' for none. */
  dbName: string
  subnetGroup: string
  multiAz: boolean
}
export type DbInstanceOut = { id: string; host: string; port: string }

/** Console: RDS › Databases › Create. Its identifier is its id. */
export const dbInstance: AwsKind<DbInstanceIn, DbInstanceOut> = {
  type: 'aws:db-instance',
  title: 'RDS instance',
  idempotency: 'uniqueName',
  after: ['aws:db-subnet-group', 'aws:security-group'],
  expectMs: 6 * minute,
  tagged: true,
  mutable: ['password', 'securityGroupIds', 'multiAz', 'deletionProtection', 'finalBackup'],
  dataLoss: dataLossOf,
  find(cloud, where) {
    // The members of clusters are in the same list, and a kind of their own.
    return findDatabases(cloud, instances, this.type, where, row => row.clusterId === undefined)
  },
  async create(cloud, input, mark) {
    await cloud.call('rds', 'CreateDBInstance', {
      DBInstanceIdentifier: input.identifier,
      Engine: input.engine,
      EngineVersion: input.version,
      DBInstanceClass: input.class,
      AllocatedStorage: input.storage,
      StorageType: 'gp3',
      StorageEncrypted: true,
      MasterUsername: input.user,
      MasterUserPassword: cloud.reveal(input.password),
      ...(input.dbName && { DBName: input.dbName }),
      DBSubnetGroupName: input.subnetGroup,
      VpcSecurityGroupIds: input.securityGroupIds,
      MultiAZ: input.multiAz,
      PubliclyAccessible: false,
      DeletionProtection: input.deletionProtection,
      CopyTagsToSnapshot: false,
      EngineLifecycleSupport: noExtendedSupport,
      Tags: tagList({ ...named(input.identifier, mark.tags), ...policyTags(input) }),
    })
    return input.identifier.toLowerCase()
  },
  async settle(cloud, id, input) {
    const { host, port } = await settleDatabase(cloud, instances, id, input, ({ multiAz }) =>
      multiAz === input.multiAz ? {} : { MultiAZ: input.multiAz },
    )
    return { id, host, port }
  },
  remove: (cloud, id, input, mark) => removeDatabase(cloud, instances, id, input, mark),
}
