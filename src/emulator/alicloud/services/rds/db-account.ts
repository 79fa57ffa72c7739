import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import {
  all,
  change,
  checkText,
  make,
  need,
  operation,
  refuse,
  strongPassword,
  text,
  time,
  word,
} from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { times } from '../../core/times.ts'
import { busy, dbInstanceOf, idleInstance } from './db-instance.ts'

/** What lives in a database instance: accounts, databases, privileges. Passwords are checked and thrown away. */
export const rdsObjectOperations = {
  'rds.CreateAccount': operation(
    'DBInstanceId AccountName AccountPassword AccountType AccountDescription',
    createAccount,
  ),
  'rds.DescribeAccounts': operation('DBInstanceId AccountName PageNumber PageSize', (input, call) => {
    const instance = dbInstanceOf(call, input)
    const name = word(input, 'AccountName')
    const accounts = inside(call, instance, 'db-account').filter(one => name === '' || text(one, 'name') === name)
    const { rows, head } = page(input, accounts, 30, 200)
    return {
      PageNumber: head.PageNumber!,
      TotalRecordCount: accounts.length,
      Accounts: { DBInstanceAccount: rows.map(one => describeAccount(call, instance, one)) },
    }
  }),
  'rds.DeleteAccount': operation('DBInstanceId AccountName', (input, call) => {
    const instance = idleInstance(call, input)
    const account = accountOf(call, instance, input)
    account.goneAt = call.world.now() + times.account
    call.world.touch(account)
    busy(call, instance, times.account, 'account')
    return {}
  }),
  'rds.ResetAccountPassword': operation('DBInstanceId AccountName AccountPassword', (input, call) => {
    const instance = idleInstance(call, input)
    accountOf(call, instance, input)
    checkPassword(need(input, 'AccountPassword'))
    busy(call, instance, times.grant, 'account')
    return {}
  }),
  'rds.ModifyAccountDescription': operation('DBInstanceId AccountName AccountDescription', (input, call) => {
    const account = accountOf(call, dbInstanceOf(call, input), input)
    checkText(word(input, 'AccountDescription'), 2, 256, 'InvalidAccountDescription.Malformed', plainText)
    change(call, account, { description: word(input, 'AccountDescription') })
    return {}
  }),
  'rds.CreateDatabase': operation('DBInstanceId DBName CharacterSetName DBDescription', createDatabase),
  'rds.DescribeDatabases': operation('DBInstanceId DBName DBStatus PageNumber PageSize', (input, call) => {
    const instance = dbInstanceOf(call, input)
    const databases = inside(call, instance, 'database').filter(
      one =>
        (word(input, 'DBName') === '' || text(one, 'name') === word(input, 'DBName')) &&
        (word(input, 'DBStatus') === '' || databaseStatus(call, one) === word(input, 'DBStatus')),
    )
    const { rows } = page(input, databases, 30, 100)
    return { Databases: { Database: rows.map(one => describeDatabase(call, instance, one)) } }
  }),
  'rds.DeleteDatabase': operation('DBInstanceId DBName', (input, call) => {
    const instance = idleInstance(call, input)
    const database = databaseOf(call, instance, input)
    database.goneAt = call.world.now() + times.database
    call.world.touch(database)
    busy(call, instance, times.database, 'database')
    return {}
  }),
  'rds.ModifyDBDescription': operation('DBInstanceId DBName DBDescription', (input, call) => {
    const database = databaseOf(call, dbInstanceOf(call, input), input)
    checkText(word(input, 'DBDescription'), 2, 256, 'InvalidDBDescription.Malformed', plainText)
    change(call, database, { description: word(input, 'DBDescription') })
    return {}
  }),
  'rds.GrantAccountPrivilege': operation('DBInstanceId AccountName DBName AccountPrivilege', grant),
  'rds.RevokeAccountPrivilege': operation('DBInstanceId AccountName DBName', (input, call) => {
    const instance = idleInstance(call, input)
    const account = accountOf(call, instance, input)
    const { [databaseOf(call, instance, input).data.name as string]: _, ...grants } = grantsOf(account)
    change(call, account, { grants })
    busy(call, instance, times.grant, 'account')
    return {}
  }),
}

/** Letters, digits, `_` and `-`, a letter first, as the reference says; spaces, as its own example has them. */
const plainText = /^\p{L}[\p{L}\p{N}_ -]*$/u

/** Names neither engine lets anyone take; the tutorial's `root` is one of them on MySQL only. */
const reservedNames: Record<string, string[]> = {
  PostgreSQL: ['postgres', 'admin', 'aurora', 'replicator', 'public', 'user', 'alicloud_rds_admin'],
  MySQL: [
    'root',
    'admin',
    'aurora',
    'mysql',
    'eagleye',
    'master',
    'replicator',
    'xtrabak',
    'guest',
    'aliyun_root',
    'test',
    'drc_rds',
  ],
}

const reservedDatabases: Record<string, string[]> = {
  PostgreSQL: ['postgres', 'template0', 'template1'],
  MySQL: ['mysql', 'sys', 'test', 'information_schema', 'performance_schema', 'sys_info'],
}

function createAccount(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const engine = text(instance, 'engine')
  const name = need(input, 'AccountName')
  checkAccountName(engine, name)
  checkPassword(need(input, 'AccountPassword'))
  checkText(word(input, 'AccountDescription'), 2, 256, 'InvalidAccountDescription.Malformed', plainText)
  const type = word(input, 'AccountType') || 'Normal'
  if (type !== 'Normal' && type !== 'Super')
    refuse(400, 'InvalidAccountType.Malformed', 'AccountType must be Normal or Super.')
  const accounts = inside(call, instance, 'db-account')
  // On MySQL `Test1` and `test1` are one name; PostgreSQL allows no capitals anyway.
  if (accounts.some(one => text(one, 'name').toLowerCase() === name.toLowerCase()))
    refuse(400, 'InvalidAccountName.Duplicate', 'Invalid "AccountName" specified, duplicated.')
  idleInstance(call, input)
  const superThere = accounts.some(one => text(one, 'type') === 'Super')
  if (engine === 'PostgreSQL' && type === 'Normal' && !superThere) {
    refuse(400, 'InvalidAccountType.Format', "The first account can't be normal.")
  }
  if (engine === 'MySQL' && type === 'Super' && superThere) {
    refuse(400, 'AccountLimitExceeded', 'A MySQL instance has at most one privileged account.')
  }
  const data = {
    instanceId: instance.id,
    name,
    type,
    description: word(input, 'AccountDescription'),
    readyAt: call.world.now() + times.account,
    grants: {},
  }
  make(call, 'db-account', `${instance.id}/${name}`, data, {}, instance.region)
  busy(call, instance, times.account, 'account')
  return {}
}

function checkAccountName(engine: string, name: string): void {
  const pattern = engine === 'PostgreSQL' ? /^[a-z][a-z0-9_]{0,61}[a-z0-9]$/ : /^[a-zA-Z][a-zA-Z0-9_]{0,30}[a-zA-Z0-9]$/
  if (!pattern.test(name) || (engine === 'PostgreSQL' && name.startsWith('pg'))) {
    refuse(400, 'InvalidAccountName.Malformed', 'The specified parameter "AccountName" is not valid.')
  }
  if (reservedNames[engine]!.includes(name))
    refuse(400, 'InvalidAccountName.Forbid', 'The specified parameter "AccountName" is a keyword.')
}

function checkPassword(password: string): void {
  if (!strongPassword(password, 8, 32, '!@#$%^&*()_+-=')) {
    refuse(400, 'InvalidAccountPassword.Malformed', 'The specified parameter "AccountPassword" is not valid.')
  }
}

function createDatabase(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const engine = text(instance, 'engine')
  const name = need(input, 'DBName')
  if (!/^[a-z][a-z0-9_-]{0,62}[a-z0-9]$/.test(name) || reservedDatabases[engine]!.includes(name)) {
    refuse(400, 'InvalidDBName.Malformed', 'The specified parameter "DBName" is not valid.')
  }
  const charset = word(input, 'CharacterSetName') || (engine === 'PostgreSQL' ? 'UTF8,C,en_US.utf8' : 'utf8mb4')
  const fits =
    engine === 'PostgreSQL'
      ? /^(UTF8|SQL_ASCII|LATIN1|EUC_[A-Z]{2})(,[\w.-]+,[\w.-]+)?$/
      : /^(utf8|utf8mb4|gbk|latin1)$/
  if (!fits.test(charset)) refuse(400, 'InvalidCharacterSetName.Format', 'Specified character set name is not valid.')
  checkText(word(input, 'DBDescription'), 2, 256, 'InvalidDBDescription.Malformed', plainText)
  if (inside(call, instance, 'database').some(one => text(one, 'name') === name)) {
    refuse(400, 'InvalidDBName.Duplicate', 'Specified DB name already exists in the Aliyun RDS.')
  }
  idleInstance(call, input)
  const data = {
    instanceId: instance.id,
    name,
    charset,
    description: word(input, 'DBDescription'),
    readyAt: call.world.now() + times.database,
  }
  make(call, 'database', `${instance.id}/${name}`, data, {}, instance.region)
  busy(call, instance, times.database, 'database')
  return {}
}

function grant(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const account = accountOf(call, instance, input)
  const database = databaseOf(call, instance, input)
  const allowed =
    text(instance, 'engine') === 'PostgreSQL' ? ['DBOwner'] : ['ReadWrite', 'ReadOnly', 'DDLOnly', 'DMLOnly']
  const privilege = need(input, 'AccountPrivilege')
  if (!allowed.includes(privilege)) {
    refuse(400, 'InvalidAccountPrivilege.Malformed', `The specified privilege must be one of ${allowed.join(', ')}.`)
  }
  idleInstance(call, input)
  change(call, account, { grants: { ...grantsOf(account), [text(database, 'name')]: privilege } })
  busy(call, instance, times.grant, 'account')
  return {}
}

function inside(call: Call, instance: Thing, type: string): Thing[] {
  return all(call, type).filter(one => text(one, 'instanceId') === instance.id)
}

function accountOf(call: Call, instance: Thing, input: JsonObject): Thing {
  const account = inside(call, instance, 'db-account').find(one => text(one, 'name') === need(input, 'AccountName'))
  return account ?? refuse(404, 'InvalidAccountName.NotFound', 'Specified account name does not exist.')
}

function databaseOf(call: Call, instance: Thing, input: JsonObject): Thing {
  const database = inside(call, instance, 'database').find(one => text(one, 'name') === need(input, 'DBName'))
  return (
    database ??
    refuse(404, 'InvalidDBName.NotFound', 'Specified one or more DB name does not exist or DB status does not support.')
  )
}

function grantsOf(account: Thing): Record<string, string> {
  return account.data.grants as Record<string, string>
}

function databaseStatus(call: Call, database: Thing): string {
  if (database.goneAt !== undefined) return 'Deleting'
  return call.world.now() < time(database, 'readyAt') ? 'Creating' : 'Running'
}

function describeAccount(call: Call, instance: Thing, account: Thing): JsonObject {
  const ready = account.goneAt === undefined && call.world.now() >= time(account, 'readyAt')
  return {
    DBInstanceId: instance.id,
    AccountName: text(account, 'name'),
    AccountType: text(account, 'type'),
    AccountStatus: ready ? 'Available' : 'Unavailable',
    AccountDescription: text(account, 'description'),
    PrivExceeded: '0',
    DatabasePrivileges: {
      DatabasePrivilege: Object.entries(grantsOf(account)).map(([DBName, AccountPrivilege]) => ({
        DBName,
        AccountPrivilege,
        AccountPrivilegeDetail: AccountPrivilege,
      })),
    },
  }
}

function describeDatabase(call: Call, instance: Thing, database: Thing): JsonObject {
  const name = text(database, 'name')
  const [charset = '', collate, ctype] = text(database, 'charset').split(',')
  const owners = inside(call, instance, 'db-account').filter(one => name in grantsOf(one))
  return {
    DBInstanceId: instance.id,
    DBName: name,
    DBStatus: databaseStatus(call, database),
    DBDescription: text(database, 'description'),
    Engine: text(instance, 'engine'),
    CharacterSetName: charset,
    ...(collate && { Collate: collate }),
    ...(ctype && { Ctype: ctype }),
    Accounts: {
      AccountPrivilegeInfo: owners.map(one => ({
        Account: text(one, 'name'),
        AccountPrivilege: grantsOf(one)[name] ?? '',
        AccountPrivilegeDetail: grantsOf(one)[name] ?? '',
      })),
    },
  }
}
