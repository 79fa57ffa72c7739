import type { World } from '../world/model.ts'
import { everyPlace } from './core/places.ts'
import { text } from './core/resources.ts'
import { backendHealth, listenerStatus } from './services/slb/health.ts'

/** What answers behind a load balancer's address and port; undefined when no load balancer has that address. */
export function frontDoor(
  world: World,
  host: string,
  port: number,
): { loadBalancerId: string; listening: boolean; healthy: string[]; backends: string[] } | undefined {
  for (const call of everyPlace(world)) {
    const balancer = world.list('load-balancer', call).find(one => text(one, 'address') === host)
    if (!balancer) continue
    const listener = world.get('listener', `${balancer.id}/${port}`)
    const health = listener ? backendHealth(call, listener) : []
    const open =
      listener !== undefined && listenerStatus(call, listener) === 'running' && text(balancer, 'status') === 'active'
    return {
      loadBalancerId: balancer.id,
      listening: open,
      healthy: open ? health.filter(one => one.state === 'normal').map(one => one.backend.id) : [],
      backends: health.map(one => one.backend.id),
    }
  }
  return undefined
}
