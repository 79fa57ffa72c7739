import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { checkText, operation, refuse, requireParameter, strongPassword, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, text, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { busy, dbInstanceOf, idleInstance } from './db-instance.ts'
import { accountOf, grantsOf, inside, plainText } from './lookup.ts'

/** Accounts of a database instance. Passwords are checked and thrown away. */
export const dbAccountOperations = {
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
    checkPassword(requireParameter(input, 'AccountPassword'))
    busy(call, instance, times.grant, 'account')
    return {}
  }),
  'rds.ModifyAccountDescription': operation('DBInstanceId AccountName AccountDescription', (input, call) => {
    const account = accountOf(call, dbInstanceOf(call, input), input)
    checkText(word(input, 'AccountDescription'), 2, 256, 'InvalidAccountDescription.Malformed', plainText)
    updateResource(call, account, { description: word(input, 'AccountDescription') })
    return {}
  }),
}

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

function createAccount(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const engine = text(instance, 'engine')
  const name = requireParameter(input, 'AccountName')
  checkAccountName(engine, name)
  checkPassword(requireParameter(input, 'AccountPassword'))
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
  createResource(call, 'db-account', `${instance.id}/${name}`, data, {}, instance.region)
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

function describeAccount(call: Call, instance: Resource, account: Resource): JsonObject {
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
