import { CloudProblem } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { Found } from '../../../engine/kind.ts'
import type { Alicloud } from '../cloud.ts'
import { carries, foundIn, markFilter, rows, str, tagParams, tagsIn } from '../read.ts'
import {
  type AlicloudKind,
  findByMark,
  given,
  type Listing,
  lookAndDo,
  minute,
  orAbsent,
  removed,
  second,
  settled,
} from './common.ts'

// Classic Load Balancer takes one change at a time per load balancer (SystemBusy, ServiceIsConfiguring…),
// so every write goes through its queue.

export type LoadBalancerIn = {
  name: string
  addressType: 'internet' | 'intranet'
  primaryZone: string
  backupZone: string
  /** '' for internet: a VSwitch makes it internal. */
  vswitchId: string
}
export type LoadBalancerOut = { id: string; address: string }

const balancers: Listing = {
  product: 'slb',
  action: 'DescribeLoadBalancers',
  list: 'LoadBalancers.LoadBalancer',
  id: 'LoadBalancerId',
  since: 'CreateTime',
}

/** Console: Server Load Balancer › CLB › Create. No specification to choose: since June 2025 new ones are paid by use. */
export const loadBalancer: AlicloudKind<LoadBalancerIn, LoadBalancerOut> = {
  type: 'alicloud:load-balancer',
  title: 'Load balancer',
  idempotency: 'token',
  after: ['alicloud:vswitch'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, balancers, this.type, where)
    const row = await orAbsent(() => readBalancer(cloud, where.id))
    return row ? [foundIn(row, balancers.id, balancers.since)] : []
  },
  async create(cloud, { name, addressType, primaryZone, backupZone, vswitchId }, mark) {
    const answer = await cloud.call('slb', 'CreateLoadBalancer', {
      LoadBalancerName: name,
      AddressType: addressType,
      MasterZoneId: primaryZone,
      SlaveZoneId: given(backupZone),
      ...(addressType === 'intranet' ? { VSwitchId: vswitchId } : { InternetChargeType: 'paybytraffic' }),
      PayType: 'PayOnDemand',
      InstanceChargeType: 'PayByCLCU',
      DeleteProtection: 'off',
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'LoadBalancerId')
  },
  async settle(cloud, id) {
    const ready = (row: JsonObject) => str(row, 'LoadBalancerStatus') === 'active' && str(row, 'Address') !== ''
    const what = `the load balancer ${id}`
    const row = await settled(cloud, () => readBalancer(cloud, id), ready, { what, within: 10 * minute })
    return { id, address: str(row, 'Address') }
  },
  remove(cloud, id) {
    const send = () => cloud.call('slb', 'DeleteLoadBalancer', { LoadBalancerId: id }, { repeatable: true })
    return removed(cloud, () => write(cloud, id, send), 5 * minute)
  },
}

export type ServerGroupIn = { loadBalancerId: string; name: string }

/** Console: CLB › VServer Groups › Create. No token, and names need not be unique: looked for by tag before it is made again. */
export const serverGroup: AlicloudKind<ServerGroupIn, { id: string }> = {
  type: 'alicloud:server-group',
  title: 'VServer group',
  idempotency: 'tagLookup',
  visibleWithinMs: 15 * second,
  after: ['alicloud:load-balancer'],
  expectMs: 2 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) return groupById(cloud, where.id)
    const balancerIds = where.input
      ? [where.input.loadBalancerId]
      : (await findByMark(cloud, balancers, loadBalancer.type, { stack: where.stack })).map(({ id }) => id)
    const found = await Promise.all(balancerIds.map(id => groupsOf(cloud, id, markFilter(this.type, where))))
    return found.flat()
  },
  async create(cloud, { loadBalancerId, name }, mark) {
    const params = { LoadBalancerId: loadBalancerId, VServerGroupName: name, Tag: tagParams(mark.tags) }
    const answer = await write(cloud, loadBalancerId, () => cloud.call('slb', 'CreateVServerGroup', params))
    return str(answer, 'VServerGroupId')
  },
  settle: async (_cloud, id) => ({ id }),
  async remove(cloud, id, input) {
    const send = async () => {
      if ((await readServerGroup(cloud, id)) === undefined) return
      await cloud.call('slb', 'DeleteVServerGroup', { VServerGroupId: id }, { repeatable: true })
    }
    const orMissing = async () => {
      try {
        await send()
      } catch (error) {
        // A missing group answers the catch-all InvalidParameter; so may a real mistake: looked at again.
        if (!isInvalidParameter(error) || (await readServerGroup(cloud, id)) !== undefined) throw error
      }
    }
    const inTurn = () =>
      input ? write(cloud, input.loadBalancerId, orMissing) : cloud.serialize(`rsp:${id}`, orMissing)
    return removed(cloud, inTurn, 5 * minute)
  },
}

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
    // A new listener is stopped, and only a stopped one can be started: looked at before each try.
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

/** A write in the turn of its load balancer, when that is through with the one before. */
function write<T>(cloud: Alicloud, balancerId: string, work: () => Promise<T>): Promise<T> {
  return cloud.serialize(`slb:${balancerId}`, work, (_answer, ago) => calm(cloud, ago))
}

/** Nothing shows when a load balancer or a group is through with a change, and it takes about a second: left to it. */
export async function calm(cloud: Alicloud, ago: number): Promise<void> {
  if (ago < CALM_MS) await cloud.sleep(CALM_MS - ago)
}

const CALM_MS = 1500

async function readBalancer(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  const answer = await cloud.call('slb', 'DescribeLoadBalancerAttribute', { LoadBalancerId: id })
  return str(answer, 'LoadBalancerId') ? answer : undefined
}

/** The group, or undefined; a missing one answers InvalidParameter, and this call has only the id to be wrong about. */
export async function readServerGroup(cloud: Alicloud, id: string): Promise<JsonObject | undefined> {
  try {
    const answer = await cloud.call('slb', 'DescribeVServerGroupAttribute', { VServerGroupId: id })
    return str(answer, 'VServerGroupId') ? answer : undefined
  } catch (error) {
    if (isInvalidParameter(error)) return undefined
    throw error
  }
}

function isInvalidParameter(error: unknown): boolean {
  return error instanceof CloudProblem && (error.code === 'InvalidParameter' || error.outcome === 'notFound')
}

async function groupById(cloud: Alicloud, id: string): Promise<Found[]> {
  const row = await readServerGroup(cloud, id)
  return row ? [foundIn(row, 'VServerGroupId', 'CreateTime')] : []
}

/** This list has no pages. */
async function groupsOf(cloud: Alicloud, balancerId: string, filter: Record<string, string>): Promise<Found[]> {
  const params = { LoadBalancerId: balancerId, Tag: tagParams(filter) }
  const answer = await orAbsent(() => cloud.call('slb', 'DescribeVServerGroups', params))
  return rows(answer, 'VServerGroups.VServerGroup')
    .map(row => foundIn(row, 'VServerGroupId', 'CreateTime'))
    .filter(thing => carries(thing.tags, filter))
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
