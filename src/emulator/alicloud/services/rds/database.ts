import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { checkText, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, text, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { busy, dbInstanceOf, idleInstance } from './db-instance.ts'
import { databaseOf, grantsOf, inside, plainText } from './lookup.ts'

/** Databases in an instance. */
export const databaseOperations = {
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
    updateResource(call, database, { description: word(input, 'DBDescription') })
    return {}
  }),
}

const reservedDatabases: Record<string, string[]> = {
  PostgreSQL: ['postgres', 'template0', 'template1'],
  MySQL: ['mysql', 'sys', 'test', 'information_schema', 'performance_schema', 'sys_info'],
}

function createDatabase(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const engine = text(instance, 'engine')
  const name = requireParameter(input, 'DBName')
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
  createResource(call, 'database', `${instance.id}/${name}`, data, {}, instance.region)
  busy(call, instance, times.database, 'database')
  return {}
}

function databaseStatus(call: Call, database: Resource): string {
  if (database.goneAt !== undefined) return 'Deleting'
  return call.world.now() < time(database, 'readyAt') ? 'Creating' : 'Running'
}

function describeDatabase(call: Call, instance: Resource, database: Resource): JsonObject {
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
