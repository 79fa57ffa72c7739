import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, hex } from '../../core/ids.ts'
import { flag, object, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { forwardsTo, marker } from './load-balancer.ts'
import {
  attributeList,
  checkName,
  elbFind,
  elbTagCodes,
  invalid,
  misconfigured,
  oneOf,
  readAttributes,
  within,
} from './lookup.ts'

const checks =
  'HealthCheckProtocol HealthCheckPort HealthCheckEnabled HealthCheckPath HealthCheckIntervalSeconds HealthCheckTimeoutSeconds ' +
  'HealthyThresholdCount UnhealthyThresholdCount Matcher'

/** Target groups: their checks and attributes. Their targets are in targets.ts. */
export const targetGroupOperations: Record<string, Operation> = {
  'elbv2.CreateTargetGroup': operation(
    `Name Protocol ProtocolVersion Port VpcId TargetType Tags IpAddressType ${checks}`,
    createGroup,
  ),
  'elbv2.DescribeTargetGroups': operation('LoadBalancerArn TargetGroupArns Names Marker PageSize', (input, call) => {
    const arns = words(input, 'TargetGroupArns')
    const names = words(input, 'Names')
    const balancer = word(input, 'LoadBalancerArn')
    const found =
      arns.length > 0
        ? arns.map(one => elbFind(call, 'target-group', one))
        : names.length > 0
          ? names.map(name => named(call, name) ?? unknownName(name))
          : listedResources(call, 'target-group')
    const rows = found.filter(
      one => balancer === '' || balancersOf(call, one).includes(elbFind(call, 'load-balancer', balancer).id),
    )
    const { rows: some, next } = page(input, rows, { limit: 'PageSize', token: 'Marker', size: 400 })
    return { TargetGroups: some.map(one => describe(call, one)), ...marker(next) }
  }),
  'elbv2.ModifyTargetGroup': operation(`TargetGroupArn ${checks}`, (input, call) => {
    const group = targetGroupOf(call, input)
    updateResource(call, group, readChecks(input, text(group, 'protocol'), group.data))
    return { TargetGroups: [describe(call, group)] }
  }),
  'elbv2.DescribeTargetGroupAttributes': operation('TargetGroupArn', (input, call) => ({
    Attributes: attributeList(attributesOf(targetGroupOf(call, input))),
  })),
  'elbv2.ModifyTargetGroupAttributes': operation('TargetGroupArn Attributes', (input, call) => {
    const group = targetGroupOf(call, input)
    const attributes = readAttributes(input, attributesOf(group), 'Target group')
    const delay = Number(attributes['deregistration_delay.timeout_seconds'])
    if (!(delay >= 0 && delay <= 3600)) {
      misconfigured("'deregistration_delay.timeout_seconds' must be between '0' and '3600' inclusive")
    }
    const kinds = isHttp(text(group, 'protocol')) ? ['lb_cookie', 'app_cookie'] : ['source_ip', 'source_ip_dest_ip']
    if (!kinds.includes(String(attributes['stickiness.type']))) {
      misconfigured(
        `Stickiness type '${attributes['stickiness.type']}' is not supported for target groups with the ${text(group, 'protocol')} protocol`,
      )
    }
    updateResource(call, group, { attributes })
    return { Attributes: attributeList(attributes) }
  }),
  'elbv2.DeleteTargetGroup': operation('TargetGroupArn', (input, call) => {
    const id = requireParameter(input, 'TargetGroupArn', 'ValidationError')
    const group = findResource(call, 'target-group', id)
    if (!group) return {}
    if (usersOf(call, group).length > 0 || call.world.now() < time(group, 'usedUntil')) {
      refuse(400, 'ResourceInUseException', `Target group '${group.id}' is currently in use by a listener or a rule`)
    }
    removeResource(call, group)
    return {}
  }),
}

/** The target group that the call names. Refused when it is not there. */
export function targetGroupOf(call: Call, input: JsonObject): Resource {
  return elbFind(call, 'target-group', requireParameter(input, 'TargetGroupArn', 'ValidationError'))
}

/** The listeners and rules that forward to it. */
export function usersOf(call: Call, group: Resource): Resource[] {
  return [...resourcesOf(call, 'listener'), ...resourcesOf(call, 'rule')].filter(one =>
    forwardsTo(one).includes(group.id),
  )
}

/** The load balancers that forward to it: at most one. */
export function balancersOf(call: Call, group: Resource): string[] {
  return [...new Set(usersOf(call, group).map(one => text(one, 'balancerId')))]
}

/** A copy of its attributes. */
export function attributesOf(group: Resource): JsonObject {
  return { ...(group.data.attributes as JsonObject) }
}

/** Milliseconds that a deregistered target drains. */
export function drainingTime(group: Resource): number {
  return Number(attributesOf(group)['deregistration_delay.timeout_seconds']) * 1000
}

/** Whether the protocol is one of an application load balancer. */
export function isHttp(protocol: string): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}

function named(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'target-group').find(one => text(one, 'name') === name)
}

function unknownName(name: string): never {
  return refuse(400, 'TargetGroupNotFoundException', `One or more target groups not found: ${name}`)
}

function createGroup(input: JsonObject, call: Call): JsonObject {
  const name = requireParameter(input, 'Name', 'ValidationError')
  checkName(name, 'Target group')
  const targetType = oneOf(input, 'TargetType', 'instance', ['instance'])
  oneOf(input, 'IpAddressType', 'ipv4', ['ipv4'])
  const protocol = oneOf(input, 'Protocol', '', ['HTTP', 'HTTPS', 'TCP', 'TLS'])
  requireParameter(input, 'Port', 'ValidationError')
  const port = within(input, 'Port', 0, 1, 65_535)
  const vpcId = requireParameter(input, 'VpcId', 'ValidationError')
  if (!findResource(call, 'vpc', vpcId)) invalid(`The VPC ID '${vpcId}' is not found`)
  const version = isHttp(protocol) ? oneOf(input, 'ProtocolVersion', 'HTTP1', ['HTTP1', 'HTTP2', 'GRPC']) : ''
  const tags = tagsIn(input, elbTagCodes)
  const settings = { name, targetType, protocol, port, vpcId, version, ...readChecks(input, protocol, {}) }
  const before = named(call, name)
  if (before) return { TargetGroups: [describe(call, same(before, settings))] }
  const id = arn(call, 'elasticloadbalancing', `targetgroup/${name}/${hex(call.world, 16)}`)
  const data = { ...settings, attributes: defaultAttributes(protocol), targets: [], usedUntil: 0 }
  return { TargetGroups: [describe(call, createResource(call, 'target-group', id, data, { tags }))] }
}

function same(before: Resource, settings: JsonObject): Resource {
  const equal = Object.entries(settings).every(
    ([name, value]) => JSON.stringify(before.data[name]) === JSON.stringify(value),
  )
  if (equal) return before
  return refuse(
    400,
    'DuplicateTargetGroupNameException',
    `A target group with the same name '${text(before, 'name')}' exists, but with different settings`,
  )
}

/** The health check after this call: what it names, else what was, else what the protocol starts with. */
function readChecks(input: JsonObject, protocol: string, before: JsonObject): JsonObject {
  const http = isHttp(protocol)
  const was = (name: string, fallback: number) => Number(before[name] ?? fallback)
  const how = oneOf(input, 'HealthCheckProtocol', String(before.checkProtocol ?? (http ? protocol : 'TCP')), [
    'HTTP',
    'HTTPS',
    'TCP',
  ])
  if (http && how === 'TCP')
    invalid("Health check protocol 'TCP' is not supported for target groups with the protocol 'HTTP'")
  const port = word(input, 'HealthCheckPort') || String(before.checkPort ?? 'traffic-port')
  if (port !== 'traffic-port' && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    invalid(`Health check port '${port}' must be 'traffic-port' or an integer from 1 to 65535`)
  }
  const interval = within(input, 'HealthCheckIntervalSeconds', was('interval', 30), 5, 300)
  const timeout = within(input, 'HealthCheckTimeoutSeconds', was('timeout', how === 'TCP' ? 10 : http ? 5 : 6), 2, 120)
  if (timeout >= interval && http) invalid('Health check interval must be greater than the timeout')
  return {
    checkProtocol: how,
    checkPort: port,
    checkEnabled: flag(input, 'HealthCheckEnabled', before.checkEnabled !== false),
    interval,
    timeout,
    healthy: within(input, 'HealthyThresholdCount', was('healthy', 5), 2, 10),
    unhealthy: within(input, 'UnhealthyThresholdCount', was('unhealthy', 2), 2, 10),
    ...(how === 'TCP' ? withoutPath(input) : readPath(input, before, http)),
  }
}

function withoutPath(input: JsonObject): JsonObject {
  if (word(input, 'HealthCheckPath') !== '' || input.Matcher) {
    invalid('Health check path and matcher are not supported for health checks with the TCP protocol')
  }
  return { path: '', codes: '' }
}

function readPath(input: JsonObject, before: JsonObject, http: boolean): JsonObject {
  const path = word(input, 'HealthCheckPath') || String(before.path || '/')
  if (!path.startsWith('/') || path.length > 1024)
    invalid(`Health check path '${path}' must begin with a '/' character`)
  const codes = word(object(input, 'Matcher'), 'HttpCode') || String(before.codes || (http ? '200' : '200-399'))
  const numbers = codes.split(/[,-]/).map(Number)
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(codes) || numbers.some(code => code < 200 || code > 499)) {
    invalid(`Health check matcher HTTP code '${codes}' must be within '200-499'`)
  }
  return { path, codes }
}

function defaultAttributes(protocol: string): JsonObject {
  const both = {
    'deregistration_delay.timeout_seconds': '300',
    'stickiness.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
    'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
  }
  if (isHttp(protocol)) {
    return {
      ...both,
      'stickiness.type': 'lb_cookie',
      'stickiness.lb_cookie.duration_seconds': '86400',
      'stickiness.app_cookie.cookie_name': '',
      'stickiness.app_cookie.duration_seconds': '86400',
      'slow_start.duration_seconds': '0',
      'load_balancing.algorithm.type': 'round_robin',
      'load_balancing.algorithm.anomaly_mitigation': 'off',
    }
  }
  return {
    ...both,
    'stickiness.type': 'source_ip',
    'preserve_client_ip.enabled': 'true',
    'proxy_protocol_v2.enabled': 'false',
    'deregistration_delay.connection_termination.enabled': 'false',
    'target_health_state.unhealthy.connection_termination.enabled': 'true',
    'target_health_state.unhealthy.draining_interval_seconds': '0',
  }
}

function describe(call: Call, group: Resource): JsonObject {
  const version = text(group, 'version')
  const path = text(group, 'path')
  return {
    TargetGroupArn: group.id,
    TargetGroupName: text(group, 'name'),
    Protocol: text(group, 'protocol'),
    Port: Number(group.data.port),
    VpcId: text(group, 'vpcId'),
    TargetType: text(group, 'targetType'),
    IpAddressType: 'ipv4',
    HealthCheckEnabled: group.data.checkEnabled !== false,
    HealthCheckProtocol: text(group, 'checkProtocol'),
    HealthCheckPort: text(group, 'checkPort'),
    HealthCheckIntervalSeconds: time(group, 'interval'),
    HealthCheckTimeoutSeconds: time(group, 'timeout'),
    HealthyThresholdCount: time(group, 'healthy'),
    UnhealthyThresholdCount: time(group, 'unhealthy'),
    LoadBalancerArns: balancersOf(call, group),
    ...(version && { ProtocolVersion: version }),
    ...(path && { HealthCheckPath: path, Matcher: { HttpCode: text(group, 'codes') } }),
  }
}
