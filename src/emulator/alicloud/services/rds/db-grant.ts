import type { JsonObject } from '../../../../base/json.ts'
import type { Call } from '../../../world/model.ts'
import { operation, refuse, requireParameter } from '../../core/input.ts'
import { text, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { busy, dbInstanceOf, idleInstance } from './db-instance.ts'
import { accountOf, databaseOf, grantsOf } from './lookup.ts'

/** Privileges of accounts on databases. */
export const dbGrantOperations = {
  'rds.GrantAccountPrivilege': operation('DBInstanceId AccountName DBName AccountPrivilege', grant),
  'rds.RevokeAccountPrivilege': operation('DBInstanceId AccountName DBName', (input, call) => {
    const instance = idleInstance(call, input)
    const account = accountOf(call, instance, input)
    const { [databaseOf(call, instance, input).data.name as string]: _, ...grants } = grantsOf(account)
    updateResource(call, account, { grants })
    busy(call, instance, times.grant, 'account')
    return {}
  }),
}

function grant(input: JsonObject, call: Call): JsonObject {
  const instance = dbInstanceOf(call, input)
  const account = accountOf(call, instance, input)
  const database = databaseOf(call, instance, input)
  const allowed =
    text(instance, 'engine') === 'PostgreSQL' ? ['DBOwner'] : ['ReadWrite', 'ReadOnly', 'DDLOnly', 'DMLOnly']
  const privilege = requireParameter(input, 'AccountPrivilege')
  if (!allowed.includes(privilege)) {
    refuse(400, 'InvalidAccountPrivilege.Malformed', `The specified privilege must be one of ${allowed.join(', ')}.`)
  }
  idleInstance(call, input)
  updateResource(call, account, { grants: { ...grantsOf(account), [text(database, 'name')]: privilege } })
  busy(call, instance, times.grant, 'account')
  return {}
}
