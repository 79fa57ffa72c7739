import type { Given } from '../answers/gather.ts'
import { printable } from '../answers/parse.ts'
import { clip } from '../view/text.ts'
import { paint, sanitize, wrap } from './paint.ts'
import type { Progress, WizardStep } from './progress.ts'
import type { Io } from './prompt.ts'

/** Writes text and a line break to the terminal; nothing for an empty text. */
export function say(io: Io, text: string): void {
  if (text !== '') io.output.write(`${text}\n`)
}

/** The heading of a step's page, after an empty line: `2 of 5 · ECS instance`. */
export function heading(title: string, number: number, of: number, columns: number): string {
  const text = wrap(`${number} of ${of} · ${sanitize(title)}`, columns, '')
  return `\n${paint.bold(text)}`
}

/** One line for each answer of this step that another source has given; the review can change them. */
export function knownLines<Lookups>(
  step: WizardStep<Lookups>,
  given: ReadonlyMap<string, Given>,
  progress: Progress,
  io: Io,
): string {
  const lines = step.asks.flatMap(question => {
    const known = given.get(question.key)
    if (!known || progress.wanted.has(question.key)) return []
    const value = question.type === 'secret' ? '********' : printable(known.raw)
    return [paint.dim(clip(sanitize(`· ${question.label}: ${value} (${known.source})`), (io.output.columns || 80) - 1))]
  })
  return lines.join('\n')
}
