import type { World } from '../../../world/model.ts'

/** Whether a real load balancer may still have requests on this machine. */
export type KnowsBusy = (instanceId: string) => boolean

const balancers = new WeakMap<World, KnowsBusy>()

/** The hook for real load balancers: a machine that drains is not ended before they are done with it. */
export function askBalancersOf(world: World, knows: KnowsBusy): void {
  balancers.set(world, knows)
}

/** Whether ending a drained machine now would cut requests. Simulated load balancers have none under way. */
export function targetBusy(world: World, instanceId: string): boolean {
  return balancers.get(world)?.(instanceId) ?? false
}
