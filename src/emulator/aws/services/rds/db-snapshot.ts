import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, listedResources, removeResource, text, time } from '../../core/resources.ts'
import { tagList, tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { checkIdentifier, rdsArn, rdsFind, rdsLook, rdsTagCodes } from './lookup.ts'

/** Snapshots: made by hand or as the last of a database that goes. They stay, and cost, until they are deleted. */
export const dbSnapshotOperations: Record<string, Operation> = {
  'rds.CreateDBSnapshot': operation('DBSnapshotIdentifier DBInstanceIdentifier Tags', (input, call) => {
    const source = rdsFind(call, 'db', requireParameter(input, 'DBInstanceIdentifier', 'InvalidParameterValue'))
    const name = requireParameter(input, 'DBSnapshotIdentifier', 'InvalidParameterValue')
    return { DBSnapshot: describe(call, takeSnapshot(call, source, name, tagsIn(input, rdsTagCodes))) }
  }),
  'rds.DescribeDBSnapshots': operation(
    'DBInstanceIdentifier DBSnapshotIdentifier SnapshotType MaxRecords Marker',
    (input, call) => {
      const found = snapshots(call, input, 'snapshot', 'DBSnapshotIdentifier', 'DBInstanceIdentifier')
      const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { DBSnapshots: rows.map(one => describe(call, one)), ...(next && { Marker: next }) }
    },
  ),
  'rds.DeleteDBSnapshot': operation('DBSnapshotIdentifier', (input, call) => {
    const one = rdsFind(call, 'snapshot', requireParameter(input, 'DBSnapshotIdentifier', 'InvalidParameterValue'))
    const shown = describe(call, one)
    removeResource(call, one)
    return { DBSnapshot: { ...shown, Status: 'deleted' } }
  }),
  'rds.DescribeDBClusterSnapshots': operation(
    'DBClusterIdentifier DBClusterSnapshotIdentifier SnapshotType MaxRecords Marker',
    (input, call) => {
      const found = snapshots(call, input, 'cluster-snapshot', 'DBClusterSnapshotIdentifier', 'DBClusterIdentifier')
      const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { DBClusterSnapshots: rows.map(one => describeOfCluster(call, one)), ...(next && { Marker: next }) }
    },
  ),
  'rds.DeleteDBClusterSnapshot': operation('DBClusterSnapshotIdentifier', (input, call) => {
    const one = rdsFind(
      call,
      'cluster-snapshot',
      requireParameter(input, 'DBClusterSnapshotIdentifier', 'InvalidParameterValue'),
    )
    const shown = describeOfCluster(call, one)
    removeResource(call, one)
    return { DBClusterSnapshot: { ...shown, Status: 'deleted' } }
  }),
}

/** A snapshot of an instance or a cluster under a name that must be free. */
export function takeSnapshot(call: Call, source: Resource, asked: string, tags: Record<string, string>): Resource {
  const ofCluster = source.type === 'db-cluster'
  const name = checkIdentifier(asked, ofCluster ? 'DBClusterSnapshotIdentifier' : 'DBSnapshotIdentifier')
  const part = ofCluster ? 'cluster-snapshot' : 'snapshot'
  if (rdsLook(call, part, name)) {
    const code = ofCluster ? 'DBClusterSnapshotAlreadyExistsFault' : 'DBSnapshotAlreadyExistsFault'
    refuse(400, code, `Cannot create the snapshot because a snapshot with the identifier ${name} already exists.`)
  }
  const data = {
    name,
    sourceType: part,
    source: text(source, 'name'),
    engine: text(source, 'engine'),
    version: text(source, 'version'),
    user: text(source, 'user'),
    port: time(source, 'port'),
    storage: time(source, 'storage'),
    storageType: text(source, 'storageType'),
    encrypted: source.data.encrypted === true,
    zone: text(source, 'zone'),
    vpcId: text(source, 'vpcId'),
    readyAt: call.world.now() + times.databaseSnapshot,
  }
  return createResource(call, 'db-snapshot', rdsArn(call, part, name), data, { tags })
}

function snapshots(
  call: Call,
  input: JsonObject,
  part: 'snapshot' | 'cluster-snapshot',
  id: string,
  source: string,
): Resource[] {
  const asked = word(input, id)
  const found = asked
    ? [rdsFind(call, part, asked)]
    : listedResources(call, 'db-snapshot').filter(one => text(one, 'sourceType') === part)
  return found.filter(
    one =>
      (word(input, source) === '' || text(one, 'source') === word(input, source).toLowerCase()) &&
      ['', 'manual'].includes(word(input, 'SnapshotType')),
  )
}

/** creating, then available. */
export function snapshotStatus(call: Call, one: Resource): string {
  return call.world.now() < time(one, 'readyAt') ? 'creating' : 'available'
}

function common(call: Call, one: Resource): JsonObject {
  const status = snapshotStatus(call, one)
  return {
    Engine: text(one, 'engine'),
    EngineVersion: text(one, 'version'),
    MasterUsername: text(one, 'user'),
    SnapshotType: 'manual',
    Status: status,
    PercentProgress: status === 'available' ? 100 : 30,
    Port: time(one, 'port'),
    VpcId: text(one, 'vpcId'),
    AllocatedStorage: time(one, 'storage') || 1,
    SnapshotCreateTime: date(call, one.born),
    TagList: tagList(one),
  }
}

function describe(call: Call, one: Resource): JsonObject {
  return {
    ...common(call, one),
    DBSnapshotIdentifier: text(one, 'name'),
    DBSnapshotArn: one.id,
    DBInstanceIdentifier: text(one, 'source'),
    AvailabilityZone: text(one, 'zone'),
    StorageType: text(one, 'storageType'),
    Encrypted: one.data.encrypted === true,
  }
}

function describeOfCluster(call: Call, one: Resource): JsonObject {
  return {
    ...common(call, one),
    DBClusterSnapshotIdentifier: text(one, 'name'),
    DBClusterSnapshotArn: one.id,
    DBClusterIdentifier: text(one, 'source'),
    StorageEncrypted: one.data.encrypted === true,
  }
}
