import { appendFileSync } from 'node:fs'

/** Whether long series are taken whole: `npm run test:long`, `npm run crash`, or CRASH=all. */
export const takesAll = process.env.CRASH === 'all'

/**
 * Some of a long series, or all of it. What is left out is told to `npm test`, which says so at its end.
 * `what`: the word for many of them.
 */
export function sampled<T>(what: string, all: T[], choose: (all: T[]) => T[]): T[] {
  if (takesAll) return all
  const chosen = choose(all)
  const list = process.env.TESTS_LEFT_OUT
  if (list && chosen.length < all.length) appendFileSync(list, `${all.length - chosen.length} ${what}\n`)
  return chosen
}

/** At most `count` of a list, evenly spread over it. */
export function spread<T>(list: T[], count: number): T[] {
  if (list.length <= count) return list
  return Array.from({ length: count }, (_, n) => list[Math.floor(((n + 0.5) * list.length) / count)]!)
}
