import type { JsonObject } from '../../../../base/json.ts'
import type { Found } from '../../../../engine/kind.ts'
import type { Alicloud } from '../../cloud.ts'
import { carries, markFilter, str, tagParams, tagsIn } from '../../read.ts'
import { type AlicloudKind, lookAndDo, minute, orAbsent, removed, second, settled } from '../common.ts'
import { write } from './common.ts'

/** How a listener checks the machines behind it. */
export type Health = {
  path: string
  /** Seconds between two checks, 1–50. */
  interval: number
  /** Seconds until one counts as failed. */
  timeout: number
  /** Checks in a row that must succeed, 2–10. */
  healthy: number
  /** Checks in a row that must fail. */
  unhealthy: number
  /** `http_2xx`, `http_3xx`… */
  codes: string[]
}

export type ListenerIn = { loadBalancerId: string; groupId: string; port: number; health: Health }

/** Console: CLB › Listener › Configure Listener, HTTP, with the VServer group and the health check. */
export const listener: AlicloudKind<ListenerIn, { id: string }> = {
  type: 'alicloud:listener',
  title: 'Listener',
  idempotency: 'uniqueName',
  after: ['alicloud:server-group'],
  expectMs: 4 * second,
  tagged: true,
  mutable: ['health'],
  async find(cloud, where) {
    if (!('id' in where) && !where.input) return listenersOf(cloud, markFilter(this.type, where))
    const [balancerId, port] =
      'id' in where ? splitListener(where.id) : [where.input!.loadBalancerId, where.input!.port]
    const row = await readListener(cloud, balancerId, port)
    return row ? [{ id: `${balancerId}/${port}`, tags: tagsIn(row) }] : []
  },
  async create(cloud, { loadBalancerId, groupId, port, health }, mark) {
    const params = {
      LoadBalancerId: loadBalancerId,
      ListenerPort: port,
      VServerGroupId: groupId,
      // -1: no limit beside the load balancer's own.
      Bandwidth: -1,
      Scheduler: 'wrr',
      StickySession: 'off',
      XForwardedFor_proto: 'on',
      ...healthParams(health),
      Tag: tagParams(mark.tags),
    }
    await write(cloud, loadBalancerId, () => cloud.call('slb', 'CreateLoadBalancerHTTPListener', params))
    return `${loadBalancerId}/${port}`
  },
  async settle(cloud, id, { loadBalancerId, port, health }) {
    const place = { LoadBalancerId: loadBalancerId, ListenerPort: port }
    const read = () => readListener(cloud, loadBalancerId, port)
    const options = { what: `the listener ${port} of ${loadBalancerId} to run`, within: 10 * minute }
    const quiet = (row: JsonObject) => !/ing$/.test(str(row, 'Status')) || str(row, 'Status') === 'running'
    const row = await settled(cloud, read, quiet, options)
    const set = (action: string, params: JsonObject) =>
      write(cloud, loadBalancerId, () => cloud.call('slb', action, { ...place, ...params }, { repeatable: true }))
    if (!sameHealth(row, health)) {
      await set('SetLoadBalancerHTTPListenerAttribute', { StickySession: 'off', ...healthParams(health) })
    }
    // A new listener is stopped, and only a stopped one can be started: read before each try.
    await lookAndDo(cloud, async () => {
      if (str(await read(), 'Status') !== 'stopped') return
      await write(cloud, loadBalancerId, () =>
        cloud.call('slb', 'StartLoadBalancerListener', { ...place, ListenerProtocol: 'http' }),
      )
    })
    await settled(cloud, read, now => str(now, 'Status') === 'running', options)
    return { id }
  },
  async remove(cloud, id) {
    const [balancerId, port] = splitListener(id)
    const params = { LoadBalancerId: balancerId, ListenerPort: port, ListenerProtocol: 'http' }
    const send = async () => {
      if (await readListener(cloud, balancerId, port)) {
        await cloud.call('slb', 'DeleteLoadBalancerListener', params, { repeatable: true })
      }
    }
    return removed(cloud, () => write(cloud, balancerId, send), 5 * minute)
  },
}

async function listenersOf(cloud: Alicloud, filter: Record<string, string>): Promise<Found[]> {
  const params = { Tag: tagParams(filter) }
  const paging = { by: 'token', size: 100 } as const
  const found = await cloud.pages('slb', 'DescribeLoadBalancerListeners', params, 'Listeners', paging)
  return found
    .map(row => ({ id: `${str(row, 'LoadBalancerId')}/${str(row, 'ListenerPort')}`, tags: tagsIn(row) }))
    .filter(thing => carries(thing.tags, filter))
}

async function readListener(cloud: Alicloud, balancerId: string, port: number): Promise<JsonObject | undefined> {
  const params = { LoadBalancerId: balancerId, ListenerPort: port }
  const answer = await orAbsent(() => cloud.call('slb', 'DescribeLoadBalancerHTTPListenerAttribute', params))
  return answer && str(answer, 'ListenerPort') ? answer : undefined
}

function splitListener(id: string): [string, number] {
  const [balancerId = '', port = ''] = id.split('/')
  return [balancerId, Number(port)]
}

function healthParams(health: Health): JsonObject {
  return {
    HealthCheck: 'on',
    HealthCheckURI: health.path,
    HealthCheckInterval: health.interval,
    HealthCheckTimeout: health.timeout,
    HealthyThreshold: health.healthy,
    UnhealthyThreshold: health.unhealthy,
    HealthCheckHttpCode: health.codes.join(','),
    HealthCheckMethod: 'get',
  }
}

function sameHealth(row: JsonObject, health: Health): boolean {
  return Object.entries(healthParams(health)).every(([key, value]) => str(row, key) === String(value))
}
