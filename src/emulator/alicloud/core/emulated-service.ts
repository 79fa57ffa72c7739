import type { Call, Operation, Resource } from '../../world/model.ts'
import type { Unimplemented } from '../../world/unimplemented.ts'
import { time } from './resources.ts'

/** How the inventory shows a resource: its state in the product's own words. */
export type StateOf = (call: Call, resource: Resource) => string

/** A product of Alibaba Cloud as the emulator has it: the only thing that the rest must know of its folder. */
export interface EmulatedService {
  /** What its operations' names begin with; Cloud Assistant's are ECS's. */
  name: string
  /** As people call it. */
  title: string
  /** By `product.Action`. */
  operations: Record<string, Operation>
  /** The types of resources that `sandbox inventory` shows, in its order. */
  inventory: Record<string, StateOf>
  unimplemented: Unimplemented[]
}

/** The state of what is ready after a while: `Pending`, `Available`, `Deleting`, or as `words` say it. */
export function readiness({ pending = 'Pending', ready = 'Available' } = {}): StateOf {
  return (call, resource) => {
    if (resource.goneAt !== undefined) return 'Deleting'
    return call.world.now() < time(resource, 'readyAt') ? pending : ready
  }
}
