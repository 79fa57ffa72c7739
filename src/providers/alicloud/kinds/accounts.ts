import type { JsonObject } from '../../../base/json.ts'
import type { Found, Secret } from '../../../engine/kind.ts'
import { dataLost } from '../../data-loss.ts'
import type { Alicloud } from '../cloud.ts'
import { rows, str } from '../read.ts'
import {
  type AlicloudKind,
  descriptionMark,
  minute,
  orAbsent,
  second,
  settled,
  tagsOfDescription,
  untilAbsent,
} from './common.ts'
import type { Engine } from './database.ts'
import { split, write } from './inside.ts'

export type DbAccountIn = { instanceId: string; engine: Engine; name: string; password: Secret; privileged: boolean }

/** Console: RDS › Accounts › Create Account. */
export const dbAccount: AlicloudKind<DbAccountIn, { id: string }> = {
  type: 'alicloud:db-account',
  title: 'Database account',
  idempotency: 'uniqueName',
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
    const send = () => cloud.call('rds', 'CreateAccount', params)
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, name))
    certain.add(`${mark.token} ${JSON.stringify(password)}`)
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name, password }, mark) {
    const key = `${mark.token} ${JSON.stringify(password)}`
    if (!certain.has(key)) {
      // Made by a run that did not live to tell, or with an earlier password: it is set again.
      const params = { DBInstanceId: instanceId, AccountName: name, AccountPassword: cloud.reveal(password) }
      await untilAccountWorks(cloud, instanceId, name)
      const send = () => cloud.call('rds', 'ResetAccountPassword', params, { repeatable: true })
      await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, name))
      certain.add(key)
    }
    await untilAccountWorks(cloud, instanceId, name)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: name }
    const send = () => cloud.call('rds', 'DeleteAccount', params, { repeatable: true })
    await write(cloud, instanceId, send, () => untilAbsent(cloud, () => readAccount(cloud, instanceId, name), minute))
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
  idempotency: 'uniqueName',
  after: ['alicloud:db-instance'],
  expectMs: 6 * second,
  tagged: false,
  dataLoss: () => [dataLost],
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
    const send = () => cloud.call('rds', 'CreateDatabase', params)
    await write(cloud, instanceId, send, () => untilDatabaseRuns(cloud, instanceId, name))
    return `${instanceId}/${name}`
  },
  async settle(cloud, id, { instanceId, name }) {
    await untilDatabaseRuns(cloud, instanceId, name)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, name] = split(id)
    const params = { DBInstanceId: instanceId, DBName: name }
    const send = () => cloud.call('rds', 'DeleteDatabase', params, { repeatable: true })
    await write(cloud, instanceId, send, () => untilAbsent(cloud, () => readDatabase(cloud, instanceId, name), minute))
    return 'gone'
  },
}

export type DbGrantIn = { instanceId: string; engine: Engine; account: string; database: string }

/** Console: RDS › Accounts › Modify Permissions. PostgreSQL on cloud disks knows only the owner; MySQL gets read and write. */
export const dbGrant: AlicloudKind<DbGrantIn, { id: string }> = {
  type: 'alicloud:db-grant',
  title: 'Grant',
  idempotency: 'upsert',
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
    const send = async () => {
      if (await granted(cloud, instanceId, account, database)) return
      // A database that was just made may not be seen here yet. A repeated grant changes nothing.
      await cloud.call('rds', 'GrantAccountPrivilege', params, { repeatable: true, busy: ['InvalidDB.NotFound'] })
    }
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, account))
    await untilAccountWorks(cloud, instanceId, account)
    return { id }
  },
  async remove(cloud, id) {
    const [instanceId, account, name] = split(id)
    const params = { DBInstanceId: instanceId, AccountName: account, DBName: name }
    const send = async () => {
      if (await granted(cloud, instanceId, account, name)) {
        await cloud.call('rds', 'RevokeAccountPrivilege', params, { repeatable: true })
      }
    }
    await write(cloud, instanceId, send, () => untilAccountWorks(cloud, instanceId, account))
    return 'gone'
  },
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

/** Its own end and the start of the next write wait for the same thing, as with databases. */
async function untilAccountWorks(cloud: Alicloud, instanceId: string, name: string): Promise<void> {
  const options = { what: `the database account ${name} to be available`, within: 15 * minute }
  const works = (row: JsonObject) => str(row, 'AccountStatus') === 'Available'
  await cloud.coalesce(`account:${instanceId}/${name}`, () =>
    settled(cloud, () => readAccount(cloud, instanceId, name), works, options),
  )
}

async function untilDatabaseRuns(cloud: Alicloud, instanceId: string, name: string): Promise<void> {
  const options = { what: `the database ${name} to run`, within: 15 * minute }
  const runs = (row: JsonObject) => str(row, 'DBStatus') === 'Running'
  await cloud.coalesce(`database:${instanceId}/${name}`, () =>
    settled(cloud, () => readDatabase(cloud, instanceId, name), runs, options),
  )
}
