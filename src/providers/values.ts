import type { Values } from '../answers/question.ts'
import type { Json } from '../base/json.ts'

/** Typed looks at the answers, so that the parts read like the console's pages. Missing ones read as empty. */

/** An answer as text; '' where there is none. */
export function text(values: Values, key: string): string {
  const value = values[key]
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}

/** An answer as a number; `otherwise` where there is none. */
export function number(values: Values, key: string, otherwise = 0): number {
  const value = values[key]
  const read = typeof value === 'string' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : otherwise
}

/** Whether an answer is yes. */
export function yes(values: Values, key: string): boolean {
  return values[key] === true
}

/** An answer of tags; none where there is no answer. */
export function tags(values: Values, key: string): Record<string, string> {
  const value = values[key]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, String(item as Json)]))
}

/** How many machines there are. */
export function machineCount(values: Values, key = 'machine.count'): number {
  return Math.max(1, Math.floor(number(values, key, 1)))
}

/**
 * `web`, `web-2`, `web-3`…: the first keeps the plain name, so that a second machine can join later without the
 * first one changing its name (which would be another machine).
 */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}-${i + 1}`))
}
