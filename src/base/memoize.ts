/** Runs the work of a key once; later and concurrent calls with that key get the same result. */
export type Memoize = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** A memo that forgets failed work, so that it can be tried again; `explain` turns its error into the one that is thrown. */
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
