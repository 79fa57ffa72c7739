import type { Call, World } from '../../world/model.ts'
import { everywhere } from './resources.ts'

/** Ids and names as AWS makes them, and times as it writes them. */

/** A fresh id as EC2 makes them: `vpc-0` and 16 hexadecimal digits. */
export function newId(call: Call, prefix: string): string {
  return `${prefix}-0${hex(call.world, 16)}`
}

/** Hexadecimal digits from the world's dice. */
export function hex(world: World, length: number): string {
  return Array.from({ length }, () => Math.floor(world.random() * 16).toString(16)).join('')
}

/** Capitals and digits, as IAM's unique ids have them. */
export function letters(world: World, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return Array.from({ length }, () => alphabet[Math.floor(world.random() * alphabet.length)]).join('')
}

/** A UUID from the world's dice. */
export function uuid(world: World): string {
  return [8, 4, 4, 4, 12].map(length => hex(world, length)).join('-')
}

/** `arn:aws:ec2:ap-northeast-1:500000000001:vpc/vpc-0…`. */
export function arn(call: Call, service: string, rest: string, region = call.region): string {
  return `arn:aws:${service}:${region === everywhere ? '' : region}:${call.account}:${rest}`
}

/** A time of the cloud's clock, as answers have it: ISO 8601 in UTC. */
export function date(call: Call, at: number): string {
  return call.world.date(at)
}
