import { type Cidr, cidrProblem, dotted, inside, overlaps, parseCidr, show } from '../../../answers/checks.ts'
import type { Values } from '../../../answers/question.ts'
import type { Json } from '../../../base/json.ts'
import { text } from './names.ts'
import { SMALLEST_SUBNET } from './vpc.ts'

/** A part of the VPC for the subnet `key`, the first that no earlier subnet has: /24s from the second on, smaller ones in a small VPC. */
export function freePart(vpc: Cidr | undefined, keys: string[], key: string, values: Values): string {
  const whole = vpc ?? parseCidr('10.0.0.0/16')!
  const bits = Math.ceil(Math.log2(keys.length))
  const roomy = whole.mask + bits < 24
  const mask = roomy ? 24 : Math.min(SMALLEST_SUBNET, whole.mask + bits)
  const count = 2 ** (mask - whole.mask)
  const place = keys.indexOf(key)
  const taken = keys.slice(0, place).flatMap(other => parseCidr(values[`${other}.cidr`]) ?? [])
  const start = roomy ? place + 1 : place
  for (let i = 0; i < Math.min(count, 1024); i++) {
    const part = parseCidr(`${dotted(whole.first + ((start + i) % count) * 2 ** (32 - mask))}/${mask}`)!
    if (!taken.some(other => overlaps(other, part))) return part.text
  }
  return `${dotted(whole.first)}/${mask}`
}

/** Mask 16 to 27, inside the VPC, apart from the subnets before it. */
export function subnetCidrProblem(value: Json, values: Values, keys: string[], key: string): string | undefined {
  const wrong = cidrProblem(value)
  if (wrong) return wrong
  const cidr = parseCidr(value)!
  if (cidr.mask < 16 || cidr.mask > SMALLEST_SUBNET) {
    const slip = cidr.mask === 8 ? ' (The tutorial’s /8 is a slip: a whole VPC is a /16.)' : ''
    return `${cidr.text} does not fit a subnet: the mask must be 16 to ${SMALLEST_SUBNET}, for example 24.${slip}`
  }
  const vpc = parseCidr(values['vpc.cidr'])
  if (vpc && !inside(cidr, vpc)) return `${cidr.text} is outside the VPC’s block ${vpc.text} (vpc.cidr).`
  // Only the later one is told of an overlap, so that one slip is one problem.
  for (const other of keys.slice(0, keys.indexOf(key))) {
    const taken = parseCidr(values[`${other}.cidr`])
    if (taken && overlaps(cidr, taken)) return `${cidr.text} overlaps ${taken.text} (${other}.cidr).`
  }
  return undefined
}

/**
 * Shaped like a zone, another one than its sister subnet's, and one that has a public subnet. A sentence when wrong.
 */
export function zoneProblem(
  value: Json,
  values: Values,
  { tier, n, open }: { tier: string; n: number; open: string },
): string | undefined {
  if (typeof value !== 'string' || !/^[a-z]{2}(-[a-z]+)+-\d+[a-z]$/.test(value)) {
    return `${show(value)} is not an Availability Zone. Zones look like ap-northeast-1a.`
  }
  if (n === 2 && value === text(values, `${tier}1.zone`)) {
    return `${value} is the zone of the first subnet already (${tier}1.zone). The two must be in two different zones.`
  }
  const zones = [1, 2].map(i => text(values, `${open}${i}.zone`)).filter(Boolean)
  if (tier !== open && zones.length === 2 && !zones.includes(value)) {
    return `${value} is not one of the public subnets’ zones ${zones.join(' and ')}; the load balancer would not reach it.`
  }
  return undefined
}
