import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../../base/json.ts'
import type { Call } from '../../world/model.ts'
import type { Remembered } from '../../world/store.ts'
import type { LiveWorld } from '../../world/world.ts'
import { refusal } from './refusals.ts'
import type { Action, Service } from './schema.ts'

const day = 24 * 3_600_000

/** A call's idempotency token: where its answer is remembered, and a hash of what was asked with it. */
export interface Token {
  key: string
  asked: string
}

/**
 * The `ClientToken` of an EC2 call. The other services' tokens name versions, or mean the resource and not the call:
 * they are their operations' own business. Refuses a malformed one.
 */
export function tokenOf(service: Service, action: Action, input: JsonObject, call: Call): Token | undefined {
  const { ClientToken: token, ...rest } = input
  if (service.name !== 'ec2' || typeof token !== 'string' || token === '') return undefined
  const longest = action.name.includes('LaunchTemplate') ? 128 : 64
  if (!/^[\x20-\x7e]+$/.test(token) || token.length > longest) {
    const message = `Invalid value '${token.slice(0, 40)}' for ClientToken: at most ${longest} ASCII characters.`
    throw refusal('ec2', 'bad value', message)
  }
  return {
    key: `aws ${call.account} ${call.region} ${service.name}.${action.name} ${token}`,
    asked: createHash('sha256')
      .update(JSON.stringify(sorted(rest)))
      .digest('base64'),
  }
}

/**
 * What was answered to the same token before, while it is remembered: a day of the cloud's time, that of RunInstances
 * as long as one of its machines is there. Refuses the token with other parameters.
 */
export function before(tokens: Map<string, Remembered>, token: Token, world: LiveWorld): JsonObject | undefined {
  const found = tokens.get(token.key)
  if (!found || isForgotten(found, world)) return undefined
  if (found.asked === token.asked) return found.answer
  const message = 'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).'
  throw refusal('ec2', 'token reused', message)
}

function isForgotten({ at = 0, answer }: Remembered, world: LiveWorld): boolean {
  if (world.now() < at + day) return false
  const machines = Array.isArray(answer.Instances) ? (answer.Instances as JsonObject[]) : []
  return !machines.some(machine => world.get('instance', String(machine.InstanceId)) !== undefined)
}

/** Keys in one order, so that the same request always has the same hash. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  )
}
