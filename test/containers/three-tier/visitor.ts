import { setTimeout as wait } from 'node:timers/promises'
import type { Tiers } from './stack.ts'

/** What became of one page that somebody wanted. */
export interface Visit {
  path: string
  /** Milliseconds, as Date.now tells them. */
  begun: number
  /** What each try brought: a status, or why there was none. */
  tries: string[]
}

/** Somebody who asks for a page after the other, and for one that did not come a second time, as a browser does. */
export function visitor(tiers: Tiers, paths: string[]): { end(): Promise<Visit[]> } {
  const seen: Visit[] = []
  let over = false
  const ask = async (path: string) =>
    await tiers.visit(path).then(
      ({ status }) => String(status),
      (error: Error) => error.message,
    )
  const going = (async () => {
    for (let n = 0; !over; n++) {
      const path = paths[n % paths.length]!
      const one: Visit = { path, begun: Date.now(), tries: [await ask(path)] }
      if (one.tries[0] !== '200') one.tries.push(await ask(path))
      seen.push(one)
      await wait(50)
    }
  })()
  return {
    async end() {
      over = true
      await going
      return seen
    },
  }
}
