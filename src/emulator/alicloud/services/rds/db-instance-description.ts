import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { isObject, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { byToken, page } from '../../core/page.ts'
import { findResource, listedResources, resourcesOf, text, time } from '../../core/resources.ts'
import { tagActions } from '../../core/tags.ts'
import { dbClass } from './catalog.ts'
import { backupsOf, dbInstanceOf, dbStatus } from './db-instance.ts'
import { whitelist } from './whitelist.ts'

const tags = tagActions({ instance: 'db-instance' })

/** Database instances as the reads show them. */
export const dbInstanceReadOperations = {
  'rds.DescribeDBInstances': operation(
    'DBInstanceId DBInstanceStatus Engine EngineVersion DBInstanceClass Category PayType VpcId VSwitchId ZoneId InstanceNetworkType DBInstanceType SearchKey Tags Expired PageNumber PageSize MaxResults NextToken',
    describeInstances,
  ),
  'rds.DescribeDBInstanceAttribute': operation('DBInstanceId Expired', (input, call) => ({
    Items: { DBInstanceAttribute: [attributes(call, dbInstanceOf(call, input))] },
  })),
  'rds.DescribeDBInstanceNetInfo': operation('DBInstanceId DBInstanceNetRWSplitType', (input, call) => {
    const instance = dbInstanceOf(call, input)
    return {
      InstanceNetworkType: 'VPC',
      SecurityIPMode: 'normal',
      DBInstanceNetInfos: { DBInstanceNetInfo: connections(call, instance) },
    }
  }),
  'rds.DescribeBackupTasks': operation('DBInstanceId BackupJobId BackupJobStatus', (input, call) => {
    const id = word(input, 'BackupJobId')
    const jobs = askedBackups(call, input).filter(one => id === '' || one.id === id)
    return {
      Items: {
        BackupJob: jobs.map(one => ({
          BackupJobId: one.id,
          BackupId: one.id,
          BackupStatus: call.world.now() >= time(one, 'doneAt') ? 'Finished' : 'Backuping',
          BackupProgressStatus: call.world.now() >= time(one, 'doneAt') ? 'Finished' : 'Backuping',
          JobMode: 'Manual',
          Process: call.world.now() >= time(one, 'doneAt') ? '100%' : '50%',
        })),
      },
    }
  }),
  'rds.DescribeBackups': operation(
    'DBInstanceId BackupId BackupStatus BackupMode StartTime EndTime PageNumber PageSize',
    (input, call) => {
      const done = askedBackups(call, input).filter(
        one =>
          call.world.now() >= time(one, 'doneAt') &&
          (word(input, 'BackupId') === '' || one.id === word(input, 'BackupId')),
      )
      const { rows, head } = page(input, done, 30, 100)
      return {
        PageNumber: String(head.PageNumber),
        PageRecordCount: String(rows.length),
        TotalRecordCount: String(done.length),
        Items: {
          Backup: rows.map(one => ({
            BackupId: one.id,
            DBInstanceId: text(one, 'instanceId'),
            BackupStatus: 'Success',
            BackupMode: 'Manual',
            BackupType: 'FullBackup',
            BackupStartTime: date(call, one.born),
            BackupEndTime: date(call, time(one, 'doneAt')),
          })),
        },
      }
    },
  ),
  'rds.TagResources': tags.tag,
  'rds.UntagResources': tags.untag,
  'rds.ListTagResources': tags.list,
}

function describeInstances(input: JsonObject, call: Call): JsonObject {
  const ids = word(input, 'DBInstanceId')
  const wanted = readTags(word(input, 'Tags'))
  const rows = (ids === '' ? listedResources(call, 'db-instance') : resourcesOf(call, 'db-instance')).filter(
    one => (ids === '' || ids.split(',').includes(one.id)) && fits(call, input, one) && carries(one, wanted),
  )
  if (word(input, 'MaxResults') !== '' || word(input, 'NextToken') !== '') {
    const { rows: some, next } = byToken(input, rows, 30, 100)
    return {
      NextToken: next,
      TotalRecordCount: rows.length,
      Items: { DBInstance: some.map(one => listedInstance(call, one)) },
    }
  }
  const { rows: some, head } = page(input, rows, 30, 100)
  return {
    PageNumber: head.PageNumber!,
    PageRecordCount: some.length,
    TotalRecordCount: rows.length,
    Items: { DBInstance: some.map(one => listedInstance(call, one)) },
  }
}

/** `{"key":"value"}`, at most five; a value of "" matches any. */
function readTags(asked: string): [string, string][] {
  if (asked === '') return []
  try {
    const value = JSON.parse(asked)
    if (isObject(value) && Object.keys(value).length <= 5)
      return Object.entries(value).map(([key, one]) => [key, String(one)])
  } catch {
    // Refused below: the cloud does not say what is wrong with the text either.
  }
  return refuse(400, 'InvalidTags.Malformed', 'Tags must be a JSON object of at most five tags.')
}

function carries(resource: Resource, wanted: [string, string][]): boolean {
  return wanted.every(([key, value]) => key in resource.tags && (value === '' || resource.tags[key] === value))
}

function fits(call: Call, input: JsonObject, instance: Resource): boolean {
  const fields: [string, string][] = [
    ['Engine', text(instance, 'engine')],
    ['EngineVersion', text(instance, 'version')],
    ['DBInstanceClass', text(instance, 'class')],
    ['Category', text(instance, 'category')],
    ['PayType', text(instance, 'payType')],
    ['VpcId', text(instance, 'vpcId')],
    ['VSwitchId', text(instance, 'vswitchId')],
    ['ZoneId', text(instance, 'zone')],
    ['InstanceNetworkType', 'VPC'],
    ['DBInstanceType', 'Primary'],
    ['DBInstanceStatus', dbStatus(call, instance)],
  ]
  const key = word(input, 'SearchKey')
  return (
    fields.every(([name, value]) => word(input, name) === '' || word(input, name) === value) &&
    (key === '' || instance.id.includes(key) || text(instance, 'description').includes(key)) &&
    word(input, 'Expired').toLowerCase() !== 'true'
  )
}

/** What both reads tell. Tags are in neither: `ListTagResources` has them. */
function shared(call: Call, instance: Resource): JsonObject {
  const type = dbClass(text(instance, 'class'))!
  return {
    DBInstanceId: instance.id,
    DBInstanceDescription: text(instance, 'description'),
    DBInstanceStatus: dbStatus(call, instance),
    DBInstanceType: 'Primary',
    DBInstanceClass: type.id,
    DBInstanceCPU: String(type.cores),
    DBInstanceMemory: type.memory,
    DBInstanceNetType: 'Intranet',
    DBInstanceStorageType: text(instance, 'storageType'),
    Category: text(instance, 'category'),
    ConnectionMode: 'Standard',
    ConnectionString: text(instance, 'host'),
    DeletionProtection: instance.data.protected === true,
    Engine: text(instance, 'engine'),
    EngineVersion: text(instance, 'version'),
    InstanceNetworkType: 'VPC',
    LockMode: 'Unlock',
    PayType: text(instance, 'payType'),
    RegionId: instance.region,
    ResourceGroupId: 'rg-sandbox',
    VpcId: text(instance, 'vpcId'),
    VSwitchId: text(instance, 'vswitchId'),
    ZoneId: text(instance, 'zone'),
    ExpireTime:
      text(instance, 'payType') === 'Prepaid'
        ? date(call, instance.born + Number(instance.data.months) * 2_592_000_000)
        : '',
  }
}

function listedInstance(call: Call, instance: Resource): JsonObject {
  return {
    ...shared(call, instance),
    CreateTime: date(call, instance.born),
    MutriORsignle: false,
    ReadOnlyDBInstanceIds: { ReadOnlyDBInstanceId: [] },
  }
}

function attributes(call: Call, instance: Resource): JsonObject {
  const type = dbClass(text(instance, 'class'))!
  return {
    ...shared(call, instance),
    CreationTime: date(call, instance.born),
    DBInstanceStorage: Number(instance.data.storage),
    Port: text(instance, 'port'),
    MaxConnections: type.connections,
    MasterZone: text(instance, 'zone'),
    SecurityIPList: Object.values(whitelist(instance)).join(','),
    SecurityIPMode: 'normal',
    IPType: 'IPv4',
    AccountMaxQuantity: 200,
    DBMaxQuantity: 200,
    MaintainTime: '18:00Z-22:00Z',
    SlaveZones: { SlaveZone: text(instance, 'slaveZone') === '' ? [] : [{ ZoneId: text(instance, 'slaveZone') }] },
    ReadOnlyDBInstanceIds: { ReadOnlyDBInstanceId: [] },
  }
}

function connections(call: Call, instance: Resource): JsonObject[] {
  // Before it runs there is no address to give.
  if (call.world.now() < time(instance, 'readyAt')) return []
  const inner = {
    ConnectionString: text(instance, 'host'),
    ConnectionStringType: 'Normal',
    IPAddress: text(instance, 'privateIp'),
    IPType: 'Private',
    Port: text(instance, 'port'),
    Upgradeable: 'Disabled',
    VPCId: text(instance, 'vpcId'),
    VSwitchId: text(instance, 'vswitchId'),
  }
  if (text(instance, 'publicHost') === '') return [inner]
  const outer = {
    ConnectionString: text(instance, 'publicHost'),
    ConnectionStringType: 'Normal',
    IPType: 'Public',
    Port: text(instance, 'publicPort'),
  }
  return [inner, outer]
}

function askedBackups(call: Call, input: JsonObject): Resource[] {
  const id = requireParameter(input, 'DBInstanceId')
  const backups = backupsOf(call, id)
  if (backups.length === 0 && !findResource(call, input, 'db-instance', id)) {
    refuse(404, 'InvalidDBInstanceId.NotFound', 'The specified instance is not found.')
  }
  return backups
}
