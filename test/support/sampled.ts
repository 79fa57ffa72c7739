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
  return spreadInTurn([list], count)
}

/**
 * At most `count` of several lists: from each in turn, and over all of them evenly spread. Of an early change the moment
 * before it, of a later one the moment after, and so on.
 */
export function spreadInTurn<T>(lists: T[][], count: number): T[] {
  const full = lists.filter(list => list.length > 0)
  const all = full.flat()
  if (all.length <= count) return all
  const chosen = Array.from({ length: count }, (_, n) => {
    const list = full[n % full.length]!
    return list[Math.floor(((n + 0.5) * list.length) / count)]!
  })
  // A list shorter than its turns would give the same one twice.
  return [...new Set(chosen)]
}

/** Of each kind the first. */
export function firstOfEach<T>(list: T[], kindOf: (one: T) => string): T[] {
  const kinds = list.map(kindOf)
  return list.filter((_, n) => kinds.indexOf(kinds[n]!) === n)
}
