import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { flag, number, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  findResource,
  listedResources,
  removeResource,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { releaseInterface } from '../ec2/network-interface.ts'
import { enginesNamed } from './catalog.ts'
import { createInstance, newInstance } from './db-instance-create.ts'
import { dbInstanceStatus, describeInstance } from './db-instance-description.ts'
import { takeSnapshot } from './db-snapshot.ts'
import { checkPassword, combination, rdsFind, readSecurityGroups } from './lookup.ts'

/** Database instances: alone, or members of a cluster. */
export const dbInstanceOperations: Record<string, Operation> = {
  'rds.CreateDBInstance': operation(newInstance, createInstance),
  'rds.DescribeDBInstances': operation('DBInstanceIdentifier Filters MaxRecords Marker', (input, call) => {
    const name = word(input, 'DBInstanceIdentifier')
    const resources = name ? [byNameOrArn(call, name)] : listedResources(call, 'db-instance')
    const found = filtered(input, resources, {
      'db-instance-id': one => [text(one, 'name'), one.id],
      'db-cluster-id': one => text(one, 'cluster') || undefined,
      'dbi-resource-id': one => text(one, 'resourceId'),
      engine: one => text(one, 'engine'),
    })
    const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
    return { DBInstances: rows.map(one => describeInstance(call, one)), ...(next && { Marker: next }) }
  }),
  'rds.ModifyDBInstance': operation(
    'DBInstanceIdentifier AllocatedStorage DBInstanceClass VpcSecurityGroupIds ApplyImmediately MasterUserPassword BackupRetentionPeriod ' +
      'MultiAZ EngineVersion AllowMajorVersionUpgrade AutoMinorVersionUpgrade CopyTagsToSnapshot PubliclyAccessible DeletionProtection PromotionTier',
    modify,
  ),
  'rds.RebootDBInstance': operation('DBInstanceIdentifier ForceFailover', (input, call) => {
    const one = rdsFind(call, 'db', requireParameter(input, 'DBInstanceIdentifier', 'InvalidParameterValue'))
    needAvailable(call, one)
    updateResource(call, one, { rebootUntil: call.world.now() + times.databaseRebooting })
    return { DBInstance: describeInstance(call, one) }
  }),
  'rds.DeleteDBInstance': operation(
    'DBInstanceIdentifier SkipFinalSnapshot FinalDBSnapshotIdentifier DeleteAutomatedBackups',
    remove,
  ),
}

function byNameOrArn(call: Call, name: string): Resource {
  return name.startsWith('arn:') ? rdsFind(call, 'db', name.split(':').at(-1)!) : rdsFind(call, 'db', name)
}

/** Alive for changes: available and what can follow it. */
function needAvailable(call: Call, one: Resource): void {
  const status = dbInstanceStatus(call, one)
  if (status !== 'available') {
    refuse(
      400,
      'InvalidDBInstanceStateFault',
      `Database instance is not in available state: ${text(one, 'name')} is ${status}.`,
    )
  }
}

function modify(input: JsonObject, call: Call): JsonObject {
  const one = rdsFind(call, 'db', requireParameter(input, 'DBInstanceIdentifier', 'InvalidParameterValue'))
  needAvailable(call, one)
  const password = word(input, 'MasterUserPassword')
  if (password !== '') checkPassword(password, enginesNamed(text(one, 'engine'))[0]!)
  const storage = number(input, 'AllocatedStorage', time(one, 'storage'))
  if (storage < time(one, 'storage')) {
    combination('Requested storage cannot be less than the current storage.')
  }
  const now = call.world.now()
  const lazily: JsonObject = {
    ...(word(input, 'DBInstanceClass') && { class: word(input, 'DBInstanceClass') }),
    ...(input.AllocatedStorage !== undefined && { storage }),
    ...(input.MultiAZ !== undefined && { multiAz: flag(input, 'MultiAZ') }),
    ...(word(input, 'EngineVersion') && { version: word(input, 'EngineVersion') }),
  }
  const at = flag(input, 'ApplyImmediately')
    ? { ...lazily }
    : { pending: { ...(one.data.pending as JsonObject), ...lazily } }
  updateResource(call, one, {
    ...at,
    protected: flag(input, 'DeletionProtection', one.data.protected === true),
    backupDays: number(input, 'BackupRetentionPeriod', time(one, 'backupDays')),
    tier: number(input, 'PromotionTier', time(one, 'tier')),
    copyTags: flag(input, 'CopyTagsToSnapshot', one.data.copyTags === true),
    changesFrom: now + times.databaseModifies,
    changesUntil: now + times.databaseModifying,
  })
  if (input.VpcSecurityGroupIds) setGroups(call, one, readSecurityGroups(call, input, text(one, 'vpcId')))
  return { DBInstance: describeInstance(call, one) }
}

function setGroups(call: Call, one: Resource, groups: string[]): void {
  updateResource(call, one, { groups })
  for (const id of texts(one, 'interfaces')) {
    const resource = findResource(call, 'network-interface', id)
    if (resource) updateResource(call, resource, { groups })
  }
}

function remove(input: JsonObject, call: Call): JsonObject {
  const one = rdsFind(call, 'db', requireParameter(input, 'DBInstanceIdentifier', 'InvalidParameterValue'))
  const name = text(one, 'name')
  const member = text(one, 'cluster') !== ''
  const last = word(input, 'FinalDBSnapshotIdentifier')
  const skip = flag(input, 'SkipFinalSnapshot')
  if (skip && last)
    combination('FinalDBSnapshotIdentifier can not be specified when deleting an instance with SkipFinalSnapshot.')
  if (!member && !skip && !last)
    combination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.')
  if (member && last) combination('FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance.')
  if (one.goneAt !== undefined) refuse(400, 'InvalidDBInstanceStateFault', `Instance ${name} is already being deleted.`)
  if (one.data.protected === true) {
    combination('Cannot delete protected DB Instance, please disable deletion protection and try again.')
  }
  const status = dbInstanceStatus(call, one)
  if (last && status !== 'available') {
    refuse(
      400,
      'InvalidDBInstanceStateFault',
      `Cannot create a final snapshot because the instance ${name} is ${status}.`,
    )
  }
  if (last) takeSnapshot(call, one, last, one.data.copyTags === true ? one.tags : {})
  const time = member ? times.memberDeleting : times.databaseDeleting
  const after = time + (last ? times.databaseSnapshot : 0)
  removeResource(call, one, after)
  for (const id of texts(one, 'interfaces')) {
    releaseInterface(call, id, after + times.databaseInterfaceLingers)
  }
  return { DBInstance: describeInstance(call, one) }
}
