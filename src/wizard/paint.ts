import { Chalk, type ChalkInstance, chalkStderr } from 'chalk'
import { wrap as linesOf } from '../view/text.ts'

/** Colours for standard error; none with NO_COLOR or on a dumb terminal. */
export const paint: ChalkInstance = new Chalk({
  level: process.env.NO_COLOR || process.env.TERM === 'dumb' ? 0 : chalkStderr.level,
})

/** Replaces control characters by `�`: text of clouds and people must not control the terminal. */
export function sanitize(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** A text wrapped at spaces to `width` columns, each line with this indent. */
export function wrap(text: string, width: number, indent: string): string {
  const flat = text.trim().replace(/\s+/g, ' ')
  return flat === '' ? '' : linesOf(flat, width, indent).join('\n')
}
