import { mkdir, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until no other process works on this and returns what lets the next one in. `folder` is the lock; one that is
 * older than `staleMs` milliseconds was left by a run that died.
 */
export async function oneAtATime(folder: string, staleMs: number): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await mkdir(folder)
      return () => rm(folder, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const made = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now()
      if (Date.now() - made > staleMs) await rm(folder, { recursive: true, force: true })
      await sleep(100)
    }
  }
}
