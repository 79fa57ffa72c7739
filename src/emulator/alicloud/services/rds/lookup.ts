import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { refuse, requireParameter } from '../../core/input.ts'
import { resourcesOf, text } from '../../core/resources.ts'

/** How what lives in a database instance is found: accounts, databases, privileges. */

/** Letters, digits, `_` and `-`, a letter first, as the reference says; spaces, as its own example has them. */
export const plainText = /^\p{L}[\p{L}\p{N}_ -]*$/u

/** What of a type lives in the instance. */
export function inside(call: Call, instance: Resource, type: string): Resource[] {
  return resourcesOf(call, type).filter(one => text(one, 'instanceId') === instance.id)
}

/** The account that the call names, or RDS's refusal. */
export function accountOf(call: Call, instance: Resource, input: JsonObject): Resource {
  const account = inside(call, instance, 'db-account').find(
    one => text(one, 'name') === requireParameter(input, 'AccountName'),
  )
  return account ?? refuse(404, 'InvalidAccountName.NotFound', 'Specified account name does not exist.')
}

/** The database that the call names, or RDS's refusal. */
export function databaseOf(call: Call, instance: Resource, input: JsonObject): Resource {
  const database = inside(call, instance, 'database').find(
    one => text(one, 'name') === requireParameter(input, 'DBName'),
  )
  return (
    database ??
    refuse(404, 'InvalidDBName.NotFound', 'Specified one or more DB name does not exist or DB status does not support.')
  )
}

/** By database: `DBOwner`, `ReadWrite`… */
export function grantsOf(account: Resource): Record<string, string> {
  return account.data.grants as Record<string, string>
}
