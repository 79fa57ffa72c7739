import type { Json, JsonObject } from '../../base/json.ts'
import { ApiError } from './model.ts'

/** What the operations of both clouds read their input with, and how they refuse it. */

/** Refuses the call with the cloud's HTTP status, code and message. Throws an ApiError. */
export function refuse(status: number, code: string, message: string): never {
  throw new ApiError(status, code, message)
}

/** A scalar parameter, '' when absent. */
export function word(input: JsonObject, name: string): string {
  const value = input[name]
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

/** A boolean parameter, sent as a boolean or as `true`, `True`…; `fallback` when absent. */
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

/** A structure; an empty one when absent. */
export function object(input: JsonObject, name: string): JsonObject {
  const value = input[name]
  return value !== undefined && isObject(value) ? value : {}
}

/** Whether a JSON value is an object, not a list and not null. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
