import type { Format } from './schema.ts'

/** An ISO 8601 time as the wire has it. Throws a RangeError for what is no time. */
export function dateText(iso: string, format: Exclude<Format, undefined>): string {
  const date = new Date(iso)
  if (format === 'http-date') return date.toUTCString()
  if (format === 'epoch') return String(date.getTime() / 1000)
  return date.toISOString().replace('.000Z', 'Z')
}

/** A time from the wire, in any of its forms, as ISO 8601; nothing when it is none. */
export function readDate(text: string | number): string | undefined {
  const date = new Date(typeof text === 'number' || /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}
