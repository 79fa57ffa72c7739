import type { World } from '../world/model.ts'
import { everyPlace } from './core/places.ts'
import { nameOf } from './core/tags.ts'
import { services } from './services/index.ts'

/** One line of `sandbox inventory`. */
export type Item = {
  cloud: string
  type: string
  id: string
  state: string
  tags: Record<string, string>
}

/** Everything that was made and exists or is still going, in all accounts and regions. Nothing is there from the start. */
export function inventoryOf(world: World): Item[] {
  const types = services.flatMap(service => Object.entries(service.inventory))
  return everyPlace(world).flatMap(call =>
    types.flatMap(([type, stateOf]) =>
      world
        .list(type, call)
        .filter(resource => resource.cloud === 'alicloud')
        .map(resource => ({
          cloud: 'alicloud',
          type,
          id: nameOf(resource),
          state: stateOf(call, resource),
          tags: { ...resource.tags },
        })),
    ),
  )
}
