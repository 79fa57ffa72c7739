import { ApiError } from './model.ts'
import type { Remembered, Store } from './store.ts'
import type { LiveWorld } from './world.ts'

/** What is saved besides the world's own changes. */
export interface Extra {
  token?: [string, Remembered]
  port?: [string, number]
  /** Save the clock even when nothing changed. */
  clock?: true
}

/**
 * Writes what changed since the last time as one transaction, before the answer leaves; nothing when nothing did.
 * Throws an ApiError when the disk does not take it; the changes then wait for the next time.
 */
export function createJournal(store: Store, world: LiveWorld): (extra?: Extra) => void {
  const tokens: [string, Remembered][] = []
  const ports: [string, number][] = []
  return ({ token, port, clock } = {}) => {
    if (token) tokens.push(token)
    if (port) ports.push(port)
    const changes = world.takeChanges()
    const parts = Object.entries({ ...changes, tokens: [...tokens], ports: [...ports] }).filter(
      ([, list]) => list.length > 0,
    )
    if (parts.length === 0 && !clock) return
    try {
      store.append({ clock: world.clock(), random: world.randomState(), ...Object.fromEntries(parts) })
      tokens.length = 0
      ports.length = 0
    } catch (error) {
      world.untakeChanges(changes)
      const why = (error as Error).message
      throw new ApiError(500, 'SandboxCannotSave', `The emulator cannot save its data: ${why}`)
    }
  }
}
