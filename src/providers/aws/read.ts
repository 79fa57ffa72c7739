import type { Found } from '../../engine/kind.ts'

/** A tag as the services write it: every part may be missing. */
export interface Tag {
  Key?: string | undefined
  Value?: string | undefined
}

/** Tags of an answer as a plain object. */
export function tagsIn(tags: Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).filter(tag => tag.Key).map(tag => [tag.Key!, tag.Value ?? '']))
}

/** Tags as parameters, in an order that never changes, because a token binds its parameters. */
export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
}

/** The name as the console shows it, and our mark. */
export function named(name: string, tags: Record<string, string>): Record<string, string> {
  return { Name: name, ...tags }
}

/**
 * The tags by which our resources are found: one address of one type, or everything with the stack's name. The latter
 * does not filter by type, so that tags copied onto another resource are seen and can be reported.
 */
export function markFilter(type: string, where: { stack: string; address?: string }): Record<string, string> {
  const stack = { 'stackwright:stack': where.stack }
  if (where.address === undefined) return stack
  return { ...stack, 'stackwright:type': type, 'stackwright:address': where.address }
}

/** The same as filters of a Describe call of EC2 or Auto Scaling. */
export function tagFilters(filter: Record<string, string>): { Name: string; Values: string[] }[] {
  return Object.entries(filter).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }))
}

/** Whether tags hold everything that the filter asks for. */
export function carries(tags: Record<string, string>, filter: Record<string, string>): boolean {
  return Object.entries(filter).every(([key, value]) => tags[key] === value)
}

/** One thing as the engine wants it. */
export function found(id: string | undefined, tags: Record<string, string>, since?: Date | string): Found[] {
  if (!id) return []
  const date = since === undefined ? undefined : new Date(since)
  return [{ id, tags, ...(date && !Number.isNaN(date.getTime()) && { since: date.toISOString() }) }]
}
