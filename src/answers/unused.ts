import { isSecret } from '../engine/kind.ts'
import type { Given } from './gather.ts'
import { printable } from './parse.ts'
import type { Values } from './question.ts'

/** An answer that was given although its question does not apply. */
export interface Unused {
  key: string
  given: Given
  /** The answers that decided it: `, with domain.zone = none`. */
  because: string
  /** Those answers were themselves given in this run, so people know what they chose. */
  chosen: boolean
}

/** Notes what was given without use; `reads`: the answers that the question looked at. */
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
 * What is said of them. Typed for this run, it is a mistake; so it is in a file that lacks the answer that gives it a use.
 * What a file or the state kept from earlier, and another answer has overtaken, is left out with a warning.
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
      problems.push(`${given.place}: ${key} has no use here${because}.`)
    }
  }
  const warnings = [...overtaken.values()].map(ignoredText)
  return { problems, warnings }
}

function ignoredText(group: readonly Unused[]): string {
  const { given, because } = group[0]!
  const [have, are] = group.length === 1 ? ['has', 'is'] : ['have', 'are']
  return `${group.map(({ key }) => key).join(', ')} (${given.place}) ${have} no use here${because}, and ${are} left out.`
}

function because(values: Values, reads: ReadonlySet<string>): string {
  const read = [...reads].filter(key => values[key] !== undefined && !isSecret(values[key]))
  return read.length === 0 ? '' : `, with ${read.map(key => `${key} = ${printable(values[key]!)}`).join(' and ')}`
}
