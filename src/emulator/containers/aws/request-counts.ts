import { resourcesOf } from '../../aws/core/resources.ts'
import { countRequestsBetween } from '../../aws/services/elbv2/request-count.ts'
import { balancersOf } from '../../aws/services/elbv2/target-group.ts'
import type { Placed } from './desired.ts'
import { backName } from './haproxy.ts'
import type { Seen } from './proxy.ts'

/** Turns the numbers that proxies count up into requests by target group. */
export function createRequestCounts(): { take(balancer: Placed, seen: Map<string, Seen>): void } {
  const before = new Map<string, { served: number; at: number }>()
  return {
    take({ call, resource }, seen) {
      if (seen.size === 0) return
      const at = call.world.now()
      for (const group of resourcesOf(call, 'target-group')) {
        if (!balancersOf(call, group).includes(resource.id)) continue
        const served = servedBy(seen, backName(group))
        const last = before.get(group.id)
        before.set(group.id, { served, at })
        // A proxy counts from nothing when it takes up another configuration.
        const more = last && served < last.served ? served : served - (last?.served ?? served)
        countRequestsBetween(call.world, group.id, more, last?.at ?? at, at)
      }
    },
  }
}

function servedBy(seen: Map<string, Seen>, back: string): number {
  return [...seen].reduce((sum, [name, one]) => sum + (name.startsWith(`${back}/`) ? one.served : 0), 0)
}
