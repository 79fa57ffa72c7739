import type { Call, Resource } from '../../../world/model.ts'
import { text, time } from '../../core/resources.ts'
import { servesFrom } from '../assistant/command.ts'
import { instanceStatus } from '../ecs/instance-lifecycle.ts'
import { type Backend, serversOf } from './server-group.ts'

/** stopped, starting, running, stopping. */
export function listenerStatus(call: Call, listener: Resource): string {
  const there = call.world.now() >= time(listener, 'thereAt')
  if (text(listener, 'toward') === 'running') return there ? 'running' : 'starting'
  return there ? 'stopped' : 'stopping'
}

/** What a listener's checks say of one server behind it. */
export interface BackendHealth {
  backend: Backend
  ip: string
  state: 'normal' | 'abnormal' | 'unavailable'
}

/** What the listener's checks say of every server behind it. */
export function backendHealth(call: Call, listener: Resource): BackendHealth[] {
  const group = call.world.get('vserver-group', text(listener, 'VServerGroupId'))
  if (!group) return []
  return serversOf(call, group).map(backend => {
    const instance = call.world.get('instance', backend.id)
    return {
      backend,
      ip: instance ? text(instance, 'privateIp') : '',
      state: stateOf(call, listener, backend, instance),
    }
  })
}

/**
 * Nothing is known (`unavailable`) before the listener runs and until the first checks are over. Then `normal` once
 * the server has answered as many checks in a row as the threshold wants, otherwise `abnormal`.
 */
function stateOf(
  call: Call,
  listener: Resource,
  backend: Backend,
  instance: Resource | undefined,
): BackendHealth['state'] {
  const now = call.world.now()
  if (!instance || listenerStatus(call, listener) !== 'running') return 'unavailable'
  const interval = time(listener, 'HealthCheckInterval') * 1000
  const checkedFrom = Math.max(time(listener, 'thereAt'), backend.since)
  const answers = instanceStatus(call, instance) === 'Running' ? servesFrom(call, instance) : undefined
  const good =
    answers === undefined ? Infinity : Math.max(checkedFrom, answers) + time(listener, 'HealthyThreshold') * interval
  if (now >= good || (text(listener, 'HealthCheck') === 'off' && now >= checkedFrom)) return 'normal'
  return now < checkedFrom + time(listener, 'UnhealthyThreshold') * interval ? 'unavailable' : 'abnormal'
}
