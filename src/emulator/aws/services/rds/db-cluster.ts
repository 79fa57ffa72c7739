import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { date, letters } from '../../core/ids.ts'
import { flag, number, object, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  listedResources,
  resourcesOf,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagList, tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { enginesNamed, versionOf } from './catalog.ts'
import { takeSnapshot } from './db-snapshot.ts'
import {
  checkIdentifier,
  checkPassword,
  combination,
  endpointPart,
  groupBlocks,
  isModifying,
  rdsArn,
  rdsFind,
  rdsLook,
  rdsTagCodes,
  readDatabase,
  readMaster,
  readSecurityGroups,
  subnetsOf,
} from './lookup.ts'

const settings =
  'BackupRetentionPeriod VpcSecurityGroupIds Port PreferredBackupWindow PreferredMaintenanceWindow DeletionProtection CopyTagsToSnapshot ' +
  'ServerlessV2ScalingConfiguration MasterUserPassword ManageMasterUserPassword EngineVersion'

/** Aurora clusters. A cluster has no server of its own: members are instances that name it. */
export const dbClusterOperations: Record<string, Operation> = {
  'rds.CreateDBCluster': operation(
    `AvailabilityZones DatabaseName DBClusterIdentifier DBSubnetGroupName Engine EngineMode MasterUsername StorageEncrypted StorageType EngineLifecycleSupport NetworkType Tags ${settings}`,
    createCluster,
  ),
  'rds.DescribeDBClusters': operation('DBClusterIdentifier Filters MaxRecords Marker', (input, call) => {
    const name = word(input, 'DBClusterIdentifier')
    const resources = name ? [rdsFind(call, 'cluster', name)] : listedResources(call, 'db-cluster')
    const found = filtered(input, resources, {
      'db-cluster-id': one => [text(one, 'name'), one.id],
      'db-cluster-resource-id': one => text(one, 'resourceId'),
      engine: one => text(one, 'engine'),
    })
    const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
    return { DBClusters: rows.map(one => describe(call, one)), ...(next && { Marker: next }) }
  }),
  'rds.ModifyDBCluster': operation(`DBClusterIdentifier ApplyImmediately ${settings}`, (input, call) => {
    const cluster = rdsFind(call, 'cluster', requireParameter(input, 'DBClusterIdentifier', 'InvalidParameterValue'))
    if (clusterStatus(call, cluster) !== 'available') notAvailable(cluster)
    if (word(input, 'MasterUserPassword') !== '') {
      checkPassword(word(input, 'MasterUserPassword'), enginesNamed(text(cluster, 'engine'))[0]!)
    }
    const now = call.world.now()
    updateResource(call, cluster, {
      protected: flag(input, 'DeletionProtection', cluster.data.protected === true),
      backupDays: number(input, 'BackupRetentionPeriod', time(cluster, 'backupDays')),
      groups: readSecurityGroups(
        call,
        input.VpcSecurityGroupIds ? input : { VpcSecurityGroupIds: texts(cluster, 'groups') },
        text(cluster, 'vpcId'),
      ),
      changesFrom: now + times.databaseModifies,
      changesUntil: now + times.databaseModifying,
    })
    return { DBCluster: describe(call, cluster) }
  }),
  'rds.DeleteDBCluster': operation(
    'DBClusterIdentifier SkipFinalSnapshot FinalDBSnapshotIdentifier DeleteAutomatedBackups',
    deleteCluster,
  ),
  'rds.FailoverDBCluster': operation('DBClusterIdentifier TargetDBInstanceIdentifier', (input, call) => {
    const cluster = rdsFind(call, 'cluster', requireParameter(input, 'DBClusterIdentifier', 'InvalidParameterValue'))
    const target = word(input, 'TargetDBInstanceIdentifier')
    const others = membersOf(call, cluster).filter(one => one !== writerOf(call, cluster) && one.goneAt === undefined)
    const chosen = target ? others.find(one => text(one, 'name') === target.toLowerCase()) : others[0]
    if (!chosen) refuse(400, 'InvalidDBClusterStateFault', 'There is no reader to fail over to.')
    updateResource(call, cluster, { writer: text(chosen!, 'name') })
    return { DBCluster: describe(call, cluster) }
  }),
}

/** creating, available, modifying, deleting. */
export function clusterStatus(call: Call, cluster: Resource): string {
  if (cluster.goneAt !== undefined) return 'deleting'
  if (call.world.now() < time(cluster, 'readyAt')) return 'creating'
  return isModifying(call, cluster) ? 'modifying' : 'available'
}

/** The cluster's instances, oldest first. */
export function membersOf(call: Call, cluster: Resource): Resource[] {
  return resourcesOf(call, 'db-instance').filter(one => text(one, 'cluster') === text(cluster, 'name'))
}

/** The member that writes: the first one made, or after it the one with the lowest tier. */
export function writerOf(call: Call, cluster: Resource): Resource | undefined {
  const members = membersOf(call, cluster)
  const staying = members.filter(one => one.goneAt === undefined)
  const named = staying.find(one => text(one, 'name') === text(cluster, 'writer'))
  const order = (one: Resource) => time(one, 'tier') * 1e15 + one.born
  return named ?? staying.sort((one, other) => order(one) - order(other))[0] ?? members[0]
}

/** Which members answer behind the reader endpoint: with one member, the writer itself. */
export function readersOf(call: Call, cluster: Resource): Resource[] {
  const writer = writerOf(call, cluster)
  const readers = membersOf(call, cluster).filter(one => one !== writer && one.goneAt === undefined)
  return readers.length > 0 ? readers : writer ? [writer] : []
}

function createCluster(input: JsonObject, call: Call): JsonObject {
  const name = checkIdentifier(
    requireParameter(input, 'DBClusterIdentifier', 'InvalidParameterValue'),
    'DBClusterIdentifier',
  )
  const engine = enginesNamed(requireParameter(input, 'Engine', 'InvalidParameterValue'))[0]!
  if (!engine.aurora) combination('The emulator simulates Aurora clusters only.')
  if (!['', 'provisioned'].includes(word(input, 'EngineMode'))) combination('The engine mode must be provisioned.')
  const version = versionOf(engine, word(input, 'EngineVersion'))
  const user = readMaster(input, engine)
  const tags = tagsIn(input, rdsTagCodes)
  const groupName = requireParameter(input, 'DBSubnetGroupName', 'InvalidParameterValue')
  const group = rdsFind(call, 'subgrp', groupName)
  const vpcId = text(group, 'vpcId')
  const groups = readSecurityGroups(call, input, vpcId)
  const database = readDatabase(word(input, 'DatabaseName'), 'DatabaseName')
  const retention = number(input, 'BackupRetentionPeriod', 1)
  if (retention < 1 || retention > 35) combination('The backup retention period of a cluster is 1 to 35 days.')
  if (rdsLook(call, 'cluster', name)) {
    refuse(400, 'DBClusterAlreadyExistsFault', 'DB Cluster already exists')
  }
  if (resourcesOf(call, 'db-cluster').length >= 40)
    refuse(403, 'DBClusterQuotaExceededFault', 'You have reached your quota of clusters.')
  const part = endpointPart(call)
  const data = {
    name,
    engine: engine.name,
    version: version.version,
    family: version.family,
    user,
    database,
    port: number(input, 'Port', engine.port),
    subnetGroup: text(group, 'name'),
    vpcId,
    groups,
    zones: [...new Set(subnetsOf(call, group).map(one => text(one, 'zone')))].slice(0, 3),
    protected: flag(input, 'DeletionProtection'),
    encrypted: flag(input, 'StorageEncrypted'),
    backupDays: retention,
    copyTags: flag(input, 'CopyTagsToSnapshot'),
    scaling: object(input, 'ServerlessV2ScalingConfiguration'),
    host: `${name}.cluster-${part}.${call.region}.rds.amazonaws.com`,
    readerHost: `${name}.cluster-ro-${part}.${call.region}.rds.amazonaws.com`,
    resourceId: `cluster-${letters(call.world, 26)}`,
    writer: '',
    readyAt: call.world.now() + times.clusterCreating,
  }
  return {
    DBCluster: describe(call, createResource(call, 'db-cluster', rdsArn(call, 'cluster', name), data, { tags })),
  }
}

function deleteCluster(input: JsonObject, call: Call): JsonObject {
  const cluster = rdsFind(call, 'cluster', requireParameter(input, 'DBClusterIdentifier', 'InvalidParameterValue'))
  const last = word(input, 'FinalDBSnapshotIdentifier')
  const skip = flag(input, 'SkipFinalSnapshot')
  if (skip && last)
    combination('FinalDBSnapshotIdentifier can not be specified when deleting a cluster with SkipFinalSnapshot.')
  if (!skip && !last) combination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.')
  if (cluster.goneAt !== undefined)
    refuse(400, 'InvalidDBClusterStateFault', `Cluster ${text(cluster, 'name')} is already being deleted.`)
  if (cluster.data.protected === true) {
    combination('Cannot delete protected Cluster, please disable deletion protection and try again.')
  }
  const members = membersOf(call, cluster)
  if (members.some(one => one.goneAt === undefined)) {
    refuse(
      400,
      'InvalidDBClusterStateFault',
      'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
    )
  }
  if (clusterStatus(call, cluster) !== 'available') notAvailable(cluster)
  if (last) takeSnapshot(call, cluster, last, cluster.data.copyTags === true ? cluster.tags : {})
  const membersGone = Math.max(0, ...members.map(one => one.goneAt ?? 0))
  const snapshot = last ? times.databaseSnapshot : 0
  cluster.goneAt = Math.max(call.world.now(), membersGone) + times.clusterDeleting + snapshot
  call.world.touch(cluster)
  return { DBCluster: describe(call, cluster) }
}

function notAvailable(cluster: Resource): never {
  return refuse(
    400,
    'InvalidDBClusterStateFault',
    `DBCluster ${text(cluster, 'name')} is not currently in the available state.`,
  )
}

function describe(call: Call, one: Resource): JsonObject {
  const writer = writerOf(call, one)
  const database = text(one, 'database')
  const scaling = object(one.data, 'scaling')
  return {
    DBClusterIdentifier: text(one, 'name'),
    DBClusterArn: one.id,
    DbClusterResourceId: text(one, 'resourceId'),
    Status: clusterStatus(call, one),
    Engine: text(one, 'engine'),
    EngineVersion: text(one, 'version'),
    EngineMode: 'provisioned',
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    MasterUsername: text(one, 'user'),
    Endpoint: text(one, 'host'),
    ReaderEndpoint: text(one, 'readerHost'),
    CustomEndpoints: [],
    Port: time(one, 'port'),
    MultiAZ: new Set(membersOf(call, one).map(member => text(member, 'zone'))).size > 1,
    AvailabilityZones: texts(one, 'zones'),
    DBSubnetGroup: text(one, 'subnetGroup'),
    DBClusterParameterGroup: `default.${text(one, 'family')}`,
    VpcSecurityGroups: groupBlocks(texts(one, 'groups')),
    DBClusterMembers: membersOf(call, one).map(member => ({
      DBInstanceIdentifier: text(member, 'name'),
      IsClusterWriter: member === writer,
      DBClusterParameterGroupStatus: 'in-sync',
      PromotionTier: time(member, 'tier'),
    })),
    BackupRetentionPeriod: time(one, 'backupDays'),
    PreferredBackupWindow: '16:00-16:30',
    PreferredMaintenanceWindow: 'sat:18:00-sat:18:30',
    StorageEncrypted: one.data.encrypted === true,
    StorageType: 'aurora',
    AllocatedStorage: 1,
    HostedZoneId: 'Z24O6O9L7SGTNB',
    DeletionProtection: one.data.protected === true,
    CopyTagsToSnapshot: one.data.copyTags === true,
    CrossAccountClone: false,
    HttpEndpointEnabled: false,
    IAMDatabaseAuthenticationEnabled: false,
    AutoMinorVersionUpgrade: true,
    AssociatedRoles: [],
    ReadReplicaIdentifiers: [],
    NetworkType: 'IPV4',
    ClusterCreateTime: date(call, one.born),
    TagList: tagList(one),
    ...(database && { DatabaseName: database }),
    ...(Object.keys(scaling).length > 0 && { ServerlessV2ScalingConfiguration: scaling }),
  }
}
