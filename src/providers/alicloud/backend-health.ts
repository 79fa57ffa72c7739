import type { State } from '../../engine/state.ts'
import type { BackendView } from '../../steps/diagnose.ts'
import type { Alicloud } from './cloud.ts'
import { rows, str } from './read.ts'

/** Console: CLB › Listeners › Health check status. Machines in the order of their names; one view without a machine when the group is empty. */
export async function backends(cloud: Alicloud, { entries }: State): Promise<BackendView[]> {
  const listener = Object.values(entries).find(entry => entry.type === 'alicloud:listener' && entry.is === 'ready')
  if (!listener) return []
  const { loadBalancerId, port } = listener.input as { loadBalancerId: string; port: number }
  const of = { LoadBalancerId: loadBalancerId, ListenerPort: port }
  const [status, settings] = await Promise.all([
    cloud.call('slb', 'DescribeHealthStatus', of),
    cloud.call('slb', 'DescribeLoadBalancerHTTPListenerAttribute', of),
  ])
  const order = machinesIn(entries)
  const listening = str(settings, 'Status') !== 'stopped'
  const checkPort = Number(str(settings, 'HealthCheckConnectPort'))
  const path = str(settings, 'HealthCheckURI') || '/'
  const views = rows(status, 'BackendServers.BackendServer').map(row => ({
    machine: str(row, 'ServerId'),
    healthy: str(row, 'ServerHealthStatus') === 'normal',
    state: str(row, 'ServerHealthStatus'),
    // Without a port of its own the check asks the backend's.
    ...{ listening, path, port: checkPort || Number(str(row, 'Port')) },
  }))
  if (views.length === 0)
    return [{ healthy: false, state: 'its server group has no machines', listening, port: checkPort || port, path }]
  return views.sort((a, b) => order.indexOf(a.machine) - order.indexOf(b.machine))
}

/** Ids of the machines in the order of their names: instance, instance-2, … */
function machinesIn(entries: State['entries']): string[] {
  return Object.entries(entries)
    .filter(([, entry]) => entry.type === 'alicloud:instance')
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, entry]) => ('id' in entry ? (entry.id ?? '') : ''))
}
