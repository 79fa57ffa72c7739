import { type Cidr, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { refuse } from '../../core/input.ts'
import { text, time } from '../../core/resources.ts'

/** Address blocks as EC2 reads them. */

/** A block of /16 to /28 with the bits behind its mask cut off, as EC2 keeps it. */
export function canonical(block: string, code = 'InvalidParameterValue'): string {
  const [base = '', mask = ''] = block.split('/')
  const bits = /^\d+$/.test(mask) ? Number(mask) : 99
  const cut = cutTo(base, bits)
  if (!cut || bits > 32)
    return refuse(400, code, `Value (${block}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`)
  if (bits < 16 || bits > 28)
    return refuse(400, code === 'InvalidParameterValue' ? 'InvalidVpc.Range' : code, `The CIDR '${block}' is invalid.`)
  return cut
}

/** Any block, canonical; undefined when it is none. */
export function cutTo(base: string, bits: number): string | undefined {
  const one = parseCidr(`${base}/32`)
  if (!one || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  const first = Math.floor(one.first / size) * size
  return `${[24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')}/${bits}`
}

/** The address block of a VPC or subnet. */
export function blockOf(resource: Resource): Cidr {
  return parseCidr(text(resource, 'cidr'))!
}

/** `pending` until `readyAt`, then `available`. */
export function readyState(call: Call, resource: Resource): string {
  return call.world.now() < time(resource, 'readyAt') ? 'pending' : 'available'
}
