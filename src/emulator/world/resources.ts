import type { JsonObject } from '../../base/json.ts'
import type { Call, Thing } from './model.ts'

/** What the operations of both clouds read and change resources with. */

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
