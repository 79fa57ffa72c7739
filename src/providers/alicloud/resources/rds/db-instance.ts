import { Problem } from '../../../../base/errors.ts'
import type { JsonObject } from '../../../../base/json.ts'
import type { Found } from '../../../../engine/kind.ts'
import { backupKept, dataLost } from '../../../data-loss.ts'
import { until } from '../../../waiting.ts'
import type { Alicloud } from '../../cloud.ts'
import { carries, markFilter, rows, str, tagParams } from '../../read.ts'
import { backToPayAsYouGo } from '../billing.ts'
import { type AlicloudKind, minute, orAbsent, second, settled, untilAbsent } from '../common.ts'

/** The engines of RDS that can be created. */
export type Engine = 'PostgreSQL' | 'MySQL'
export type DbInstanceIn = {
  engine: Engine
  version: string
  class: string
  category: string
  storageType: string
  /** GB, in steps of five. */
  storage: number
  vpcId: string
  vswitchId: string
  zone: string
  name: string
  billing: 'payg' | 'subscription'
  months: number
  /** Take a final backup before the removal, and keep it. */
  finalBackup: boolean
}

/** Console: RDS › Instances › Create Instance. */
export const dbInstance: AlicloudKind<DbInstanceIn, { id: string }> = {
  type: 'alicloud:db-instance',
  title: 'RDS instance',
  idempotency: 'token',
  after: ['alicloud:vswitch'],
  expectMs: 6 * minute,
  tagged: true,
  mutable: ['finalBackup'],
  dataLoss: ({ finalBackup }) => [finalBackup ? backupKept : dataLost],
  prepaid: ({ billing, months, name }) =>
    billing === 'subscription'
      ? `The RDS instance ${name} is a subscription of ${months} month${months === 1 ? '' : 's'}; a refund at teardown is not certain.`
      : undefined,
  async find(cloud, where) {
    if (!('id' in where)) return findInstances(cloud, this.type, where)
    const row = await orAbsent(() => readDbInstance(cloud, where.id))
    return row ? (await withTags(cloud, [row]))! : []
  },
  async create(cloud, input, mark) {
    const answer = await cloud.call('rds', 'CreateDBInstance', {
      Engine: input.engine,
      EngineVersion: input.version,
      DBInstanceClass: input.class,
      Category: input.category,
      DBInstanceStorage: input.storage,
      DBInstanceStorageType: input.storageType,
      DBInstanceDescription: input.name,
      DBInstanceNetType: 'Intranet',
      InstanceNetworkType: 'VPC',
      VPCId: input.vpcId,
      VSwitchId: input.vswitchId,
      ZoneId: input.zone,
      // The standby beside the primary: another zone would need a second VSwitch.
      ...(/^HighAvailability$/i.test(input.category) && { ZoneIdSlave1: input.zone }),
      // Closed until the access list is set.
      SecurityIPList: '127.0.0.1',
      DeletionProtection: false,
      ...payment(input),
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'DBInstanceId')
  },
  async settle(cloud, id) {
    const what = `the RDS instance ${id} to run`
    await settled(cloud, () => readDbInstance(cloud, id), isRunning, { what, within: 50 * minute, every: 2 * second })
    return { id }
  },
  async remove(cloud, id, input, mark) {
    const row = await orAbsent(() => readDbInstance(cloud, id))
    if (!row) return 'gone'
    if (!/^Deleting$/i.test(str(row, 'DBInstanceStatus'))) {
      if (input?.finalBackup) await backUp(cloud, id, row)
      if (str(row, 'PayType') === 'Prepaid') {
        const params = { DBInstanceId: id, PayType: 'Postpaid', ClientToken: `${mark.token.slice(0, 56)}-refund` }
        await backToPayAsYouGo(`The RDS instance ${id}`, () => cloud.call('rds', 'TransformDBInstancePayType', params))
      }
      const keep = input?.finalBackup ? { ReleasedKeepPolicy: 'Lastest' } : {}
      const params = { DBInstanceId: id, ...keep }
      await orAbsent(() => cloud.call('rds', 'DeleteDBInstance', params, { repeatable: true, patience: 15 * minute }))
    }
    return untilAbsent(cloud, () => readDbInstance(cloud, id), 15 * minute)
  },
}

/** The instance as the cloud describes it, or undefined. */
export async function readDbInstance(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('rds', 'DescribeDBInstanceAttribute', { DBInstanceId: id })
  return rows(answer, 'Items.DBInstanceAttribute')[0]
}

/** RDS returns no tags in its list: they are read separately. */
async function findInstances(cloud: Alicloud, type: string, where: { stack: string; address?: string }) {
  const filter = markFilter(type, where)
  const found = await cloud.pages('rds', 'DescribeDBInstances', { Tags: JSON.stringify(filter) }, 'Items.DBInstance')
  return (await withTags(cloud, found)).filter(thing => carries(thing.tags, filter))
}

async function withTags(cloud: Alicloud, found: JsonObject[]): Promise<Found[]> {
  const tags: Record<string, Record<string, string>> = {}
  const ids = found.map(row => str(row, 'DBInstanceId'))
  for (let from = 0; from < ids.length; from += 50) {
    const params = { ResourceType: 'INSTANCE', ResourceId: ids.slice(from, from + 50) }
    for (const row of await allTags(cloud, params)) {
      const id = str(row, 'ResourceId')
      tags[id] = { ...tags[id], [str(row, 'TagKey')]: str(row, 'TagValue') }
    }
  }
  return found.map(row => {
    const since = str(row, 'CreationTime') || str(row, 'CreateTime')
    const id = str(row, 'DBInstanceId')
    return { id, tags: tags[id] ?? {}, ...(since && { since: new Date(since).toISOString() }) }
  })
}

/** ListTagResources pages with NextToken alone. */
async function allTags(cloud: Alicloud, params: JsonObject): Promise<JsonObject[]> {
  const all: JsonObject[] = []
  for (let token = ''; ; ) {
    const answer = await cloud.call('rds', 'ListTagResources', { ...params, NextToken: token || null })
    all.push(...rows(answer, 'TagResources.TagResource'))
    token = str(answer, 'NextToken')
    if (!token) return all
  }
}

/** RDS has its own names for billing methods: Postpaid, Prepaid. */
function payment({ billing, months }: DbInstanceIn): JsonObject {
  if (billing === 'payg') return { PayType: 'Postpaid' }
  // Month takes 1–9; a year or more is counted in years.
  const period =
    months < 12 ? { Period: 'Month', UsedTime: months } : { Period: 'Year', UsedTime: Math.round(months / 12) }
  return { PayType: 'Prepaid', AutoPay: true, ...period }
}

/** Whether it accepts changes, as far as its status shows. */
export function isRunning(row: JsonObject): boolean {
  return str(row, 'DBInstanceStatus') === 'Running'
}

/** Makes the backup that outlives the instance. Only MySQL on local disks keeps one (reference of DeleteDBInstance). */
async function backUp(cloud: Alicloud, id: string, row: JsonObject): Promise<void> {
  if (str(row, 'Engine') !== 'MySQL' || !/^local/i.test(str(row, 'DBInstanceStorageType'))) {
    throw new Problem({
      what: `The final backup of the RDS instance ${id} cannot be kept.`,
      why: 'Alibaba Cloud keeps a backup after the removal only for MySQL on local disks.',
      next: 'Dump the database yourself, run `up --set database.finalBackup=no`, then tear down again.',
    })
  }
  const job = str(await cloud.call('rds', 'CreateBackup', { DBInstanceId: id }, { repeatable: true }), 'BackupJobId')
  const params = { DBInstanceId: id, BackupJobId: job }
  const read = async () => rows(await cloud.call('rds', 'DescribeBackupTasks', params), 'Items.BackupJob')[0]
  const over = (task?: JsonObject) => !task || /^(Finished|Failed)$/i.test(str(task, 'BackupStatus'))
  const task = await until(cloud, read, over, {
    what: `the final backup of ${id}`,
    within: 120 * minute,
    every: 10 * second,
  })
  if (task && /^Failed$/i.test(str(task, 'BackupStatus'))) {
    throw new Problem({
      what: `The final backup of the RDS instance ${id} failed.`,
      next: 'Check its backups in the RDS console, then run the same command again.',
    })
  }
}
