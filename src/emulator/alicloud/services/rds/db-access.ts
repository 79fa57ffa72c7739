import type { JsonObject } from '../../../../base/json.ts'
import type { Call } from '../../../world/model.ts'
import { operation, refuse, requireParameter, word } from '../../core/input.ts'
import { updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { busy, dbInstanceOf, idleInstance } from './db-instance.ts'
import { checkAddresses, whitelist } from './whitelist.ts'

/** Who may reach a database instance. */
export const dbAccessOperations = {
  'rds.ModifySecurityIps': operation(
    'DBInstanceId SecurityIps DBInstanceIPArrayName DBInstanceIPArrayAttribute ModifyMode SecurityIPType WhitelistNetworkType',
    modifyWhitelist,
  ),
  'rds.DescribeDBInstanceIPArrayList': operation('DBInstanceId WhitelistNetworkType', (input, call) => {
    const groups = Object.entries(whitelist(dbInstanceOf(call, input)))
    return {
      Items: {
        DBInstanceIPArray: groups.map(([name, list]) => ({
          DBInstanceIPArrayName: name,
          DBInstanceIPArrayAttribute: '',
          SecurityIPList: list,
          SecurityIPType: 'IPv4',
        })),
      },
    }
  }),
}

function modifyWhitelist(input: JsonObject, call: Call): JsonObject {
  const instance = idleInstance(call, input)
  const name = (word(input, 'DBInstanceIPArrayName') || 'default').toLowerCase()
  if (name !== 'default' && !/^[a-z][a-z0-9_]{0,30}[a-z0-9]$/.test(name)) {
    refuse(400, 'InvalidSecurityIPListName.Format', 'The name of the whitelist group is not valid.')
  }
  const mode = word(input, 'ModifyMode') || 'Cover'
  if (!['Cover', 'Append', 'Delete', '0', '1', '2'].includes(mode))
    refuse(400, 'InvalidModifyMode.Malformed', 'Cover, Append or Delete.')
  const groups = { ...whitelist(instance) }
  const before = (groups[name] ?? '').split(',').filter(Boolean)
  const asked = checkAddresses(requireParameter(input, 'SecurityIps')).split(',')
  const after =
    mode === 'Append' || mode === '1'
      ? [...new Set([...before, ...asked])]
      : mode === 'Delete' || mode === '2'
        ? before.filter(one => !asked.includes(one))
        : asked
  if (Object.keys(groups).length >= 50 && !(name in groups))
    refuse(400, 'SecurityIPGroupQuotaExceeded', 'At most 50 groups.')
  if (after.length === 0 && name !== 'default') delete groups[name]
  else groups[name] = after.length === 0 ? '127.0.0.1' : after.join(',')
  updateResource(call, instance, { whitelist: groups })
  busy(call, instance, times.whitelist, 'instance')
  return { TaskId: '1' }
}
