import type { JsonObject } from '../../../../base/json.ts'
import { until } from '../../../waiting.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { type AlicloudKind, minute, orAbsent, second, settled } from '../common.ts'
import { split, write } from './common.ts'
import { isRunning, readDbInstance } from './db-instance.ts'

export type DbAccessIn = {
  instanceId: string
  /** The whitelist group's name: lower case letters, digits, `_`. */
  group: string
  /** Addresses or CIDR blocks that are allowed to connect. */
  allow: string[]
}
export type DbAccessOut = { id: string; host: string; port: string }

/** Console: RDS › Whitelist and SecGroup › Create Whitelist. Without one the instance has no address that can be used. */
export const dbAccess: AlicloudKind<DbAccessIn, DbAccessOut> = {
  type: 'alicloud:db-access',
  title: 'Access list',
  idempotency: 'upsert',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  mutable: ['allow'],
  async find(cloud, where) {
    if (!('id' in where)) return []
    const [instanceId, group] = split(where.id)
    return (await readGroup(cloud, instanceId, group)) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { instanceId, group }) => `${instanceId}/${group}`,
  async settle(cloud, id, { instanceId, group, allow }) {
    const set = async () => {
      const present = await readGroup(cloud, instanceId, group)
      if (present && sameList(str(present, 'SecurityIPList'), allow)) return
      await setGroup(cloud, instanceId, group, allow.join(','), 'Cover')
    }
    await write(cloud, instanceId, set, () => untilInstanceRuns(cloud, instanceId))
    const address = await until(
      cloud,
      () => readAddress(cloud, instanceId),
      found => found !== undefined,
      {
        what: `the address of the RDS instance ${instanceId}`,
        within: 10 * minute,
      },
    )
    return { id, host: str(address, 'ConnectionString'), port: str(address, 'Port') }
  },
  async remove(cloud, id) {
    const [instanceId, group] = split(id)
    const clear = async () => {
      const present = await readGroup(cloud, instanceId, group)
      if (present) await setGroup(cloud, instanceId, group, str(present, 'SecurityIPList'), 'Delete')
    }
    await write(cloud, instanceId, clear, () => untilInstanceRuns(cloud, instanceId))
    return 'gone'
  },
}

function untilInstanceRuns(cloud: Alicloud, instanceId: string): Promise<unknown> {
  const options = { what: `the RDS instance ${instanceId} to take a change`, within: 10 * minute }
  return settled(cloud, () => readDbInstance(cloud, instanceId), isRunning, options)
}

async function readGroup(cloud: Alicloud, instanceId: string, group: string): Promise<JsonObject | undefined> {
  const answer = await orAbsent(() => cloud.call('rds', 'DescribeDBInstanceIPArrayList', { DBInstanceId: instanceId }))
  return rows(answer, 'Items.DBInstanceIPArray').find(row => str(row, 'DBInstanceIPArrayName') === group)
}

function setGroup(cloud: Alicloud, instanceId: string, group: string, ips: string, mode: 'Cover' | 'Delete') {
  const params = { DBInstanceId: instanceId, DBInstanceIPArrayName: group, SecurityIps: ips, ModifyMode: mode }
  return cloud.call('rds', 'ModifySecurityIps', params, { repeatable: true })
}

function sameList(present: string, wanted: string[]): boolean {
  const have = present
    .split(',')
    .map(ip => ip.trim())
    .sort()
    .join()
  return have === [...wanted].sort().join()
}

/** The private address, once the instance has one. */
async function readAddress(cloud: Alicloud, instanceId: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('rds', 'DescribeDBInstanceNetInfo', { DBInstanceId: instanceId })
  const found = rows(answer, 'DBInstanceNetInfos.DBInstanceNetInfo')
  const row =
    found.find(info => str(info, 'IPType') === 'Private') ?? found.find(info => str(info, 'IPType') === 'Inner')
  if (row && str(row, 'ConnectionString')) return row
  const instance = await readDbInstance(cloud, instanceId)
  return instance && str(instance, 'ConnectionString') && str(instance, 'Port') && found.length === 0
    ? instance
    : undefined
}
