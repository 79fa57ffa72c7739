import type { JsonObject } from '../../../base/json.ts'
import type { Call, Thing } from '../../world/model.ts'
import { isGone } from '../../world/resources.ts'

export { change, isGone, text, time } from '../../world/resources.ts'

/** How the operations of AWS find, make and remove resources. */

/** Things of the services without regions (IAM, Route 53) live here. */
export const everywhere = 'global'

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

export function texts(thing: Thing, field: string): string[] {
  const value = thing.data[field]
  return Array.isArray(value) ? value.map(String) : []
}
