import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf } from '../../core/catalog.ts'
import { newId } from '../../core/ids.ts'
import { checkText, flag, number, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { createResource, findResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { newTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { takeAddress } from '../vpc/address.ts'
import { lingerOn, usableVSwitch } from '../vpc/vswitch.ts'
import { dbClass, dbSold, engines, storageRange } from './catalog.ts'
import { checkAddresses } from './whitelist.ts'

export { whitelist } from './whitelist.ts'

const accepted =
  'Engine EngineVersion DBInstanceClass DBInstanceStorage DBInstanceStorageType DBInstanceNetType DBInstanceDescription Category PayType Period UsedTime ' +
  'SecurityIPList InstanceNetworkType VPCId VSwitchId ZoneId ZoneIdSlave1 DeletionProtection Tag AutoRenew AutoPay Port PrivateIpAddress DBTimeZone DryRun'

/** Database instances: making, changing, removing. */
export const dbInstanceOperations = {
  'rds.CreateDBInstance': operation(accepted, createInstance),
  'rds.DeleteDBInstance': operation('DBInstanceId ReleasedKeepPolicy', deleteInstance),
  'rds.ModifyDBInstanceDeletionProtection': operation('DBInstanceId DeletionProtection', (input, call) => {
    const instance = dbInstanceOf(call, input)
    if (text(instance, 'payType') === 'Prepaid') {
      refuse(400, 'InvalidInstanceChargeType', 'Deletion protection is for pay-as-you-go instances.')
    }
    updateResource(call, instance, { protected: flag(input, 'DeletionProtection') })
    return {}
  }),
  'rds.ModifyDBInstanceDescription': operation('DBInstanceId DBInstanceDescription', (input, call) => {
    checkText(word(input, 'DBInstanceDescription'), 2, 255, 'InvalidDBInstanceDescription.Malformed')
    updateResource(call, dbInstanceOf(call, input), { description: word(input, 'DBInstanceDescription') })
    return {}
  }),
  'rds.TransformDBInstancePayType': operation('DBInstanceId PayType Period UsedTime AutoRenew', (input, call) => {
    const instance = idleInstance(call, input)
    const payType = requireParameter(input, 'PayType')
    if (payType !== 'Postpaid' && payType !== 'Prepaid') refuse(400, 'InvalidPayType.Malformed', 'Postpaid or Prepaid.')
    updateResource(call, instance, { payType, months: payType === 'Prepaid' ? months(input) : 0 })
    return { DBInstanceId: instance.id, OrderId: 100_000_000_002, ChargeType: payType, ExpiredTime: '' }
  }),
  'rds.AllocateInstancePublicConnection': operation('DBInstanceId ConnectionStringPrefix Port', (input, call) => {
    const instance = idleInstance(call, input)
    const prefix = requireParameter(input, 'ConnectionStringPrefix')
    if (!/^[a-z][a-z0-9-]{3,38}[a-z0-9]$/.test(prefix))
      refuse(400, 'InvalidConnectionString.Format', 'The prefix is not valid.')
    if (text(instance, 'publicHost') !== '')
      refuse(400, 'NetTypeExists', 'The instance has a public connection already.')
    const publicHost = text(instance, 'host').replace(/^[^.]+/, prefix)
    updateResource(call, instance, { publicHost, publicPort: requireParameter(input, 'Port') })
    busy(call, instance, times.publicConnection, 'instance')
    return { ConnectionString: publicHost, DbInstanceName: instance.id }
  }),
  'rds.CreateBackup': operation('DBInstanceId BackupMethod BackupType BackupStrategy', (input, call) => {
    const instance = idleInstance(call, input)
    const id = String(1_000_000 + Math.floor(call.world.random() * 9_000_000))
    createResource(
      call,
      'db-backup',
      id,
      { instanceId: instance.id, doneAt: call.world.now() + times.backup },
      {},
      instance.region,
    )
    return { BackupJobId: id }
  }),
}

/** The instance that the call names, or RDS's refusal. */
export function dbInstanceOf(call: Call, input: JsonObject): Resource {
  return (
    findResource(call, input, 'db-instance', requireParameter(input, 'DBInstanceId')) ??
    refuse(404, 'InvalidDBInstanceId.NotFound', 'The specified instance is not found.')
  )
}

/** For a change: the instance runs and no other change of it is under way. */
export function idleInstance(call: Call, input: JsonObject): Resource {
  const instance = dbInstanceOf(call, input)
  const now = call.world.now()
  if (now < time(instance, 'readyAt') || instance.goneAt !== undefined || now < time(instance, 'busyUntil')) {
    const code =
      text(instance, 'busyWith') === 'database' && now >= time(instance, 'readyAt')
        ? 'OperationDenied.DBStatus'
        : 'OperationDenied.DBInstanceStatus'
    refuse(403, code, 'The operation is not permitted due to status of instance.')
  }
  return instance
}

/** `instance`: seen in the instance's own status; `account` and `database`: seen in theirs. */
export function busy(call: Call, instance: Resource, ms: number, by: 'instance' | 'account' | 'database'): void {
  updateResource(call, instance, { busyUntil: call.world.now() + ms, busyWith: by })
}

/** The name of the state during a change is a guess; what is sure is that it is not Running. */
export function dbStatus(call: Call, instance: Resource): string {
  const now = call.world.now()
  if (instance.goneAt !== undefined) return 'Deleting'
  if (now < time(instance, 'readyAt')) return 'Creating'
  return now < time(instance, 'busyUntil') && text(instance, 'busyWith') === 'instance' ? 'INS_MAINTAINING' : 'Running'
}

function createInstance(input: JsonObject, call: Call): JsonObject {
  const region = regionOf(call.region)
  const chosen = checkClass(input, region.zones)
  const payType = requireParameter(input, 'PayType')
  if (payType !== 'Postpaid' && payType !== 'Prepaid')
    refuse(400, 'InvalidPayType.Malformed', 'PayType must be Postpaid or Prepaid.')
  if (requireParameter(input, 'DBInstanceNetType') !== 'Intranet')
    refuse(400, 'InvalidDBInstanceNetType.Malformed', 'Only Intranet is offered.')
  if ((word(input, 'InstanceNetworkType') || 'VPC') !== 'VPC')
    refuse(400, 'InvalidInstanceNetworkType.ValueNotSupport', 'Only VPC is offered.')
  checkText(word(input, 'DBInstanceDescription'), 2, 255, 'InvalidDBInstanceDescription.Malformed')
  const first = requireParameter(input, 'VSwitchId').split(',')[0]!
  const vswitch = usableVSwitch(call, input, first)
  const zone = word(input, 'ZoneId') || text(vswitch, 'zone')
  if (zone !== text(vswitch, 'zone'))
    refuse(400, 'InvalidVSwitchId.ZoneMismatch', 'The VSwitch is in another zone than the instance.')
  if (requireParameter(input, 'VPCId') !== text(vswitch, 'vpcId'))
    refuse(400, 'InvalidVpcId.NotFound', 'The VSwitch is not in that VPC.')
  if (!dbSold(zone, chosen.version, chosen.type)) {
    refuse(
      403,
      'InvalidDBInstanceClass.NotSupported',
      `The class ${chosen.type.id} is not available in the zone ${zone}.`,
    )
  }
  const addresses = checkAddresses(requireParameter(input, 'SecurityIPList'))
  const tags = newTags(input)
  if (flag(input, 'DryRun')) return { DryRun: true, DryRunResult: true }
  const id = newId(call, chosen.engine === 'PostgreSQL' ? 'pgm' : 'rm')
  const port = word(input, 'Port') || (chosen.engine === 'PostgreSQL' ? '5432' : '3306')
  const host = `${id}.${chosen.engine === 'PostgreSQL' ? 'pg' : 'mysql'}.${region.host}rds.aliyuncs.com`
  const data = {
    engine: chosen.engine,
    version: chosen.version,
    class: chosen.type.id,
    category: chosen.type.category,
    storage: chosen.storage,
    storageType: chosen.storageType,
    payType,
    months: payType === 'Prepaid' ? months(input) : 0,
    description: word(input, 'DBInstanceDescription') || id,
    vpcId: text(vswitch, 'vpcId'),
    vswitchId: vswitch.id,
    zone,
    slaveZone: word(input, 'ZoneIdSlave1'),
    host,
    port,
    privateIp: takeAddress(call, vswitch, word(input, 'PrivateIpAddress')),
    protected: flag(input, 'DeletionProtection'),
    whitelist: { default: addresses },
    readyAt: call.world.now() + times.databaseRunning,
  }
  createResource(call, 'db-instance', id, data, tags, vswitch.region)
  return { DBInstanceId: id, ConnectionString: host, Port: port, OrderId: '100000000000003' }
}

function checkClass(input: JsonObject, zones: string[]) {
  const engine = requireParameter(input, 'Engine')
  const version = requireParameter(input, 'EngineVersion')
  const versions =
    engines[engine] ?? refuse(400, 'InvalidEngine.Malformed', `The engine ${engine} is not simulated here.`)
  if (!versions.includes(version))
    refuse(400, 'InvalidEngineVersion.Malformed', `The version ${version} of ${engine} does not exist.`)
  const zone = word(input, 'ZoneId')
  if (zone !== '' && !zones.includes(zone))
    refuse(400, 'InvalidZoneId.NotSupported', 'The specified zone does not exist in the region.')
  const type = dbClass(requireParameter(input, 'DBInstanceClass'))
  const category = word(input, 'Category')
  if (!type || type.engine !== engine || (category !== '' && category !== type.category)) {
    return refuse(
      400,
      'InvalidDBInstanceClass.NotFound',
      'The specified DBInstanceClass does not exist for this engine and category.',
    )
  }
  const storageType = word(input, 'DBInstanceStorageType') || type.storageTypes[0]!
  if (!type.storageTypes.includes(storageType))
    refuse(400, 'InvalidDBInstanceStorageType.Malformed', 'The storage type is not offered.')
  const storage = number(input, 'DBInstanceStorage', 0)
  const { MinValue, MaxValue, Step } = storageRange(type)
  if (storage < MinValue || storage > MaxValue || storage % Step !== 0) {
    refuse(
      400,
      'InvalidDBInstanceStorage.Malformed',
      `The storage must be ${MinValue} to ${MaxValue} GB in steps of ${Step}.`,
    )
  }
  return { engine, version, type, storageType, storage }
}

function months(input: JsonObject): number {
  const unit = requireParameter(input, 'Period')
  const used = number(input, 'UsedTime', 0)
  if (unit === 'Month' && used >= 1 && used <= 9) return used
  if (unit === 'Year' && used >= 1 && used <= 5) return used * 12
  return refuse(400, 'InvalidUsedTime.Malformed', 'UsedTime must be 1 to 9 months or 1 to 5 years.')
}

function deleteInstance(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  if (instance.goneAt !== undefined) refuse(403, 'OperationDenied.DBInstanceStatus', 'The instance is being deleted.')
  if (instance.data.protected === true) {
    refuse(403, 'OperationDenied.DeletionProtection', 'The instance is protected against deletion.')
  }
  if (text(instance, 'payType') === 'Prepaid') {
    refuse(403, 'OperationDenied.PayType', 'A subscription instance cannot be released before it expires.')
  }
  idleInstance(call, input)
  const kept = keptBackups(call, instance, word(input, 'ReleasedKeepPolicy') || 'None')
  const goneAt = call.world.now() + times.databaseGone
  const parts = ['db-account', 'database']
    .flatMap(type => resourcesOf(call, type))
    .filter(one => text(one, 'instanceId') === instance.id)
  for (const part of [instance, ...parts]) {
    part.goneAt = goneAt
    call.world.touch(part)
  }
  for (const backup of backupsOf(call, instance.id)) if (!kept.includes(backup)) call.world.drop(backup)
  lingerOn(call, text(instance, 'vswitchId'))
  return { RegionId: instance.region }
}

/** Which backups outlive the instance. Only MySQL on local disks can keep any. */
function keptBackups(call: Call, instance: Resource, policy: string): Resource[] {
  if (!['None', 'Lastest', 'All'].includes(policy)) refuse(400, 'InvalidReleasedKeepPolicy', 'None, Lastest or All.')
  if (policy === 'None') return []
  if (text(instance, 'engine') !== 'MySQL' || text(instance, 'storageType') !== 'local_ssd') {
    refuse(
      400,
      'InvalidReleasedKeepPolicy',
      'Only MySQL instances on local disks can keep backups after their release.',
    )
  }
  const done = backupsOf(call, instance.id).filter(one => call.world.now() >= time(one, 'doneAt'))
  return policy === 'All' ? done : done.slice(-1)
}

/** The backups of an instance, oldest first. */
export function backupsOf(call: Call, instanceId: string): Resource[] {
  return resourcesOf(call, 'db-backup').filter(one => text(one, 'instanceId') === instanceId)
}
