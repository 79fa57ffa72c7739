import type { Resource, World } from '../world/model.ts'
import { NEVER } from '../world/never.ts'

type Clock = 'thereAt' | 'readyAt' | 'goneAt' | 'busyUntil'

/**
 * Stops the clock of a step that has not ended yet until `resumeClock`: what the cloud's own times promised is kept
 * beside it. A step that ended before (the sandbox was restarted) is left alone.
 */
export function pauseClock(world: World, resource: Resource, clock: Clock): void {
  const at = read(resource, clock)
  if (at === undefined || at >= NEVER || at <= world.now()) return
  resource.data[`${clock}Planned`] = at
  write(resource, clock, NEVER)
  world.touch(resource)
}

/** The step is done: it ends now, or when the cloud's own times say if that is later. */
export function resumeClock(world: World, resource: Resource, clock: Clock): void {
  if ((read(resource, clock) ?? 0) < NEVER) return
  const planned = Number(resource.data[`${clock}Planned`] ?? 0)
  delete resource.data[`${clock}Planned`]
  write(resource, clock, Math.max(planned, world.now()))
  world.touch(resource)
}

function read(resource: Resource, clock: Clock): number | undefined {
  const value = clock === 'goneAt' ? resource.goneAt : resource.data[clock]
  return typeof value === 'number' ? value : undefined
}

function write(resource: Resource, clock: Clock, at: number): void {
  if (clock === 'goneAt') resource.goneAt = at
  else resource.data[clock] = at
}
