/** Work in the background: one job at a time for each key, a limited number at once. */
export interface Jobs {
  /**
   * Starts the work unless the key is busy, or rests after a failure, or the limit is reached: the caller asks again later.
   * What only `waits` for a machine is not limited, since it costs nothing here.
   */
  want(key: string, work: () => Promise<void>, waits?: 'waits'): void
  busy(key: string): boolean
  /** Sentences about what failed and is tried again. */
  troubles(): string[]
  /** When nothing is at work. */
  idle(): Promise<void>
  /** Starts nothing more. */
  close(): void
}

const restMs = 2_000

/** `after` is called whenever a job has ended, with success or not. `limit`: heavy jobs at once. */
export function createJobs(limit: number, after: () => void): Jobs {
  const running = new Map<string, boolean>()
  const failed = new Map<string, { times: number; until: number; why: string }>()
  let waiting: (() => void)[] = []
  let closed = false

  async function run(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      failed.delete(key)
    } catch (error) {
      const times = (failed.get(key)?.times ?? 0) + 1
      const why = error instanceof Error ? error.message : String(error)
      failed.set(key, { times, until: Date.now() + restMs * Math.min(times, 15), why })
    }
    running.delete(key)
    if (!closed) after()
    if (running.size > 0) return
    for (const wake of waiting) wake()
    waiting = []
  }

  return {
    want(key, work, waits) {
      const heavy = [...running.values()].filter(Boolean).length
      if (closed || running.has(key) || (!waits && heavy >= limit)) return
      if ((failed.get(key)?.until ?? 0) > Date.now()) return
      running.set(key, !waits)
      void run(key, work)
    },
    busy: key => running.has(key),
    troubles: () => [...failed.values()].map(one => one.why),
    async idle() {
      if (running.size > 0) await new Promise<void>(wake => waiting.push(wake))
    },
    close() {
      closed = true
    },
  }
}
