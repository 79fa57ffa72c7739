/** Looks at the world again and again, also between the calls, and saves what came of it. */
export interface Watch {
  /** Not inside of a call, whose changes are saved as one. */
  lookAndSave(): void
  every(ms: number, work: () => void): void
  /** Sentences about what could not be saved. */
  troubles(): string[]
  closed(): boolean
  close(): void
}

export function createWatch({ look, save }: { look(): void; save(): void }): Watch {
  const timers: NodeJS.Timeout[] = []
  let unsaved: string[] = []
  let closed = false
  return {
    lookAndSave() {
      if (closed) return
      look()
      try {
        save()
        unsaved = []
      } catch (error) {
        // The changes wait for the next time; calls are refused meanwhile with the same words.
        unsaved = [(error as Error).message]
      }
    },
    every(ms, work) {
      const timer = setInterval(work, ms)
      timer.unref()
      timers.push(timer)
    },
    troubles: () => unsaved,
    closed: () => closed,
    close() {
      closed = true
      for (const timer of timers) clearInterval(timer)
    },
  }
}
