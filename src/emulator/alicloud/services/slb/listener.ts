import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { number, operation, refuse, requireParameter, within, word, words } from '../../core/input.ts'
import { byToken } from '../../core/page.ts'
import { createResource, findResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { byTags, newTags, tagKeyValue, tagPairs } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { backendHealth, listenerStatus } from './health.ts'
import { balancerOf, idleBalancer, listenersOf, occupy, onOff } from './load-balancer.ts'
import { serverGroupOf } from './server-group.ts'

const settings =
  'ListenerPort Bandwidth Scheduler StickySession StickySessionType Cookie CookieTimeout Description Gzip IdleTimeout RequestTimeout VServerGroupId ' +
  'HealthCheck HealthCheckURI HealthCheckDomain HealthCheckConnectPort HealthCheckHttpCode HealthCheckMethod HealthCheckInterval HealthCheckTimeout ' +
  'HealthyThreshold UnhealthyThreshold XForwardedFor XForwardedFor_proto XForwardedFor_SLBID XForwardedFor_SLBIP XForwardedFor_SLBPORT XForwardedFor_ClientSrcPort'

/** HTTP listeners. Their key is (load balancer, port); they are born stopped. */
export const listenerOperations = {
  'slb.CreateLoadBalancerHTTPListener': operation(
    `LoadBalancerId BackendServerPort ListenerForward Tag ${settings}`,
    (input, call) => {
      const balancer = balancerOf(call, input)
      const port = portOf(input)
      if (findResource(call, {}, 'listener', idOf(balancer, port))) {
        refuse(400, 'ListenerAlreadyExists', 'There is already a listener bound to the port on the load balancer.')
      }
      if (word(input, 'ListenerForward') === 'on')
        refuse(400, 'UnsupportedParameter', 'The emulator does not simulate redirecting listeners.')
      requireParameter(input, 'HealthCheck')
      if (word(input, 'VServerGroupId') === '') within(input, 'BackendServerPort', 0, 1, 65_535)
      const data = readSettings(call, input, balancer, {})
      const tags = newTags(input)
      idleBalancer(call, balancer)
      createResource(
        call,
        'listener',
        idOf(balancer, port),
        { ...data, balancerId: balancer.id, port, toward: 'stopped', thereAt: 0, group: '' },
        tags,
        balancer.region,
      )
      occupy(call, balancer)
      return {}
    },
  ),
  'slb.SetLoadBalancerHTTPListenerAttribute': operation(`LoadBalancerId VServerGroup ${settings}`, (input, call) => {
    const balancer = balancerOf(call, input)
    const listener = listenerOf(call, balancer, input)
    idleBalancer(call, balancer)
    updateResource(call, listener, readSettings(call, input, balancer, listener.data))
    occupy(call, balancer)
    return {}
  }),
  'slb.DescribeLoadBalancerHTTPListenerAttribute': operation('LoadBalancerId ListenerPort', (input, call) => {
    const balancer = balancerOf(call, input)
    const listener = listenerOf(call, balancer, input)
    return {
      ...settingsOf(listener),
      LoadBalancerId: balancer.id,
      ListenerPort: Number(listener.data.port),
      BackendServerPort: Number(listener.data.BackendServerPort ?? 0),
      Status: listenerStatus(call, listener),
      Scheduler: text(listener, 'Scheduler'),
      Description: text(listener, 'Description'),
      Bandwidth: Number(listener.data.Bandwidth),
      VServerGroupId: text(listener, 'VServerGroupId'),
      ListenerForward: 'off',
      SecurityStatus: 'on',
      AclStatus: 'off',
      Rules: { Rule: [] },
      Tags: tagKeyValue(listener),
    }
  }),
  'slb.DescribeLoadBalancerListeners': operation(
    'LoadBalancerId ListenerPort ListenerProtocol Description Tag MaxResults NextToken',
    (input, call) => {
      const ids = words(input, 'LoadBalancerId')
      const listeners = resourcesOf(call, 'listener').filter(
        one =>
          (ids.length === 0 || ids.includes(text(one, 'balancerId'))) &&
          ['', 'http'].includes(word(input, 'ListenerProtocol').toLowerCase()) &&
          (word(input, 'ListenerPort') === '' || Number(one.data.port) === number(input, 'ListenerPort', 0)) &&
          (word(input, 'Description') === '' || text(one, 'Description') === word(input, 'Description')),
      )
      const asked = byTags(input, listeners)
      const { rows, next } = byToken(input, asked, 20, 100)
      return {
        TotalCount: asked.length,
        MaxResults: number(input, 'MaxResults', 20),
        NextToken: next,
        Listeners: rows.map(one => describe(call, one)),
      }
    },
  ),
  'slb.StartLoadBalancerListener': operation('LoadBalancerId ListenerPort ListenerProtocol', (input, call) => {
    const balancer = balancerOf(call, input)
    const listener = listenerOf(call, balancer, input)
    if (listenerStatus(call, listener) !== 'stopped') {
      refuse(400, 'OperationDenied.ListenerStatus', 'A listener can be started only when it is stopped.')
    }
    idleBalancer(call, balancer)
    updateResource(call, listener, { toward: 'running', thereAt: call.world.now() + times.listenerStarting })
    occupy(call, balancer)
    return {}
  }),
  'slb.StopLoadBalancerListener': operation('LoadBalancerId ListenerPort ListenerProtocol', (input, call) => {
    const balancer = balancerOf(call, input)
    const listener = listenerOf(call, balancer, input)
    idleBalancer(call, balancer)
    updateResource(call, listener, { toward: 'stopped', thereAt: call.world.now() + times.listenerStopping })
    occupy(call, balancer)
    return {}
  }),
  'slb.DeleteLoadBalancerListener': operation('LoadBalancerId ListenerPort ListenerProtocol', (input, call) => {
    const balancer = balancerOf(call, input)
    const listener = listenerOf(call, balancer, input)
    idleBalancer(call, balancer)
    call.world.drop(listener)
    occupy(call, balancer)
    return {}
  }),
  'slb.DescribeHealthStatus': operation('LoadBalancerId ListenerPort ListenerProtocol', (input, call) => {
    const balancer = balancerOf(call, input)
    const asked = word(input, 'ListenerPort')
    const listeners = listenersOf(call, balancer).filter(
      one => asked === '' || Number(one.data.port) === number(input, 'ListenerPort', 0),
    )
    if (asked !== '' && listeners.length === 0) listenerNotFound()
    const rows = listeners.flatMap(listener =>
      backendHealth(call, listener).map(({ backend, state, ip }) => ({
        ListenerPort: Number(listener.data.port),
        Protocol: 'http',
        ServerId: backend.id,
        ServerIp: ip,
        Port: backend.port,
        ServerHealthStatus: state,
      })),
    )
    return { BackendServers: { BackendServer: rows } }
  }),
}

function idOf(balancer: Resource, port: number): string {
  return `${balancer.id}/${port}`
}

function portOf(input: JsonObject): number {
  requireParameter(input, 'ListenerPort')
  return within(input, 'ListenerPort', 0, 1, 65_535)
}

function listenerOf(call: Call, balancer: Resource, input: JsonObject): Resource {
  const protocol = word(input, 'ListenerProtocol').toLowerCase()
  const listener = findResource(call, {}, 'listener', idOf(balancer, portOf(input)))
  return listener && ['', 'http'].includes(protocol) ? listener : listenerNotFound()
}

function listenerNotFound(): never {
  return refuse(404, 'ListenerNotFound', 'The specified listener does not exist.')
}

/** The settings after this call: what it names, else what was, else what the product starts with. */
function readSettings(call: Call, input: JsonObject, balancer: Resource, before: JsonObject): JsonObject {
  const merged: JsonObject = { ...before }
  for (const name of settings.split(' ')) if (word(input, name) !== '') merged[name] = word(input, name)
  const groupId = word(merged, 'VServerGroupId')
  if (groupId !== '' && text(serverGroupOf(call, { VServerGroupId: groupId }), 'balancerId') !== balancer.id) {
    refuse(400, 'InvalidParameter', 'The specified VServerGroupId does not exist.')
  }
  const check = onOff(merged, 'HealthCheck', 'on')
  const uri = word(merged, 'HealthCheckURI') || '/'
  if (!/^\/[\w\-/.%?#&=]{0,79}$/.test(uri))
    refuse(400, 'InvalidParameter', 'HealthCheckURI must start with / and have at most 80 characters.')
  const codes = word(merged, 'HealthCheckHttpCode') || 'http_2xx'
  if (!codes.split(',').every(code => /^http_[2345]xx$/.test(code)))
    refuse(400, 'InvalidParameter', 'HealthCheckHttpCode must be http_2xx to http_5xx.')
  return {
    VServerGroupId: groupId,
    BackendServerPort: number(merged, 'BackendServerPort', 0) || number(input, 'BackendServerPort', 0),
    Description: word(merged, 'Description'),
    Bandwidth: number(merged, 'Bandwidth', -1),
    Scheduler: one(merged, 'Scheduler', 'wrr', ['wrr', 'rr', 'wlc', 'sch', 'tch']),
    StickySession: onOff(merged, 'StickySession', 'off'),
    Gzip: onOff(merged, 'Gzip', 'on'),
    IdleTimeout: within(merged, 'IdleTimeout', 15, 1, 60),
    RequestTimeout: within(merged, 'RequestTimeout', 60, 1, 180),
    XForwardedFor: onOff(merged, 'XForwardedFor', 'on'),
    XForwardedFor_proto: onOff(merged, 'XForwardedFor_proto', 'off'),
    HealthCheck: check,
    HealthCheckURI: uri,
    HealthCheckDomain: word(merged, 'HealthCheckDomain'),
    HealthCheckHttpCode: codes,
    HealthCheckMethod: one(merged, 'HealthCheckMethod', 'head', ['head', 'get']),
    HealthCheckConnectPort: within(merged, 'HealthCheckConnectPort', 0, -520, 65_535),
    HealthCheckInterval: within(merged, 'HealthCheckInterval', 2, 1, 50),
    HealthCheckTimeout: within(merged, 'HealthCheckTimeout', 5, 1, 300),
    HealthyThreshold: within(merged, 'HealthyThreshold', 3, 2, 10),
    UnhealthyThreshold: within(merged, 'UnhealthyThreshold', 3, 2, 10),
  }
}

function one(input: JsonObject, name: string, fallback: string, allowed: string[]): string {
  const value = word(input, name) || fallback
  if (!allowed.includes(value))
    refuse(400, 'InvalidParameter', `The parameter ${name} must be one of ${allowed.join(', ')}.`)
  return value
}

/** What both reads show of the check and the connection. */
function settingsOf(listener: Resource): JsonObject {
  const names =
    'StickySession Gzip IdleTimeout RequestTimeout XForwardedFor XForwardedFor_proto HealthCheck HealthCheckURI HealthCheckDomain ' +
    'HealthCheckHttpCode HealthCheckMethod HealthCheckConnectPort HealthCheckInterval HealthCheckTimeout HealthyThreshold UnhealthyThreshold'
  return Object.fromEntries(names.split(' ').map(name => [name, listener.data[name] ?? '']))
}

function describe(call: Call, listener: Resource): JsonObject {
  return {
    LoadBalancerId: text(listener, 'balancerId'),
    ListenerPort: Number(listener.data.port),
    ListenerProtocol: 'http',
    Status: listenerStatus(call, listener),
    Scheduler: text(listener, 'Scheduler'),
    Description: text(listener, 'Description'),
    Bandwidth: Number(listener.data.Bandwidth),
    BackendServerPort: time(listener, 'BackendServerPort'),
    VServerGroupId: text(listener, 'VServerGroupId'),
    AclStatus: 'off',
    HTTPListenerConfig: { ...settingsOf(listener), ListenerForward: 'off' },
    Tags: tagPairs(listener),
  }
}
