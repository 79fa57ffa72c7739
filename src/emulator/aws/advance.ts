import type { Call, World } from '../world/model.ts'
import { everyPlace } from './core/places.ts'
import { services } from './services/index.ts'

/**
 * What goes on by itself in a region: Auto Scaling groups keep their size. Nothing runs in the background, so the
 * world is brought to the present before it is looked at.
 */
export function advance(call: Call): void {
  for (const service of services) service.advance?.(call)
}

/** The same for every account and region: before the inventory, a front door, or the machines behind it. */
export function advanceAll(world: World): void {
  for (const call of everyPlace(world)) advance(call)
}
