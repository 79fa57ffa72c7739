import type { Json, JsonObject } from '../../base/json.ts'
import type { Found } from '../../engine/kind.ts'
import type { Param } from './wire.ts'

/** The value at `A.B.C`, or undefined where any part is missing. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = value
  for (const part of path.split('.')) {
    if (here === null || typeof here !== 'object' || Array.isArray(here)) return undefined
    here = here[part]
  }
  return here
}

/** The text at a path; '' where there is none. Numbers and yes/no become text. */
export function str(value: Json | undefined, path: string): string {
  const found = at(value, path)
  return found === undefined || found === null || typeof found === 'object' ? '' : String(found)
}

/** The number at a path; 0 where there is none. */
export function num(value: Json | undefined, path: string): number {
  return Number(str(value, path)) || 0
}

/** The objects in a list at a path, for example `Vpcs.Vpc`; [] where there is none. */
export function rows(value: Json | undefined, path: string): JsonObject[] {
  const found = at(value, path)
  return Array.isArray(found) ? (found.filter(row => row !== null && typeof row === 'object') as JsonObject[]) : []
}

/** The texts in a list at a path. */
export function strings(value: Json | undefined, path: string): string[] {
  const found = at(value, path)
  return Array.isArray(found) ? found.map(String) : []
}

/** Tags of a row, in whichever spelling the product uses: `Key/Value` or `TagKey/TagValue`, wrapped or plain. */
export function tagsIn(row: Json | undefined): Record<string, string> {
  const list = [...rows(row, 'Tags.Tag'), ...rows(row, 'Tags')]
  const pairs = list.map(tag => [str(tag, 'TagKey') || str(tag, 'Key'), str(tag, 'TagValue') || str(tag, 'Value')])
  return Object.fromEntries(pairs.filter(([key]) => key))
}

/** Tags as parameters: `Tag.1.Key`, `Tag.1.Value`… in an order that never changes, because a token binds its parameters. */
export function tagParams(tags: Record<string, string>): Param[] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
}

/**
 * The filter that finds what carries our mark: exactly one address of a type, or everything with the stack's name. The
 * latter does not filter by type, so that tags that were copied onto something else are seen and can be reported.
 */
export function markFilter(type: string, where: { stack: string; address?: string }): Record<string, string> {
  const stack = { 'stackwright:stack': where.stack }
  if (where.address === undefined) return stack
  return { ...stack, 'stackwright:type': type, 'stackwright:address': where.address }
}

/** Whether `tags` hold everything in `filter`: checked again here, in case a product's filter means "any of". */
export function carries(tags: Record<string, string>, filter: Record<string, string>): boolean {
  return Object.entries(filter).every(([key, value]) => tags[key] === value)
}

/** One row of a list as the engine wants it. `since` in whatever ISO form the product gives. */
export function foundIn(row: JsonObject, idField: string, sinceField: string): Found {
  const since = isoDate(str(row, sinceField))
  return { id: str(row, idField), tags: tagsIn(row), ...(since && { since }) }
}

/** `2026-01-02T03:04Z` (ECS) and `2026-01-02T03:04:05Z` → full ISO 8601 UTC. */
function isoDate(text: string): string | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}
