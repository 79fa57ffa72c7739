import { address, parseAddress, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { refuse } from '../../core/input.ts'
import { resourcesOf, text } from '../../core/resources.ts'

/** Private addresses of a VSwitch and made-up public ones. The first and the last three of a VSwitch are the cloud's own. */

/** How many addresses of the vSwitch are left. */
export function freeAddresses(call: Call, vswitch: Resource): number {
  return parseCidr(text(vswitch, 'cidr'))!.size - 4 - used(call, vswitch).size
}

/** The asked-for address if it is free, else the lowest free one. */
export function takeAddress(call: Call, vswitch: Resource, asked = ''): string {
  const block = parseCidr(text(vswitch, 'cidr'))!
  const taken = used(call, vswitch)
  const low = block.first + 1
  const high = block.first + block.size - 4
  if (asked !== '') {
    const value = parseAddress(asked)
    if (value === undefined || value < low || value > high || taken.has(asked)) {
      refuse(400, 'InvalidPrivateIpAddress.Malformed', `The private address ${asked} is not free in the vSwitch.`)
    }
    return asked
  }
  for (let value = low; value <= high; value++) {
    const candidate = address(value)
    if (!taken.has(candidate)) return candidate
  }
  return refuse(400, 'InvalidVSwitchId.IpNotEnough', 'The vSwitch has no free private address left.')
}

function used(call: Call, vswitch: Resource): Set<string> {
  const holders = ['network-interface', 'db-instance', 'load-balancer'].flatMap(type => resourcesOf(call, type))
  return new Set(
    holders.filter(resource => text(resource, 'vswitchId') === vswitch.id).map(resource => text(resource, 'privateIp')),
  )
}

/** From 198.18.0.0/15, which is set aside for tests (RFC 2544): no machine answers there. */
export function publicAddress(call: Call): string {
  const low = parseCidr('198.18.0.0/15')!
  return address(low.first + 256 + Math.floor(call.world.random() * (low.size - 512)))
}
