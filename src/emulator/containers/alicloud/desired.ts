import type { JsonObject } from '../../../base/json.ts'
import { isObject } from '../../alicloud/core/input.ts'
import { everyPlace } from '../../alicloud/core/places.ts'
import { text, time } from '../../alicloud/core/resources.ts'
import { whitelist } from '../../alicloud/services/rds/whitelist.ts'
import { listenerStatus } from '../../alicloud/services/slb/health.ts'
import { serversOf } from '../../alicloud/services/slb/server-group.ts'
import type { Call, Resource, World } from '../../world/model.ts'
import type { GroupRule } from '../firewall.ts'
import type { ListenerSpec } from './backends.ts'
import type { DatabaseContent } from './postgresql.ts'

/** What Alibaba Cloud's resources require of the containers. Only reads. */

/** All resources of a type, of every account and region. */
export function everyThing(world: World, type: string): Resource[] {
  return everyPlace(world).flatMap(call => world.list(type, call).filter(resource => resource.cloud === 'alicloud'))
}

/** A call in the account and region of the resource, which the functions of the operations take. */
export function placeOf(world: World, resource: Resource): Call {
  return {
    cloud: 'alicloud',
    product: '',
    action: '',
    region: resource.region,
    account: resource.account,
    requestId: '',
    world,
  }
}

/** The CIDR of a machine's or database's VPC; nothing when it is gone. */
export function vpcCidr(world: World, resource: Resource): string | undefined {
  const vpc = world.get('vpc', text(resource, 'vpcId'))
  return vpc && text(vpc, 'cidr')
}

/** Rules of all groups of the machine, and the private addresses of the other machines in them. */
export function groupRules(world: World, instance: Resource): { rules: GroupRule[]; peers: string[] } {
  const groups = groupsOf(instance).flatMap(id => world.get('security-group', id) ?? [])
  const rules = groups.flatMap(group => permissions(group).map(one => ruleOf(world, instance, one)))
  const peers = groups.flatMap(group => addressesIn(world, instance, group.id))
  return { rules, peers: [...new Set(peers)].filter(address => address !== text(instance, 'privateIp')).sort() }
}

/** Endpoint names of the databases of the machine's VPC. */
export function endpointNames(world: World, instance: Resource): Record<string, string> {
  const databases = everyThing(world, 'db-instance').filter(
    one => text(one, 'vpcId') === text(instance, 'vpcId') && one.goneAt === undefined,
  )
  return Object.fromEntries(databases.map(one => [text(one, 'host'), text(one, 'privateIp')]))
}

/** Accounts, databases and access list of a database instance; accounts carry verifiers, not passwords. */
export function databaseContent(world: World, instance: Resource): DatabaseContent {
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
export function portName(world: World, listener: Resource): string {
  const balancer = world.get('load-balancer', text(listener, 'balancerId'))
  return `${balancer ? text(balancer, 'address') : ''}:${Number(listener.data.port)}`
}

/** What the proxy does for a listener; `localPort`: the port it had before, kept if it is free. */
export function listenerSpec(world: World, listener: Resource, localPort: number | undefined): ListenerSpec {
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
        // -520 stands for "the backend's own port".
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

function groupsOf(instance: Resource): string[] {
  const groups = instance.data.groups
  return Array.isArray(groups) ? groups.map(String) : []
}

function permissions(group: Resource): JsonObject[] {
  const list = group.data.permissions
  return Array.isArray(list) ? list.filter(isObject) : []
}

function ruleOf(world: World, instance: Resource, one: JsonObject): GroupRule {
  const group = String(one.SourceGroupId ?? '')
  return {
    protocol: String(one.IpProtocol),
    ports: String(one.PortRange),
    from: group === '' ? String(one.SourceCidrIp) : addressesIn(world, instance, group),
    accept: one.Policy !== 'Drop',
    priority: Number(one.Priority),
  }
}

function addressesIn(world: World, near: Resource, group: string): string[] {
  return world
    .list('instance', near)
    .filter(one => one.goneAt === undefined && groupsOf(one).includes(group))
    .map(one => text(one, 'privateIp'))
}
