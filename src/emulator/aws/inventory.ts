import type { World } from '../world/model.ts'
import { advanceAll } from './advance.ts'
import { everyPlaceAndGlobal } from './core/places.ts'
import { text } from './core/resources.ts'
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
  advanceAll(world)
  const types = services.flatMap(service => Object.entries(service.inventory))
  return everyPlaceAndGlobal(world).flatMap(call =>
    types.flatMap(([type, stateOf]) =>
      world
        .list(type, call)
        .filter(resource => resource.cloud === 'aws')
        .flatMap(resource => {
          const state = stateOf(call, resource)
          const id = type === 'key-pair' ? text(resource, 'name') : resource.id
          return state === undefined ? [] : { cloud: 'aws', type, id, state, tags: { ...resource.tags } }
        }),
    ),
  )
}
