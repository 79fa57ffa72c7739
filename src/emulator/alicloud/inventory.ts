import type { Call, Thing, World } from '../world/model.ts'
import { text, time } from './core/input.ts'
import { places } from './core/places.ts'
import { nameOf } from './core/tags.ts'
import { instanceStatus } from './services/ecs/instance-lifecycle.ts'
import { dbStatus } from './services/rds/db-instance.ts'
import { backendHealth, listenerStatus } from './services/slb/health.ts'

/** One line of `sandbox inventory`. */
export type Item = {
  cloud: string
  type: string
  id: string
  state: string
  tags: Record<string, string>
}

const types = [
  'vpc',
  'vswitch',
  'security-group',
  'key-pair',
  'instance',
  'disk',
  'network-interface',
  'command',
  'db-instance',
  'db-account',
  'database',
  'load-balancer',
  'vserver-group',
  'listener',
]

/** Everything anyone made and that exists or is still going, of all accounts and regions. Nothing is there from the start. */
export function inventoryOf(world: World): Item[] {
  return places(world).flatMap(call =>
    types.flatMap(type =>
      world
        .list(type, call)
        .filter(thing => thing.cloud === 'alicloud')
        .map(thing => ({
          cloud: 'alicloud',
          type,
          id: nameOf(thing),
          state: stateOf(call, thing),
          tags: { ...thing.tags },
        })),
    ),
  )
}

/** What answers behind a load balancer's address and port; undefined when no load balancer has that address. */
export function frontDoor(
  world: World,
  host: string,
  port: number,
): { loadBalancerId: string; listening: boolean; healthy: string[]; backends: string[] } | undefined {
  for (const call of places(world)) {
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

function stateOf(call: Call, thing: Thing): string {
  const ready = call.world.now() >= time(thing, 'readyAt')
  if (thing.type === 'instance') return instanceStatus(call, thing)
  if (thing.type === 'db-instance') return dbStatus(call, thing)
  if (thing.type === 'listener') return listenerStatus(call, thing)
  if (thing.type === 'load-balancer') return text(thing, 'status')
  if (thing.goneAt !== undefined) return 'Deleting'
  if (thing.type === 'db-account') return ready ? 'Available' : 'Unavailable'
  if (thing.type === 'database') return ready ? 'Running' : 'Creating'
  if (thing.type === 'disk') return 'In_use'
  if (thing.type === 'network-interface') return 'InUse'
  return ready ? 'Available' : 'Pending'
}
