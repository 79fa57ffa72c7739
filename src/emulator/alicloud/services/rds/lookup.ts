import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { need, refuse } from '../../core/input.ts'
import { all, text } from '../../core/resources.ts'

/** How what lives in a database instance is found: accounts, databases, privileges. */

/** Letters, digits, `_` and `-`, a letter first, as the reference says; spaces, as its own example has them. */
export const plainText = /^\p{L}[\p{L}\p{N}_ -]*$/u

export function inside(call: Call, instance: Thing, type: string): Thing[] {
  return all(call, type).filter(one => text(one, 'instanceId') === instance.id)
}

export function accountOf(call: Call, instance: Thing, input: JsonObject): Thing {
  const account = inside(call, instance, 'db-account').find(one => text(one, 'name') === need(input, 'AccountName'))
  return account ?? refuse(404, 'InvalidAccountName.NotFound', 'Specified account name does not exist.')
}

export function databaseOf(call: Call, instance: Thing, input: JsonObject): Thing {
  const database = inside(call, instance, 'database').find(one => text(one, 'name') === need(input, 'DBName'))
  return (
    database ??
    refuse(404, 'InvalidDBName.NotFound', 'Specified one or more DB name does not exist or DB status does not support.')
  )
}

/** By database: `DBOwner`, `ReadWrite`… */
export function grantsOf(account: Thing): Record<string, string> {
  return account.data.grants as Record<string, string>
}
