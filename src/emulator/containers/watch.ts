/** Compares world and containers regularly, also between calls, and saves the changes. */
export interface Watch {
  /** Not to be used inside a call, whose changes are saved together. */
  lookAndSave(): void
  every(ms: number, work: () => void): void
  /** Sentences about what could not be saved. */
  troubles(): string[]
  closed(): boolean
  close(): void
}

/** `look` compares, `save` keeps the changes; what `save` throws becomes a trouble. */
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
