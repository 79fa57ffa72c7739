/** Does the work of a key once, and returns its result ever after. */
export type Memoize = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** A memo whose failed work may be tried again; `explain` makes of its error what people are told. */
export function memoizer(explain: (error: unknown) => unknown): Memoize {
  const known = new Map<string, Promise<unknown>>()
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined
    if (before) return before
    const running = work().catch(async error => {
      known.delete(key)
      throw await explain(error)
    })
    known.set(key, running)
    return running
  }
}
