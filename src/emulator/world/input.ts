import type { Json, JsonObject } from '../../base/json.ts'
import { ApiError, type Call, type Thing, type World } from './model.ts'

/** Small words that the operations of both clouds share: reading parameters and things, refusing. */

export function refuse(status: number, code: string, message: string): never {
  throw new ApiError(status, code, message)
}

/** A scalar parameter, '' when absent. */
export function word(input: JsonObject, name: string): string {
  const value = input[name]
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

export function flag(input: JsonObject, name: string, fallback = false): boolean {
  const value = word(input, name).toLowerCase()
  return value === '' ? fallback : value === 'true'
}

/** A repeated scalar (`InstanceId.1`, `InstanceId.2`). */
export function words(input: JsonObject, name: string): string[] {
  const value = input[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** A repeated object (`Tag.1.Key`). */
export function objects(input: JsonObject, name: string): JsonObject[] {
  const value = input[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function object(input: JsonObject, name: string): JsonObject {
  const value = input[name]
  return value !== undefined && isObject(value) ? value : {}
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isGone(call: Call, thing: Thing): boolean {
  return thing.goneAt !== undefined && thing.goneAt <= call.world.now()
}

export function text(thing: Thing, field: string): string {
  const value = thing.data[field]
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

export function time(thing: Thing, field: string): number {
  const value = thing.data[field]
  return typeof value === 'number' ? value : 0
}

export function change(call: Call, thing: Thing, data: JsonObject): void {
  Object.assign(thing.data, data)
  call.world.touch(thing)
}

/** A call for each account and region, to look around with. */
export function placesOf(
  world: World,
  cloud: Call['cloud'],
  { accounts, regions }: { accounts: string[]; regions: { id: string }[] },
): Call[] {
  const nothing = { product: '', action: '', requestId: '' }
  return accounts.flatMap(account => regions.map(({ id }) => ({ ...nothing, cloud, region: id, account, world })))
}
