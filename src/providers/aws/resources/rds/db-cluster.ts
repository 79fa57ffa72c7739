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
  lastWishes,
  noExtendedSupport,
  ours,
  readCluster,
  refuseBroken,
  remember,
  wishes,
} from './common.ts'

export type DbClusterIn = DatabaseWishes & {
  identifier: string
  /** `aurora-mysql`. */
  engine: string
  version: string
  user: string
  /** '' for none. */
  dbName: string
  subnetGroup: string
  securityGroupIds: string[]
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
  async find(cloud, where) {
    const name = identifierIn(where)
    const input = name === undefined ? {} : { DBClusterIdentifier: name }
    const list = () => cloud.pages('rds', 'DescribeDBClusters', input, answer => answer.DBClusters)
    const rows = (await orAbsent(list)) ?? []
    const all = rows.flatMap(row => found(row.DBClusterIdentifier, tagsIn(row.TagList), row.ClusterCreateTime))
    return ours(this.type, where, all)
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
      Tags: tagList({ ...named(input.identifier, mark.tags), ...wishes(input) }),
    })
    return input.identifier.toLowerCase()
  },
  async settle(cloud, id, input) {
    const read = () => readCluster(cloud, id)
    const ready = (row: { Status?: string | undefined; Endpoint?: string | undefined }) => {
      refuseBroken(`The Aurora cluster ${id}`, row.Status ?? '')
      return /^(available|backing-up)$/.test(row.Status ?? '') && Boolean(row.Endpoint)
    }
    const options = { what: `the Aurora cluster ${id}`, within: 60 * minute, every: 2 * second }
    const row = await settled(cloud, read, ready, options)
    const change = due(cloud, row, input)
    if (Object.keys(change).length > 0) {
      const place = { DBClusterIdentifier: id, ApplyImmediately: true }
      await cloud.call('rds', 'ModifyDBCluster', { ...place, ...change }, { repeatable: true, patience: 15 * minute })
      // The change shows in the status a moment later only.
      await cloud.sleep(5 * second)
    }
    await remember(cloud, row.DBClusterArn, tagsIn(row.TagList), wishes(input))
    const { Endpoint = '', ReaderEndpoint = '', Port } = await settled(cloud, read, ready, options)
    return { id, host: Endpoint, readerHost: ReaderEndpoint || Endpoint, port: String(Port ?? '') }
  },
  async remove(cloud, id, input, mark) {
    const read = () => readCluster(cloud, id)
    const row = await orAbsent(read)
    if (!row) return 'gone'
    const last = lastWishes(input, tagsIn(row.TagList))
    if (row.Status !== 'deleting') {
      if (row.DeletionProtection) {
        if (!last.protected) throw isProtected(`The Aurora cluster ${id}`)
        const place = { DBClusterIdentifier: id, DeletionProtection: false, ApplyImmediately: true }
        await cloud.call('rds', 'ModifyDBCluster', place, { repeatable: true, patience: 30 * minute })
      }
      const request = { DBClusterIdentifier: id, ...farewell(last, id, mark.token) }
      await deleting(() => cloud.call('rds', 'DeleteDBCluster', request, deletion))
    }
    return untilAbsent(cloud, read, 15 * minute)
  },
}
