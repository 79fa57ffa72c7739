import type { Call, Operation, Resource } from '../../world/model.ts'
import type { Unimplemented } from '../../world/unimplemented.ts'
import type { ServiceEntry } from '../protocol/service.ts'

/**
 * How the inventory shows a resource: its state, or undefined for one that is no more or that came with another (a
 * terminated instance, a deleted NAT gateway, a VPC's own group and table).
 */
export type StateOf = (call: Call, resource: Resource) => string | undefined

/** A service of AWS as the emulator has it: the only thing that the rest of the emulator must know of its folder. */
export interface EmulatedService {
  /** What its operations' names begin with: `elbv2` in `elbv2.CreateLoadBalancer`. */
  name: string
  /** As people call it. */
  title: string
  wire: ServiceEntry
  /** By `service.Action`. */
  operations: Record<string, Operation>
  /** The types of resources that `sandbox inventory` shows, in its order. */
  inventory: Record<string, StateOf>
  unimplemented: Unimplemented[]
  /** What goes on by itself, brought to the present: called before anything is read or done in this region. */
  advance?(call: Call): void
}

/** The state of what is there at once and goes without a state of its own. */
export const available: StateOf = () => 'available'

/** The same for what is still shown while it goes. */
export const availableOrDeleting: StateOf = (_, resource) => (resource.goneAt === undefined ? 'available' : 'deleting')
