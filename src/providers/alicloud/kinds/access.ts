import type { Found, JsonObject, Secret } from '../../../kind.ts'
import { until } from '../../waiting.ts'
import type { Alicloud } from '../client.ts'
import { rows, str } from '../read.ts'
import { type AlicloudKind, descriptionMark, minute, orAbsent, second, settled, tagsOfDescription } from './common.ts'
import { type Engine, readDbInstance } from './database.ts'

// What lives inside an RDS instance. It takes one change at a time and answers OperationDenied.DBInstanceStatus
// meanwhile, so every write goes through the instance's lane.

export type DbAccessIn = {
  instanceId: string
  /** The whitelist group's name: lower case letters, digits, `_`. */
  group: string
  /** Addresses or CIDR blocks that may connect. */
  allow: string[]
}
export type DbAccessOut = { id: string; host: string; port: string }

/** Console: RDS › Whitelist and SecGroup › Create Whitelist. Only with it does the instance get an address people can use. */
export const dbAccess: AlicloudKind<DbAccessIn, DbAccessOut> = {
  type: 'alicloud:db-access',
  title: 'Access list',
  once: 'put',
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
    await write(cloud, instanceId, async () => {
      const present = await readGroup(cloud, instanceId, group)
      if (present && sameList(str(present, 'SecurityIPList'), allow)) return
      await setGroup(cloud, instanceId, group, allow.join(','), 'Cover')
    })
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
    await write(cloud, instanceId, async () => {
      const present = await readGroup(cloud, instanceId, group)
      if (present) await setGroup(cloud, instanceId, group, str(present, 'SecurityIPList'), 'Delete')
    })
    return 'gone'
  },
}

export type DbAccountIn = { instanceId: string; engine: Engine; name: string; password: Secret; privileged: boolean }

/** Console: RDS › Accounts › Create Account. */
export const dbAccount: AlicloudKind<DbAccountIn, { id: string }> = {
  type: 'alicloud:db-account',
  title: 'Database account',
  once: 'name',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  mutable: ['password'],
  async find(cloud, where) {
    const [instanceId, name] = placeOf(where)
    if (!instanceId) return []
    return foundBy(await readAccount(cloud, instanceId, name), `${instanceId}/${name}`, 'AccountDescription')
  },
  async create(cloud, { instanceId, name, password, privileged }, mark) {
    const params = {
      DBInstanceId: instanceId,
      AccountName: name,
      AccountPassword: cloud.reveal(password),
      AccountType: privileged ? 'Super' : 'Normal',
      AccountDescription: descriptionMark(mark),
    }
    await write(cloud, instanceId, () => cloud.call('rds', 'CreateAccount', params))
    certain.add(`${mark.token} ${JSON.stringify(password)}`)
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name, password }, mark) {
    const key = `${mark.token} ${JSON.stringify(password)}`
    if (!certain.has(key)) {
      // Made by a run that did not live to tell, or with an earlier password: it is set again.
      const params = { DBInstanceId: instanceId, AccountName: name, AccountPassword: cloud.reveal(password) }
      await untilAccountWorks(cloud, instanceId, name)
      await write(cloud, instanceId, () => cloud.call('rds', 'ResetAccountPassword', params, { repeatable: true }))
      certain.add(key)
    }
    await untilAccountWorks(cloud, instanceId, name)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: name }
    await write(cloud, instanceId, () =>
      orAbsent(() => cloud.call('rds', 'DeleteAccount', params, { repeatable: true })),
    )
    return 'gone'
  },
}

/** Accounts (token and the secret's version) whose password this very process was told to be set. */
const certain = new Set<string>()

export type DatabaseIn = { instanceId: string; engine: Engine; name: string }

/** Console: RDS › Databases › Create Database. */
export const database: AlicloudKind<DatabaseIn, { id: string }> = {
  type: 'alicloud:database',
  title: 'Database',
  once: 'name',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  holdsData: true,
  async find(cloud, where) {
    const [instanceId, name] = placeOf(where)
    if (!instanceId) return []
    return foundBy(await readDatabase(cloud, instanceId, name), `${instanceId}/${name}`, 'DBDescription')
  },
  async create(cloud, { instanceId, engine, name }, mark) {
    const params = {
      DBInstanceId: instanceId,
      DBName: name,
      CharacterSetName: engine === 'PostgreSQL' ? 'UTF8,C,en_US.utf8' : 'utf8mb4',
      DBDescription: descriptionMark(mark),
    }
    await write(cloud, instanceId, () => cloud.call('rds', 'CreateDatabase', params))
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name }) {
    const options = { what: `the database ${name} to run`, within: 15 * minute }
    await settled(
      cloud,
      () => readDatabase(cloud, instanceId, name),
      row => str(row, 'DBStatus') === 'Running',
      options,
    )
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, DBName: name }
    await write(cloud, instanceId, () =>
      orAbsent(() => cloud.call('rds', 'DeleteDatabase', params, { repeatable: true })),
    )
    return 'gone'
  },
}

export type DbGrantIn = { instanceId: string; engine: Engine; account: string; database: string }

/** Console: RDS › Accounts › Modify Permissions. PostgreSQL on cloud disks knows only the owner; MySQL gets read and write. */
export const dbGrant: AlicloudKind<DbGrantIn, { id: string }> = {
  type: 'alicloud:db-grant',
  title: 'Grant',
  once: 'put',
  after: ['alicloud:db-account', 'alicloud:database'],
  expectMs: 6 * second,
  tagged: false,
  async find(cloud, where) {
    if (!('id' in where)) return []
    const [instanceId, account, name] = split(where.id)
    return (await granted(cloud, instanceId, account, name)) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { instanceId, account, database }) => `${instanceId}/${account}/${database}`,
  async settle(cloud, id, { instanceId, engine, account, database }) {
    const params = {
      DBInstanceId: instanceId,
      AccountName: account,
      DBName: database,
      AccountPrivilege: engine === 'PostgreSQL' ? 'DBOwner' : 'ReadWrite',
    }
    await write(cloud, instanceId, async () => {
      if (await granted(cloud, instanceId, account, database)) return
      // A database that was just made may not be seen here yet. A repeated grant changes nothing.
      await cloud.call('rds', 'GrantAccountPrivilege', params, { repeatable: true, busy: ['InvalidDB.NotFound'] })
    })
    await untilAccountWorks(cloud, instanceId, account)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, account, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: account, DBName: name }
    await write(cloud, instanceId, async () => {
      if (await granted(cloud, instanceId, account, name)) {
        await orAbsent(() => cloud.call('rds', 'RevokeAccountPrivilege', params, { repeatable: true }))
      }
    })
    return 'gone'
  },
}

/** Writes wait for each other, and for the instance where it is still at the one before. */
async function write<T>(cloud: Alicloud, instanceId: string, work: () => Promise<T>): Promise<T | undefined> {
  return cloud.lane(`rds:${instanceId}`, () => orAbsent(work))
}

function split(id: string): [string, string, string] {
  const [instanceId = '', second = '', third = ''] = id.split('/')
  return [instanceId, second, third]
}

/** Instance and name from an id or from the natural key in the input. */
function placeOf(where: { id: string } | { input?: { instanceId: string; name: string } }): [string, string] {
  if ('id' in where) {
    const [instanceId, name] = split(where.id)
    return [instanceId, name]
  }
  return where.input ? [where.input.instanceId, where.input.name] : ['', '']
}

function foundBy(row: JsonObject | undefined, id: string, description: string): Found[] {
  return row ? [{ id, tags: tagsOfDescription(str(row, description)) }] : []
}

async function readAccount(cloud: Alicloud, instanceId: string, name: string): Promise<JsonObject | undefined> {
  const params = { DBInstanceId: instanceId, AccountName: name }
  const answer = await orAbsent(() => cloud.call('rds', 'DescribeAccounts', params))
  return rows(answer, 'Accounts.DBInstanceAccount').find(row => str(row, 'AccountName') === name)
}

async function readDatabase(cloud: Alicloud, instanceId: string, name: string): Promise<JsonObject | undefined> {
  const params = { DBInstanceId: instanceId, DBName: name }
  const answer = await orAbsent(() => cloud.call('rds', 'DescribeDatabases', params))
  return rows(answer, 'Databases.Database').find(row => str(row, 'DBName') === name)
}

/** MySQL lists a grant with the account, PostgreSQL with the database. */
async function granted(cloud: Alicloud, instanceId: string, account: string, name: string): Promise<boolean> {
  const ofAccount = rows(await readAccount(cloud, instanceId, account), 'DatabasePrivileges.DatabasePrivilege')
  if (ofAccount.some(row => str(row, 'DBName') === name)) return true
  const ofDatabase = rows(await readDatabase(cloud, instanceId, name), 'Accounts.AccountPrivilegeInfo')
  return ofDatabase.some(row => str(row, 'Account') === account)
}

async function untilAccountWorks(cloud: Alicloud, instanceId: string, name: string): Promise<void> {
  const options = { what: `the database account ${name} to be available`, within: 15 * minute }
  await settled(
    cloud,
    () => readAccount(cloud, instanceId, name),
    row => str(row, 'AccountStatus') === 'Available',
    options,
  )
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
