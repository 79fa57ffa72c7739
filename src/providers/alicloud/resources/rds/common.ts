import type { JsonObject } from '../../../../base/json.ts'
import type { Found } from '../../../../engine/kind.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { minute, orAbsent, settled, tagsOfDescription } from '../common.ts'

// For what lives inside an RDS instance. The instance accepts one change at a time and refuses others with
// OperationDenied.DBInstanceStatus, so every write is serialized and says what the next one has to wait for.

/** Writes wait for each other, and until the instance is `through` with the one before. Returns undefined when the instance is not found. */
export async function write<T>(
  cloud: Alicloud,
  instanceId: string,
  work: () => Promise<T>,
  through: () => Promise<unknown>,
): Promise<T | undefined> {
  return cloud.serialize(`rds:${instanceId}`, () => orAbsent(work), through)
}

/** The parts of an id, `''` for those it has not: instance, account or group, database. */
export function split(id: string): [string, string, string] {
  const [instanceId = '', second = '', third = ''] = id.split('/')
  return [instanceId, second, third]
}

/** Instance and name from an id or from the natural key in the input. */
export function placeOf(where: { id: string } | { input?: { instanceId: string; name: string } }): [string, string] {
  if ('id' in where) {
    const [instanceId, name] = split(where.id)
    return [instanceId, name]
  }
  return where.input ? [where.input.instanceId, where.input.name] : ['', '']
}

/** A found account or database; its description holds the mark. */
export function foundBy(row: JsonObject | undefined, id: string, description: string): Found[] {
  return row ? [{ id, tags: tagsOfDescription(str(row, description)) }] : []
}

/** The account as the cloud describes it, or undefined. */
export async function readAccount(cloud: Alicloud, instanceId: string, name: string): Promise<JsonObject | undefined> {
  const params = { DBInstanceId: instanceId, AccountName: name }
  const answer = await orAbsent(() => cloud.call('rds', 'DescribeAccounts', params))
  return rows(answer, 'Accounts.DBInstanceAccount').find(row => str(row, 'AccountName') === name)
}

/** The database as the cloud describes it, or undefined. */
export async function readDatabase(cloud: Alicloud, instanceId: string, name: string): Promise<JsonObject | undefined> {
  const params = { DBInstanceId: instanceId, DBName: name }
  const answer = await orAbsent(() => cloud.call('rds', 'DescribeDatabases', params))
  return rows(answer, 'Databases.Database').find(row => str(row, 'DBName') === name)
}

/** Waits until the account is available. Its own end and the start of the next write wait for the same thing. */
export async function untilAccountWorks(cloud: Alicloud, instanceId: string, name: string): Promise<void> {
  const options = { what: `the database account ${name} to be available`, within: 15 * minute }
  const works = (row: JsonObject) => str(row, 'AccountStatus') === 'Available'
  await cloud.coalesce(`account:${instanceId}/${name}`, () =>
    settled(cloud, () => readAccount(cloud, instanceId, name), works, options),
  )
}
