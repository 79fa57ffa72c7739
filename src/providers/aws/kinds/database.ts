import type { Aws } from '../client.ts'
import { carries, found, markFilter, named, tagList, tagsIn } from '../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled, untilAbsent } from './common.ts'
import {
  type DatabaseWishes,
  deleting,
  deletion,
  due,
  farewell,
  identifierIn,
  isProtected,
  isReady,
  lastWishes,
  losingDatabase,
  noExtendedSupport,
  ours,
  readInstance,
  remember,
  wishes,
} from './rds.ts'

export type DbSubnetGroupIn = { name: string; subnetIds: string[] }

/** Console: RDS › Subnet groups › Create. Subnets in two zones at least. */
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
    // The list holds no tags; asked for one by one, where the description does not tell that it is not ours.
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
    // Kept in lower case.
    return name.toLowerCase()
  },
  settle: async (_cloud, id) => ({ id }),
  remove(cloud, id) {
    const send = () => cloud.call('rds', 'DeleteDBSubnetGroup', { DBSubnetGroupName: id }, repeatable)
    return removed(cloud, send, 15 * minute)
  },
}

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
  losing: losingDatabase,
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

const described = 'Stackwright'

async function tagsOf(cloud: Aws, arn: string | undefined): Promise<Record<string, string>> {
  const answer = await orAbsent(() => cloud.call('rds', 'ListTagsForResource', { ResourceName: arn }))
  return tagsIn(answer?.TagList)
}
