import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import { checkText, flag, isObject, jsonList, operation, refuse, requireParameter, word } from '../../core/input.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { byTags, newTags, tagKeyValue } from '../../core/tags.ts'
import { instanceStatus } from '../ecs/instance-lifecycle.ts'
import { balancerOf, idleBalancer, occupy } from './load-balancer.ts'

/** A server of a VServer group; `since` is when it joined. */
export type Backend = { id: string; port: number; weight: number; type: string; description: string; since: number }

/** VServer groups: the servers behind listeners. No client token here, and two groups of one name can exist. */
export const serverGroupOperations = {
  'slb.CreateVServerGroup': operation('LoadBalancerId VServerGroupName BackendServers Tag', (input, call) => {
    const balancer = idleBalancer(call, balancerOf(call, input))
    checkName(input)
    const servers = merge([], readServers(call, input, 'BackendServers'))
    const data = { balancerId: balancer.id, name: word(input, 'VServerGroupName') || 'sgp', servers }
    const group = createResource(call, 'vserver-group', newId(call, 'rsp'), data, newTags(input), balancer.region)
    occupy(call, balancer)
    return { VServerGroupId: group.id, BackendServers: describeServers(call, group) }
  }),
  'slb.DescribeVServerGroups': operation('LoadBalancerId Tag IncludeListener IncludeRule', (input, call) => {
    const balancer = balancerOf(call, input)
    const groups = byTags(
      input,
      listedResources(call, 'vserver-group').filter(one => text(one, 'balancerId') === balancer.id),
    )
    return {
      VServerGroups: { VServerGroup: groups.map(group => describe(call, group, flag(input, 'IncludeListener'))) },
    }
  }),
  'slb.DescribeVServerGroupAttribute': operation('VServerGroupId', (input, call) => {
    const group = serverGroupOf(call, input)
    return {
      VServerGroupId: group.id,
      VServerGroupName: text(group, 'name'),
      LoadBalancerId: text(group, 'balancerId'),
      CreateTime: date(call, group.born),
      BackendServers: describeServers(call, group, true),
      Tags: tagKeyValue(group),
    }
  }),
  'slb.AddVServerGroupBackendServers': operation('VServerGroupId BackendServers', (input, call) =>
    set(call, serverGroupOf(call, input), group =>
      merge(serversOf(call, group), readServers(call, input, 'BackendServers', true)),
    ),
  ),
  'slb.RemoveVServerGroupBackendServers': operation('VServerGroupId BackendServers', (input, call) => {
    const gone = readServers(call, input, 'BackendServers', true, false)
    const body = set(call, serverGroupOf(call, input), group =>
      serversOf(call, group).filter(one => !gone.some(other => same(one, other))),
    )
    return { VServerGroupId: body.VServerGroupId!, BackendServers: { BackendServer: withoutDescription(body) } }
  }),
  'slb.ModifyVServerGroupBackendServers': operation(
    'VServerGroupId OldBackendServers NewBackendServers',
    (input, call) => {
      const old = readServers(call, input, 'OldBackendServers', true, false)
      const fresh = readServers(call, input, 'NewBackendServers', true)
      return set(call, serverGroupOf(call, input), group =>
        merge(
          serversOf(call, group).filter(one => !old.some(other => same(one, other))),
          fresh,
        ),
      )
    },
  ),
  'slb.SetVServerGroupAttribute': operation('VServerGroupId VServerGroupName BackendServers', (input, call) => {
    const group = serverGroupOf(call, input)
    checkName(input)
    const asked = readServers(call, input, 'BackendServers')
    const body = set(call, group, one =>
      serversOf(call, one).map(server => ({
        ...server,
        weight: (asked.find(other => same(server, other)) ?? server).weight,
      })),
    )
    if (word(input, 'VServerGroupName') !== '') updateResource(call, group, { name: word(input, 'VServerGroupName') })
    return { ...body, VServerGroupName: text(group, 'name') }
  }),
  'slb.DeleteVServerGroup': operation('VServerGroupId', (input, call) => {
    const group = idleGroup(call, serverGroupOf(call, input))
    const balancer = call.world.get('load-balancer', text(group, 'balancerId'))
    if (balancer) idleBalancer(call, balancer)
    if (resourcesOf(call, 'listener').some(one => text(one, 'VServerGroupId') === group.id)) {
      refuse(400, 'RspoolVipExist', 'The VServer group is in use by a listener.')
    }
    call.world.drop(group)
    if (balancer) occupy(call, balancer)
    return {}
  }),
}

/** A group that is not there is an `InvalidParameter`; only its sentence tells. */
export function serverGroupOf(call: Call, input: JsonObject): Resource {
  const group = findResource(call, input, 'vserver-group', requireParameter(input, 'VServerGroupId'))
  return group ?? refuse(400, 'InvalidParameter', 'The specified VServerGroupId does not exist.')
}

/** The servers that still exist: a machine that is released leaves its groups by itself. */
export function serversOf(call: Call, group: Resource): Backend[] {
  const servers = group.data.servers
  const list = Array.isArray(servers) ? (servers.filter(isObject) as unknown as Backend[]) : []
  return list.filter(one => {
    const instance = call.world.get('instance', one.id)
    return instance !== undefined && instance.goneAt === undefined
  })
}

function idleGroup(call: Call, group: Resource): Resource {
  if (call.world.now() < time(group, 'busyUntil')) {
    refuse(400, 'VServerGroupProcessing', 'The VServer group is being changed; try again later.')
  }
  return group
}

function set(call: Call, group: Resource, next: (group: Resource) => Backend[]): JsonObject {
  idleGroup(call, group)
  const servers = next(group)
  if (servers.length > 400) refuse(400, 'BackendServerNumber.ExceedLimit', 'The VServer group is full.')
  updateResource(call, group, { servers })
  occupy(call, group)
  return { VServerGroupId: group.id, BackendServers: describeServers(call, group) }
}

function checkName(input: JsonObject): void {
  checkText(word(input, 'VServerGroupName'), 1, 80, 'InvalidParameter', /^[\p{L}\p{N}][\p{L}\p{N} ._/-]*$/u)
}

/** `[{"ServerId":"i-1","Port":"80","Weight":"100","Type":"ecs"}]`, at most 20 a call; a server that is added must run. */
function readServers(call: Call, input: JsonObject, name: string, needed = false, mustRun = true): Backend[] {
  const list = jsonList(input, name)
  if (!list) return needed ? refuse(400, 'MissingParameter', `The parameter ${name} is mandatory.`) : []
  if (list.length > 20) refuse(400, 'BackendServerNumber.ExceedLimit', 'At most 20 servers a call.')
  return list.map(one => {
    if (!isObject(one))
      return refuse(400, 'InvalidBackendServers.Malformed', 'BackendServers must be a list of objects.')
    const port = Number(one.Port)
    const weight = Number(one.Weight ?? 100)
    const id = String(one.ServerId ?? '')
    if (
      !Number.isInteger(port) ||
      port < 1 ||
      port > 65_535 ||
      !Number.isInteger(weight) ||
      weight < 0 ||
      weight > 100
    ) {
      refuse(400, 'InvalidParameter', 'Port must be 1 to 65535 and Weight 0 to 100.')
    }
    if (String(one.Type ?? 'ecs') !== 'ecs')
      refuse(400, 'InvalidParameter', 'The emulator knows servers of the type ecs only.')
    const instance = findResource(call, {}, 'instance', id)
    if (mustRun && (!instance || instanceStatus(call, instance) !== 'Running')) {
      refuse(
        400,
        'ObtainIpFail',
        'The address of a backend server cannot be obtained: it does not exist or does not run.',
      )
    }
    return { id, port, weight, type: 'ecs', description: String(one.Description ?? ''), since: call.world.now() }
  })
}

function merge(before: Backend[], added: Backend[]): Backend[] {
  return [...before.filter(one => !added.some(other => same(one, other))), ...added]
}

function same(one: Backend, other: Backend): boolean {
  return one.id === other.id && one.port === other.port
}

function describeServers(call: Call, group: Resource, withIp = false): JsonObject {
  return {
    BackendServer: serversOf(call, group).map(one => {
      const instance = call.world.get('instance', one.id)
      return {
        ServerId: one.id,
        Port: one.port,
        Weight: one.weight,
        Type: one.type,
        Description: one.description,
        ...(withIp && instance && { ServerIp: text(instance, 'privateIp') }),
      }
    }),
  }
}

function withoutDescription(body: JsonObject): JsonObject[] {
  const list = (body.BackendServers as JsonObject).BackendServer as JsonObject[]
  return list.map(({ Description: _, ...server }) => server)
}

function describe(call: Call, group: Resource, withListeners: boolean): JsonObject {
  const listeners = resourcesOf(call, 'listener').filter(one => text(one, 'VServerGroupId') === group.id)
  return {
    VServerGroupId: group.id,
    VServerGroupName: text(group, 'name'),
    ServerCount: serversOf(call, group).length,
    CreateTime: date(call, group.born),
    AssociatedObjects: {
      Listeners: {
        Listener: withListeners ? listeners.map(one => ({ Port: Number(one.data.port), Protocol: 'http' })) : [],
      },
      Rules: { Rule: [] },
    },
    Tags: tagKeyValue(group),
  }
}
