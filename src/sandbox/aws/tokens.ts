import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../kind.ts'
import type { Call } from '../model.ts'
import type { Remembered } from '../store.ts'
import type { LiveWorld } from '../world.ts'
import { refusal } from './refusals.ts'
import type { Action, Service } from './schema.ts'

const hour = 3_600_000

/** A call's idempotency token: where its answer is remembered, and a hash of what was asked with it. */
export interface Token {
  key: string
  asked: string
}

/**
 * The token of a call whose service remembers it: EC2 every `ClientToken`, ACM its `IdempotencyToken` for an hour.
 * Secrets Manager's tokens name versions and are its operations' own business. Refuses a malformed one.
 */
export function tokenOf(service: Service, action: Action, input: JsonObject, call: Call): Token | undefined {
  const name = memberOf(service, action)
  const token = name ? input[name] : undefined
  if (!name || typeof token !== 'string' || token === '') return undefined
  const fits = service.name === 'acm' ? /^\w{1,32}$/.test(token) : /^[\x20-\x7e]{1,128}$/.test(token)
  if (!fits || (action.name === 'RunInstances' && token.length > 64)) {
    throw service.name === 'acm'
      ? refusal('json', 'missing parameter', `1 validation error detected: Value '${token}' at 'idempotencyToken'`)
      : refusal('ec2', 'bad value', `Invalid value '${token.slice(0, 40)}' for ${name}: at most 64 ASCII characters.`)
  }
  const { [name]: _token, ...rest } = input
  return {
    key: `aws ${call.account} ${call.region} ${service.name}.${action.name} ${token}`,
    asked: createHash('sha256')
      .update(JSON.stringify(sorted(rest)))
      .digest('base64'),
  }
}

/**
 * What was answered to the same token before, while it is remembered: a day of the cloud's time, ACM's an hour, and
 * RunInstances' as long as one of its machines is there. Refuses the token with other parameters.
 */
export function before(tokens: Map<string, Remembered>, token: Token, world: LiveWorld): JsonObject | undefined {
  const found = tokens.get(token.key)
  if (!found || forgotten(found, token, world)) return undefined
  if (found.asked === token.asked) return found.answer
  throw refusal(
    'ec2',
    'token reused',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  )
}

function memberOf(service: Service, action: Action): string | undefined {
  if (service.name === 'acm') return action.input.byName.has('IdempotencyToken') ? 'IdempotencyToken' : undefined
  if (service.name === 'ec2') return action.input.byName.has('ClientToken') ? 'ClientToken' : undefined
  return undefined
}

function forgotten({ at, answer }: Remembered, { key }: Token, world: LiveWorld): boolean {
  if (at === undefined) return false
  const day = key.includes(' acm.') ? hour : 24 * hour
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
