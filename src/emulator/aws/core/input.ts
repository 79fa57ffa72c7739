import type { JsonObject } from '../../../base/json.ts'
import { isGone, object, refuse, word } from '../../world/input.ts'
import type { Call, Operation, Thing, World } from '../../world/model.ts'

export { change, flag, isGone, isObject, object, objects, refuse, text, time, word, words } from '../../world/input.ts'

/**
 * How the AWS operations read their input and the world. The input is the official input object as the SDK has it
 * (numbers are numbers, lists are lists); dates leave as ISO 8601 strings, bytes as Base64.
 */

/** Things of the services without regions (IAM, Route 53) live here. */
export const everywhere = 'global'

/** What every EC2 action takes besides its own parameters; the server reads the tokens. */
const common = ['DryRun', 'ClientToken']

/**
 * An operation that honours `parameters`. An official parameter that is not among them is refused:
 * an embedded cloud that ignored it would answer something else than the real one.
 */
export function operation(parameters: string, run: Operation): Operation {
  const known = new Set([...common, ...parameters.split(/\s+/).filter(Boolean)])
  return (input, call) => {
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined && !known.has(name)) {
        refuse(400, 'UnsupportedParameter', `The embedded cloud does not simulate ${name} of ${call.action}.`)
      }
    }
    // Success of a dry run is an error of this name (facts §2).
    if (input.DryRun === true) {
      refuse(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
    }
    return run(input, call)
  }
}

export function need(input: JsonObject, name: string, code = 'MissingParameter'): string {
  const value = word(input, name)
  if (value === '') refuse(400, code, `The request must contain the parameter ${name}`)
  return value
}

export function number(input: JsonObject, name: string, fallback: number): number {
  const value = word(input, name)
  return value === '' ? fallback : Number(value)
}

/** EC2 wraps the value of an attribute: `{EnableDnsHostnames: {Value: true}}`. */
export function wrapped(input: JsonObject, name: string): boolean | undefined {
  const value = object(input, name).Value
  return typeof value === 'boolean' ? value : undefined
}

/** A blob: Base64, or bytes where the wire kept them. */
export function bytes(input: JsonObject, name: string): Buffer {
  const value: unknown = input[name]
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(word(input, name), 'base64')
}

/** What the account owns under that id, at once; `known` and `listed` lag. */
export function find(call: Call, type: string, id: string): Thing | undefined {
  const thing = call.world.get(type, id)
  if (thing === undefined || thing.cloud !== 'aws' || thing.account !== call.account || isGone(call, thing))
    return undefined
  return thing.region === call.region || thing.region === everywhere ? thing : undefined
}

/** Everything of a type that the account has in the region (or `everywhere`), lag or no lag. */
export function all(call: Call, type: string, region = call.region): Thing[] {
  return call.world
    .list(type, { account: call.account, region })
    .filter(thing => thing.cloud === 'aws' && !isGone(call, thing))
}

/** What a list or tag look-up shows: things younger than their own lag are not in it yet. */
export function listed(call: Call, type: string, region = call.region): Thing[] {
  return all(call, type, region).filter(thing => call.world.now() >= thing.born + listLag(thing.id))
}

/** Milliseconds of the cloud's time until a filter finds it: 2 to 5 seconds, drawn from the id. */
export function listLag(id: string): number {
  return 2000 + hash(id, 3001)
}

/** What asking by its id knows: two of five fresh things are not found for up to 2 seconds (facts §3). */
export function known(call: Call, type: string, id: string): Thing | undefined {
  const thing = find(call, type, id)
  return thing && call.world.now() >= thing.born + idLag(id) ? thing : undefined
}

function idLag(id: string): number {
  return hash(id, 5) < 2 ? 300 + hash(id, 1701) : 0
}

function hash(id: string, size: number): number {
  let value = 7
  for (const char of id) value = (value * 31 + char.charCodeAt(0)) % 1_000_003
  return value % size
}

export interface Making {
  tags?: Record<string, string>
  region?: string
  /** Cloud time; now when absent. */
  born?: number
}

export function make(call: Call, type: string, id: string, data: JsonObject, more: Making = {}): Thing {
  const { tags = {}, region = call.region, born } = more
  const thing = { cloud: 'aws' as const, type, id, account: call.account, region, tags, data }
  return call.world.add(born === undefined ? thing : { ...thing, born })
}

/** It is gone `after` milliseconds from now. */
export function leave(call: Call, thing: Thing, after = 0): void {
  thing.goneAt = call.world.now() + after
  if (after > 0) call.world.touch(thing)
  else call.world.drop(thing)
}

/** A fresh id as EC2 makes them: `vpc-0` and 16 hexadecimal digits. */
export function newId(call: Call, prefix: string): string {
  return `${prefix}-0${hex(call.world, 16)}`
}

export function hex(world: World, length: number): string {
  return Array.from({ length }, () => Math.floor(world.random() * 16).toString(16)).join('')
}

/** Capitals and digits, as IAM's unique ids have them. */
export function letters(world: World, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return Array.from({ length }, () => alphabet[Math.floor(world.random() * alphabet.length)]).join('')
}

export function uuid(world: World): string {
  return [8, 4, 4, 4, 12].map(length => hex(world, length)).join('-')
}

export function texts(thing: Thing, field: string): string[] {
  const value = thing.data[field]
  return Array.isArray(value) ? value.map(String) : []
}

/** `arn:aws:ec2:ap-northeast-1:500000000001:vpc/vpc-0…`. */
export function arn(call: Call, service: string, rest: string, region = call.region): string {
  return `arn:aws:${service}:${region === everywhere ? '' : region}:${call.account}:${rest}`
}

export function date(call: Call, at: number): string {
  return call.world.date(at)
}
