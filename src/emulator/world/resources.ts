import type { JsonObject } from '../../base/json.ts'
import type { Call, Resource } from './model.ts'

/** What the operations of both clouds read and change resources with. */

/** Whether its removal is over. */
export function isGone(call: Call, resource: Resource): boolean {
  return resource.goneAt !== undefined && resource.goneAt <= call.world.now()
}

/** A text field of a resource's data, '' when absent. */
export function text(resource: Resource, field: string): string {
  const value = resource.data[field]
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

/** A time (or any number) of a resource's data; 0 when absent. */
export function time(resource: Resource, field: string): number {
  const value = resource.data[field]
  return typeof value === 'number' ? value : 0
}

/** Sets fields of a resource's data; saved before the answer leaves. */
export function updateResource(call: Call, resource: Resource, data: JsonObject): void {
  Object.assign(resource.data, data)
  call.world.touch(resource)
}
