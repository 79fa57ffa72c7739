import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { letters } from '../../core/ids.ts'
import { flag, number, refuse, requireParameter, word } from '../../core/input.ts'
import { createResource, resourcesOf, text, texts, time } from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { type Engine, enginesNamed, offers, storageRange, type Version, versionOf } from './catalog.ts'
import { clusterStatus, membersOf } from './db-cluster.ts'
import { describeInstance } from './db-instance-description.ts'
import {
  checkIdentifier,
  combination,
  endpointPart,
  interfaceFor,
  rdsArn,
  rdsFind,
  rdsLook,
  rdsTagCodes,
  readDatabase,
  readMaster,
  readSecurityGroups,
  subnetsOf,
} from './lookup.ts'

/** The parameters of CreateDBInstance that are honoured. */
export const newInstance =
  'DBName DBInstanceIdentifier AllocatedStorage DBInstanceClass Engine MasterUsername MasterUserPassword ManageMasterUserPassword ' +
  'VpcSecurityGroupIds AvailabilityZone DBSubnetGroupName PreferredMaintenanceWindow BackupRetentionPeriod PreferredBackupWindow Port ' +
  'MultiAZ EngineVersion AutoMinorVersionUpgrade LicenseModel PubliclyAccessible Tags DBClusterIdentifier StorageType StorageEncrypted ' +
  'CopyTagsToSnapshot PromotionTier DeletionProtection NetworkType EngineLifecycleSupport CACertificateIdentifier'

const perRegion = 40

/** `CreateDBInstance`, of its own or as a member of a cluster. */
export function createInstance(input: JsonObject, call: Call): JsonObject {
  const name = checkIdentifier(
    requireParameter(input, 'DBInstanceIdentifier', 'InvalidParameterValue'),
    'DBInstanceIdentifier',
  )
  const engine = enginesNamed(requireParameter(input, 'Engine', 'InvalidParameterValue'))[0]!
  const tags = tagsIn(input, rdsTagCodes)
  const data = engine.aurora ? memberData(input, call, engine) : aloneData(input, call, engine)
  if (rdsLook(call, 'db', name)) refuse(400, 'DBInstanceAlreadyExistsFault', 'DB instance already exists')
  if (resourcesOf(call, 'db-instance').length >= perRegion) {
    refuse(400, 'InstanceQuotaExceededFault', `You have reached your quota of ${perRegion} instances.`)
  }
  const subnet = subnetIn(call, data.subnetGroup, data.zone)
  const groups = data.groups
  const made = {
    ...data,
    name,
    engine: engine.name,
    subnetId: subnet.id,
    zone: text(subnet, 'zone'),
    vpcId: text(subnet, 'vpcId'),
    host: `${name}.${endpointPart(call)}.${call.region}.rds.amazonaws.com`,
    resourceId: `db-${letters(call.world, 26)}`,
    isPublic: flag(input, 'PubliclyAccessible'),
    copyTags: flag(input, 'CopyTagsToSnapshot'),
    interfaces: [interfaceFor(call, subnet, groups, flag(input, 'PubliclyAccessible'))],
    pending: {},
  }
  return {
    DBInstance: describeInstance(call, createResource(call, 'db-instance', rdsArn(call, 'db', name), made, { tags })),
  }
}

/** What both ways of making one settle before a subnet is chosen. */
type Data = JsonObject & { subnetGroup: string; zone: string; groups: string[] }

function aloneData(input: JsonObject, call: Call, engine: Engine): Data {
  if (word(input, 'DBClusterIdentifier') !== '') combination(`The engine ${engine.name} has no clusters here.`)
  const version = versionOf(engine, word(input, 'EngineVersion'))
  checkSupport(input, version)
  const storageType = word(input, 'StorageType') || 'gp3'
  const multiAz = flag(input, 'MultiAZ')
  const zone = readZone(input, call, engine, version, storageType)
  if (multiAz && word(input, 'AvailabilityZone')) {
    combination('Requesting a specific availability zone is not valid for Multi-AZ instances.')
  }
  const storage = number(input, 'AllocatedStorage', 0)
  const [least, most] = storageRange(storageType)
  if (storage < least || storage > most) {
    combination(`Invalid storage size for engine name ${engine.name} and storage type ${storageType}: ${storage}`)
  }
  const group = readGroup(call, input)
  const days = number(input, 'BackupRetentionPeriod', 1)
  if (days < 0 || days > 35) combination('The backup retention period is 0 to 35 days.')
  const now = call.world.now()
  return {
    class: word(input, 'DBInstanceClass'),
    version: version.version,
    family: version.family,
    licence: engine.licence,
    user: readMaster(input, engine),
    database: readDatabase(word(input, 'DBName'), 'DBName'),
    port: number(input, 'Port', engine.port),
    storage,
    storageType,
    encrypted: flag(input, 'StorageEncrypted'),
    multiAz,
    backupDays: days,
    protected: flag(input, 'DeletionProtection'),
    cluster: '',
    tier: 1,
    subnetGroup: text(group, 'name'),
    zone,
    groups: readSecurityGroups(call, input, text(group, 'vpcId')),
    readyAt: now + (multiAz ? times.databaseMultiAz : times.databaseCreating),
  }
}

/** A member of an Aurora cluster: what the cluster has is not said again. */
function memberData(input: JsonObject, call: Call, engine: Engine): Data {
  const clusterName = word(input, 'DBClusterIdentifier')
  if (clusterName === '') combination('DBClusterIdentifier is required for Aurora.')
  const cluster = rdsFind(call, 'cluster', clusterName)
  if (text(cluster, 'engine') !== engine.name) {
    combination(
      `The engine name requested for your DB instance (${engine.name}) doesn't match the engine name of your DB cluster (${text(cluster, 'engine')}).`,
    )
  }
  const shared =
    'AllocatedStorage MasterUsername MasterUserPassword DBName StorageType StorageEncrypted DeletionProtection VpcSecurityGroupIds BackupRetentionPeriod Port MultiAZ'
  const wrong = shared.split(' ').find(name => input[name] !== undefined && input[name] !== false)
  if (wrong) combination(`The requested DB Instance will be a member of a DB Cluster. Set ${wrong} for the DB Cluster.`)
  if (clusterStatus(call, cluster) === 'deleting') {
    refuse(400, 'InvalidDBClusterStateFault', `DBCluster ${clusterName} is not currently in the available state.`)
  }
  const version = versionOf(engine, text(cluster, 'version'))
  const members = membersOf(call, cluster).filter(one => one.goneAt === undefined)
  if (members.length >= 16) refuse(400, 'InstanceQuotaExceededFault', 'A cluster has at most 16 members.')
  const ready = Math.max(call.world.now(), time(cluster, 'readyAt'))
  if (members.length === 0) {
    cluster.data.writer = word(input, 'DBInstanceIdentifier').toLowerCase()
    call.world.touch(cluster)
  }
  const asked = readZone(input, call, engine, version, 'aurora')
  const tier = number(input, 'PromotionTier', 1)
  if (tier < 0 || tier > 15) combination('A promotion tier is 0 to 15.')
  return {
    class: word(input, 'DBInstanceClass'),
    version: version.version,
    family: version.family,
    licence: engine.licence,
    user: text(cluster, 'user'),
    database: text(cluster, 'database'),
    port: time(cluster, 'port'),
    storage: 1,
    storageType: 'aurora',
    encrypted: cluster.data.encrypted === true,
    multiAz: false,
    backupDays: time(cluster, 'backupDays'),
    protected: false,
    cluster: text(cluster, 'name'),
    tier,
    subnetGroup: text(cluster, 'subnetGroup'),
    zone: asked || freshZone(call, cluster, members),
    groups: texts(cluster, 'groups'),
    readyAt: ready + times.memberCreating,
  }
}

/** Past its standard support, a version is offered only with Extended Support. */
function checkSupport(input: JsonObject, version: Version): void {
  if (version.extended && word(input, 'EngineLifecycleSupport') === 'open-source-rds-extended-support-disabled') {
    combination(`The version ${version.version} is past its end of standard support and needs Extended Support.`)
  }
}

/** The asked zone, '' for any; the class must be offered (there). */
function readZone(input: JsonObject, call: Call, engine: Engine, version: Version, storageType: string): string {
  const name = requireParameter(input, 'DBInstanceClass', 'InvalidParameterValue')
  const rows = offers(call.region, engine).filter(one => one.version === version)
  if (!rows.some(one => one.class === name)) {
    combination(
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${name}, Engine=${engine.name}, EngineVersion=${version.version}, LicenseModel=${engine.licence}.`,
    )
  }
  const row = rows.find(one => one.class === name && one.storageType === storageType)
  if (!row) combination(`Invalid storage type for DB engine ${engine.name}: ${storageType}`)
  const zone = word(input, 'AvailabilityZone')
  if (zone && !row!.zones.some(one => one.name === zone)) {
    refuse(
      400,
      'InvalidVPCNetworkStateFault',
      `The requested DB instance class ${name} is not available in the Availability Zone ${zone}.`,
    )
  }
  return zone
}

function readGroup(call: Call, input: JsonObject): Resource {
  const name = word(input, 'DBSubnetGroupName')
  if (name === '')
    refuse(400, 'InvalidVPCNetworkStateFault', 'No default VPC exists for this account: name a DB subnet group.')
  return rdsFind(call, 'subgrp', name)
}

/** A zone without a member yet, as the service spreads them. */
function freshZone(call: Call, cluster: Resource, members: Resource[]): string {
  const zones = subnetsOf(call, rdsFind(call, 'subgrp', text(cluster, 'subnetGroup'))).map(one => text(one, 'zone'))
  return zones.find(zone => !members.some(one => text(one, 'zone') === zone)) ?? zones[0] ?? ''
}

function subnetIn(call: Call, groupName: string, zone: string): Resource {
  const subnets = subnetsOf(call, rdsFind(call, 'subgrp', groupName))
  const subnet = zone === '' ? subnets[0] : subnets.find(one => text(one, 'zone') === zone)
  return (
    subnet ??
    refuse(
      400,
      'InvalidVPCNetworkStateFault',
      `The DB subnet group ${groupName} has no subnet in the Availability Zone ${zone}.`,
    )
  )
}
