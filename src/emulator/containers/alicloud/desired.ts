import type { JsonObject } from '../../../base/json.ts'
import { isObject } from '../../alicloud/core/input.ts'
import { places } from '../../alicloud/core/places.ts'
import { text, time } from '../../alicloud/core/resources.ts'
import { whitelist } from '../../alicloud/services/rds/whitelist.ts'
import { listenerStatus } from '../../alicloud/services/slb/health.ts'
import { serversOf } from '../../alicloud/services/slb/server-group.ts'
import type { Call, Thing, World } from '../../world/model.ts'
import type { GroupRule } from '../firewall.ts'
import type { ListenerSpec } from './backends.ts'
import type { DatabaseContent } from './postgresql.ts'

/** What the cloud's things want of the containers. Only reads. */

/** All things of a type, of every account and region. */
export function everyThing(world: World, type: string): Thing[] {
  return places(world).flatMap(call => world.list(type, call).filter(thing => thing.cloud === 'alicloud'))
}

/** A call that stands where the thing is, for the operations' own functions. */
export function placeOf(world: World, thing: Thing): Call {
  return {
    cloud: 'alicloud',
    product: '',
    action: '',
    region: thing.region,
    account: thing.account,
    requestId: '',
    world,
  }
}

/** The CIDR of a machine's or database's VPC; nothing when it is gone. */
export function vpcCidr(world: World, thing: Thing): string | undefined {
  const vpc = world.get('vpc', text(thing, 'vpcId'))
  return vpc && text(vpc, 'cidr')
}

/** Rules of all groups of the machine, and the private addresses of the other machines in them. */
export function groupRules(world: World, instance: Thing): { rules: GroupRule[]; peers: string[] } {
  const groups = groupsOf(instance).flatMap(id => world.get('security-group', id) ?? [])
  const rules = groups.flatMap(group => permissions(group).map(one => ruleOf(world, instance, one)))
  const peers = groups.flatMap(group => addressesIn(world, instance, group.id))
  return { rules, peers: [...new Set(peers)].filter(address => address !== text(instance, 'privateIp')).sort() }
}

/** Endpoint names of the databases of the machine's VPC. */
export function endpointNames(world: World, instance: Thing): Record<string, string> {
  const databases = everyThing(world, 'db-instance').filter(
    one => text(one, 'vpcId') === text(instance, 'vpcId') && one.goneAt === undefined,
  )
  return Object.fromEntries(databases.map(one => [text(one, 'host'), text(one, 'privateIp')]))
}

export function databaseContent(world: World, instance: Thing): DatabaseContent {
  const within = (type: string) =>
    everyThing(world, type).filter(one => text(one, 'instanceId') === instance.id && one.goneAt === undefined)
  const accounts = within('db-account')
  const ownerOf = (name: string) => accounts.find(one => name in (one.data.grants as JsonObject))
  return {
    accounts: accounts.map(one => ({
      name: text(one, 'name'),
      privileged: text(one, 'type') === 'Super',
      verifier: text(one, 'verifier'),
    })),
    databases: within('database').map(one => {
      const owner = ownerOf(text(one, 'name'))
      return { name: text(one, 'name'), ...(owner && { owner: text(owner, 'name') }) }
    }),
    allow: Object.values(whitelist(instance)).flatMap(list => list.split(',')),
  }
}

/** The name a listener's local port is kept under. */
export function portName(world: World, listener: Thing): string {
  const balancer = world.get('load-balancer', text(listener, 'balancerId'))
  return `${balancer ? text(balancer, 'address') : ''}:${Number(listener.data.port)}`
}

export function listenerSpec(world: World, listener: Thing, localPort: number | undefined): ListenerSpec {
  const call = placeOf(world, listener)
  const balancer = world.get('load-balancer', text(listener, 'balancerId'))
  const group = world.get('vserver-group', text(listener, 'VServerGroupId'))
  const number = (name: string) => time(listener, name)
  return {
    key: listener.id,
    running:
      listenerStatus(call, listener) === 'running' && balancer !== undefined && text(balancer, 'status') === 'active',
    backends: group ? serversOf(call, group).map(({ id, port, weight }) => ({ serverId: id, port, weight })) : [],
    ...(text(listener, 'HealthCheck') === 'on' && {
      check: {
        path: text(listener, 'HealthCheckURI'),
        domain: text(listener, 'HealthCheckDomain'),
        method: text(listener, 'HealthCheckMethod') === 'get' ? 'get' : 'head',
        // -520 is the product's word for "the backend's own port".
        port: Math.max(0, number('HealthCheckConnectPort')),
        interval: number('HealthCheckInterval'),
        timeout: number('HealthCheckTimeout'),
        healthy: number('HealthyThreshold'),
        unhealthy: number('UnhealthyThreshold'),
        codes: text(listener, 'HealthCheckHttpCode').split(','),
      },
    }),
    forwardedFor: text(listener, 'XForwardedFor') === 'on',
    forwardedProto: text(listener, 'XForwardedFor_proto') === 'on',
    requestTimeout: number('RequestTimeout'),
    localPort,
  }
}

function groupsOf(instance: Thing): string[] {
  const groups = instance.data.groups
  return Array.isArray(groups) ? groups.map(String) : []
}

function permissions(group: Thing): JsonObject[] {
  const list = group.data.permissions
  return Array.isArray(list) ? list.filter(isObject) : []
}

function ruleOf(world: World, instance: Thing, one: JsonObject): GroupRule {
  const group = String(one.SourceGroupId ?? '')
  return {
    protocol: String(one.IpProtocol),
    ports: String(one.PortRange),
    from: group === '' ? String(one.SourceCidrIp) : addressesIn(world, instance, group),
    accept: one.Policy !== 'Drop',
    priority: Number(one.Priority),
  }
}

function addressesIn(world: World, near: Thing, group: string): string[] {
  return world
    .list('instance', near)
    .filter(one => one.goneAt === undefined && groupsOf(one).includes(group))
    .map(one => text(one, 'privateIp'))
}
