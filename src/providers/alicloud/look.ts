import { randomBytes } from 'node:crypto'
import type { State } from '../../engine/state.ts'
import type { BackendView } from '../provider.ts'
import { until } from '../waiting.ts'
import type { Alicloud } from './cloud.ts'
import { minute } from './kinds/common.ts'
import { rows, str } from './read.ts'

/** Looks at a stack that is built: what the load balancer thinks of its machines, and what they say themselves. */

/** Console: CLB › Listeners › Health check status. */
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

/** Runs a script that only looks, on several machines with one command of Cloud Assistant. */
export async function ask(
  cloud: Alicloud,
  machines: string[],
  script: string,
): Promise<{ machine: string; output: string }[]> {
  const there = await withAgent(cloud, machines)
  const away = machines.filter(machine => !there.includes(machine)).map(machine => ({ machine, output: silent }))
  return there.length === 0 ? away : [...away, ...(await run(cloud, there, script))]
}

/** As the script itself would say it. */
const silent = 'hop machine bad the instance does not run, or its Cloud Assistant agent does not answer'

/** The machines whose agent answers. A set-up machine has had one, so there is little to wait for. */
async function withAgent(cloud: Alicloud, machines: string[]): Promise<string[]> {
  const late = cloud.deadline(minute, 10_000)
  for (;;) {
    const told = await cloud.call('ecs', 'DescribeCloudAssistantStatus', { InstanceId: machines })
    const there = rows(told, 'InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus')
      .filter(row => str(row, 'CloudAssistantStatus') === 'true')
      .map(row => str(row, 'InstanceId'))
    if (there.length === machines.length || late()) return there
    await cloud.sleep(2000)
  }
}

async function run(
  cloud: Alicloud,
  machines: string[],
  script: string,
): Promise<{ machine: string; output: string }[]> {
  const answer = await cloud.call('ecs', 'RunCommand', {
    Name: 'stackwright-check',
    Type: 'RunShellScript',
    InstanceId: machines,
    ContentEncoding: 'Base64',
    CommandContent: Buffer.from(script).toString('base64'),
    Timeout: 120,
    KeepCommand: false,
    TerminationMode: 'ProcessTree',
    ClientToken: randomBytes(16).toString('hex'),
  })
  const params = { InvokeId: str(answer, 'InvokeId'), ContentEncoding: 'PlainText', PageSize: 50 }
  const over = (row: object) =>
    !['Pending', 'Scheduled', 'Running', 'Stopping'].includes(str({ ...row }, 'InvocationStatus'))
  const results = await until(
    cloud,
    async () =>
      rows(
        await cloud.call('ecs', 'DescribeInvocationResults', params),
        'Invocation.InvocationResults.InvocationResult',
      ),
    found => found.length >= Math.min(machines.length, 50) && found.every(over),
    { what: 'the check on the machines', within: 4 * minute },
  )
  return results.map(row => ({ machine: str(row, 'InstanceId'), output: cloud.redact(str(row, 'Output')) }))
}
