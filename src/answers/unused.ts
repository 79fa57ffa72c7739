import { isSecret } from '../engine/kind.ts'
import type { Given } from './gather.ts'
import { printable } from './parse.ts'
import type { Values } from './question.ts'

/** An answer to a question that does not apply. */
export interface Unused {
  key: string
  given: Given
  /** The answers that decided it: ` because domain.zone = none`. */
  because: string
  /** Those answers were given in this run, so that people know what they chose. */
  chosen: boolean
}

/** The given answer to a question that does not apply, or undefined; `reads`: the answers that the question looked at. */
export function unusedAnswer(
  key: string,
  given: ReadonlyMap<string, Given>,
  reads: ReadonlySet<string>,
  values: Values,
  earlier: readonly Unused[],
): Unused | undefined {
  const own = given.get(key)
  if (!own) return undefined
  const chosen = [...reads].some(read => {
    const source = given.get(read)?.source
    return (source !== undefined && source !== 'saved') || earlier.some(other => other.key === read && other.chosen)
  })
  return { key, given: own, because: because(values, reads), chosen }
}

/**
 * The messages about answers that do not apply. One that was given for this run is a mistake, and so is one in a file
 * without the answer that makes it apply. One from a file or from the saved state that a newer answer made irrelevant is
 * ignored with a warning.
 */
export function reportUnused(unused: readonly Unused[]): { problems: string[]; warnings: string[] } {
  const problems: string[] = []
  const overtaken = new Map<string, Unused[]>()
  for (const one of unused) {
    const { key, given, because, chosen } = one
    const kept = given.source === 'saved' || given.source === 'answers file'
    if (kept && chosen) {
      const group = JSON.stringify([given.place, because])
      overtaken.set(group, [...(overtaken.get(group) ?? []), one])
    } else if (given.source !== 'saved' && given.source !== 'prompt') {
      problems.push(`${given.place}: ${key} does not apply${because}.`)
    }
  }
  const warnings = [...overtaken.values()].map(ignoredText)
  return { problems, warnings }
}

function ignoredText(group: readonly Unused[]): string {
  const { given, because } = group[0]!
  const [ignored, apply] = group.length === 1 ? ['is ignored', 'it does'] : ['are ignored', 'they do']
  return `${group.map(({ key }) => key).join(', ')} (${given.place}) ${ignored}: ${apply} not apply${because}.`
}

function because(values: Values, reads: ReadonlySet<string>): string {
  const read = [...reads].filter(key => values[key] !== undefined && !isSecret(values[key]))
  return read.length === 0 ? '' : ` because ${read.map(key => `${key} = ${printable(values[key]!)}`).join(' and ')}`
}
