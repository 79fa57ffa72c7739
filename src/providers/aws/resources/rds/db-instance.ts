import { found, named, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, isProtected, minute, orAbsent, second, settled, untilAbsent } from '../common.ts'
import {
  type DatabaseWishes,
  dataLossOf,
  deleting,
  deletion,
  due,
  farewell,
  identifierIn,
  isReady,
  lastWishes,
  noExtendedSupport,
  ours,
  readInstance,
  remember,
  wishes,
} from './common.ts'

export type DbInstanceIn = DatabaseWishes & {
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
  securityGroupIds: string[]
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
  async find(cloud, where) {
    const name = identifierIn(where)
    const input = name === undefined ? {} : { DBInstanceIdentifier: name }
    const list = () => cloud.pages('rds', 'DescribeDBInstances', input, answer => answer.DBInstances)
    const rows = (await orAbsent(list)) ?? []
    // One list holds single instances and the members of clusters; the latter are a kind of their own.
    const single = name === undefined ? rows.filter(row => !row.DBClusterIdentifier) : rows
    const all = single.flatMap(row => found(row.DBInstanceIdentifier, tagsIn(row.TagList), row.InstanceCreateTime))
    return ours(this.type, where, all)
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
      Tags: tagList({ ...named(input.identifier, mark.tags), ...wishes(input) }),
    })
    return input.identifier.toLowerCase()
  },
  async settle(cloud, id, input) {
    const read = () => readInstance(cloud, id)
    const options = { what: `the RDS instance ${id}`, within: 60 * minute, every: 2 * second }
    const row = await settled(cloud, read, row => isReady(id, row), options)
    const change = {
      ...due(cloud, row, input),
      ...(row.MultiAZ !== input.multiAz && { MultiAZ: input.multiAz }),
    }
    if (Object.keys(change).length > 0) {
      const place = { DBInstanceIdentifier: id, ApplyImmediately: true }
      await cloud.call('rds', 'ModifyDBInstance', { ...place, ...change }, { repeatable: true, patience: 15 * minute })
      // The change shows in the status a moment later only.
      await cloud.sleep(5 * second)
    }
    await remember(cloud, row.DBInstanceArn, tagsIn(row.TagList), wishes(input))
    const ready = await settled(cloud, read, row => isReady(id, row), options)
    return { id, host: ready.Endpoint?.Address ?? '', port: String(ready.Endpoint?.Port ?? '') }
  },
  async remove(cloud, id, input, mark) {
    const read = () => readInstance(cloud, id)
    const row = await orAbsent(read)
    if (!row) return 'gone'
    const last = lastWishes(input, tagsIn(row.TagList))
    if (row.DBInstanceStatus !== 'deleting') {
      if (row.DeletionProtection) {
        if (!last.protected) throw isProtected(`The RDS instance ${id}`)
        const place = { DBInstanceIdentifier: id, DeletionProtection: false, ApplyImmediately: true }
        await cloud.call('rds', 'ModifyDBInstance', place, { repeatable: true, patience: 30 * minute })
      }
      const request = { DBInstanceIdentifier: id, ...farewell(last, id, mark.token) }
      await deleting(() => cloud.call('rds', 'DeleteDBInstance', request, deletion))
    }
    return untilAbsent(cloud, read, 15 * minute)
  },
}
