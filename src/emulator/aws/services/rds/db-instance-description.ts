import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { object } from '../../core/input.ts'
import { text, texts, time } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { describeSubnetGroup } from './db-subnet-group.ts'
import { groupBlocks, isModifying, rdsLook } from './lookup.ts'

/** creating, backing-up, available, modifying, rebooting, deleting. */
export function dbInstanceStatus(call: Call, one: Resource): string {
  const now = call.world.now()
  if (one.goneAt !== undefined) return 'deleting'
  const ready = time(one, 'readyAt')
  if (now < ready) return 'creating'
  const backsUp = text(one, 'cluster') === '' && time(one, 'backupDays') > 0
  if (backsUp && now < ready + times.databaseBackingUp) return 'backing-up'
  if (now < time(one, 'rebootUntil')) return 'rebooting'
  return isModifying(call, one) ? 'modifying' : 'available'
}

/** The endpoint is not shown before the instance is nearly there. */
function hasEndpoint(call: Call, one: Resource): boolean {
  const whole = time(one, 'readyAt') - one.born
  return call.world.now() >= one.born + whole * 0.8
}

/** An instance as `DescribeDBInstances` shows it. */
export function describeInstance(call: Call, one: Resource): JsonObject {
  const database = text(one, 'database')
  const cluster = text(one, 'cluster')
  const group = rdsLook(call, 'subgrp', text(one, 'subnetGroup'))
  const pending = object(one.data, 'pending')
  return {
    DBInstanceIdentifier: text(one, 'name'),
    DBInstanceArn: one.id,
    DbiResourceId: text(one, 'resourceId'),
    DBInstanceClass: text(one, 'class'),
    DBInstanceStatus: dbInstanceStatus(call, one),
    Engine: text(one, 'engine'),
    EngineVersion: text(one, 'version'),
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    LicenseModel: text(one, 'licence'),
    MasterUsername: text(one, 'user'),
    AllocatedStorage: time(one, 'storage'),
    StorageType: text(one, 'storageType'),
    StorageEncrypted: one.data.encrypted === true,
    MultiAZ: one.data.multiAz === true,
    AvailabilityZone: text(one, 'zone'),
    DbInstancePort: 0,
    VpcSecurityGroups: groupBlocks(texts(one, 'groups')),
    DBSecurityGroups: [],
    DBParameterGroups: [{ DBParameterGroupName: `default.${text(one, 'family')}`, ParameterApplyStatus: 'in-sync' }],
    PendingModifiedValues: pendingOf(pending),
    BackupRetentionPeriod: time(one, 'backupDays'),
    PreferredBackupWindow: '16:00-16:30',
    PreferredMaintenanceWindow: 'sat:18:00-sat:18:30',
    AutoMinorVersionUpgrade: true,
    PubliclyAccessible: one.data.isPublic === true,
    DeletionProtection: one.data.protected === true,
    CopyTagsToSnapshot: one.data.copyTags === true,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    IAMDatabaseAuthenticationEnabled: false,
    PerformanceInsightsEnabled: false,
    MonitoringInterval: 0,
    NetworkType: 'IPV4',
    ReadReplicaDBInstanceIdentifiers: [],
    TagList: tagList(one),
    ...(group && { DBSubnetGroup: describeSubnetGroup(call, group) }),
    ...(cluster && { DBClusterIdentifier: cluster, PromotionTier: time(one, 'tier') }),
    ...(database && { DBName: database }),
    ...(hasEndpoint(call, one) && {
      Endpoint: { Address: text(one, 'host'), Port: time(one, 'port'), HostedZoneId: 'Z24O6O9L7SGTNB' },
      InstanceCreateTime: date(call, one.born),
    }),
  }
}

function pendingOf(pending: JsonObject): JsonObject {
  const names: Record<string, string> = {
    class: 'DBInstanceClass',
    storage: 'AllocatedStorage',
    multiAz: 'MultiAZ',
    version: 'EngineVersion',
  }
  return Object.fromEntries(Object.entries(pending).map(([name, value]) => [names[name]!, value]))
}
