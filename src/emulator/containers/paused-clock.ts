import type { Thing, World } from '../world/model.ts'
import { NEVER } from '../world/never.ts'

type Clock = 'thereAt' | 'readyAt' | 'goneAt' | 'busyUntil'

/**
 * Stops the clock of a step that has not ended yet until `resumeClock`: what the cloud's own times promised is kept
 * beside it. A step that ended before (the sandbox was restarted) is left alone.
 */
export function pauseClock(world: World, thing: Thing, clock: Clock): void {
  const at = read(thing, clock)
  if (at === undefined || at >= NEVER || at <= world.now()) return
  thing.data[`${clock}Planned`] = at
  write(thing, clock, NEVER)
  world.touch(thing)
}

/** The step is done: it ends now, or when the cloud's own times say if that is later. */
export function resumeClock(world: World, thing: Thing, clock: Clock): void {
  if ((read(thing, clock) ?? 0) < NEVER) return
  const planned = Number(thing.data[`${clock}Planned`] ?? 0)
  delete thing.data[`${clock}Planned`]
  write(thing, clock, Math.max(planned, world.now()))
  world.touch(thing)
}

function read(thing: Thing, clock: Clock): number | undefined {
  const value = clock === 'goneAt' ? thing.goneAt : thing.data[clock]
  return typeof value === 'number' ? value : undefined
}

function write(thing: Thing, clock: Clock, at: number): void {
  if (clock === 'goneAt') thing.goneAt = at
  else thing.data[clock] = at
}
