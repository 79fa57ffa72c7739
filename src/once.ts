/** Answers a question of this key once and remembers it. */
export type Once = <T>(key: string, ask: () => Promise<T>) => Promise<T>

/** A failed question may be asked again; `explain` makes of its error what people are told. */
export function remember(explain: (error: unknown) => unknown): Once {
  const known = new Map<string, Promise<unknown>>()
  return <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined
    if (before) return before
    const asked = ask().catch(async error => {
      known.delete(key)
      throw await explain(error)
    })
    known.set(key, asked)
    return asked
  }
}
