import { parseAddress, parseCidr } from '../../../world/cidr.ts'
import type { Resource } from '../../../world/model.ts'
import { refuse } from '../../core/input.ts'

/** Whitelist groups of a database instance: fields of it, by name. */

/** The access list by group: addresses and blocks, joined by commas. */
export function whitelist(instance: Resource): Record<string, string> {
  return instance.data.whitelist as Record<string, string>
}

/** The list as it is kept: checked, without spaces. */
export function checkAddresses(list: string): string {
  const parts = list.split(',').map(part => part.trim())
  const bad = parts.find(part => !parseCidr(part) && parseAddress(part) === undefined)
  if (bad !== undefined || parts.length > 1000) {
    refuse(
      400,
      'InvalidSecurityIPList.Format',
      `The specified list holds an address that is not valid: ${(bad ?? '').slice(0, 40)}`,
    )
  }
  if (new Set(parts).size < parts.length)
    refuse(400, 'InvalidSecurityIPList.Duplicate', 'The Security IP address is not in the available range or occupied.')
  return parts.join(',')
}
