import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Thing } from '../../../world/model.ts'
import { need, objects, operation, refuse, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { all, change, find, leave, listed, text, texts } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { releaseInterface } from '../ec2/network-interface.ts'
import { createBalancer, interfaceIn, readGroups, readSubnets } from './load-balancer-create.ts'
import { describeBalancer, zonesOf } from './load-balancer-description.ts'
import {
  attributeList,
  balancerPath,
  elbFind,
  invalid,
  isApplication,
  misconfigured,
  namedBalancer,
  perRegion,
  readAttributes,
} from './lookup.ts'

/** Application and network load balancers. */
export const loadBalancerOperations: Record<string, Operation> = {
  'elbv2.CreateLoadBalancer': operation(
    'Name Subnets SubnetMappings SecurityGroups Scheme Tags Type IpAddressType',
    createBalancer,
  ),
  'elbv2.DescribeLoadBalancers': operation('LoadBalancerArns Names Marker PageSize', (input, call) => {
    const arns = words(input, 'LoadBalancerArns')
    const names = words(input, 'Names')
    if (arns.length > 0 && names.length > 0)
      invalid('Load balancer names and load balancer ARNs cannot be specified at the same time')
    const found =
      arns.length > 0
        ? arns.map(one => elbFind(call, 'load-balancer', one))
        : names.length > 0
          ? names.map(name => namedBalancer(call, name) ?? unknownName(name))
          : listed(call, 'load-balancer')
    const { rows, next } = page(input, found, { limit: 'PageSize', token: 'Marker', size: 400 })
    return { LoadBalancers: rows.map(one => describeBalancer(call, one)), ...marker(next) }
  }),
  'elbv2.DeleteLoadBalancer': operation('LoadBalancerArn', (input, call) => {
    const id = need(input, 'LoadBalancerArn', 'ValidationError')
    const balancer = find(call, 'load-balancer', id)
    // Deleting what is not there succeeds (facts §7).
    if (!balancer) return {}
    if (attributesOf(balancer)['deletion_protection.enabled'] === 'true') {
      refuse(
        400,
        'OperationNotPermittedException',
        `Load balancer '${balancer.id}' cannot be deleted because deletion protection is enabled`,
      )
    }
    for (const listener of listenersOf(call, balancer)) dropListener(call, listener)
    for (const one of texts(balancer, 'interfaces')) {
      releaseInterface(call, one, times.balancerInterfaceLingers)
    }
    leave(call, balancer)
    return {}
  }),
  'elbv2.DescribeLoadBalancerAttributes': operation('LoadBalancerArn', (input, call) => {
    const balancer = balancerOf(call, input)
    return { Attributes: attributeList(attributesOf(balancer)) }
  }),
  'elbv2.ModifyLoadBalancerAttributes': operation('LoadBalancerArn Attributes', (input, call) => {
    const balancer = balancerOf(call, input)
    const attributes = readAttributes(input, attributesOf(balancer), 'Load balancer')
    const idle = Number(attributes['idle_timeout.timeout_seconds'] ?? 60)
    if (!(idle >= 1 && idle <= 4000)) misconfigured("'idle_timeout.timeout_seconds' must be between '1' and '4000'")
    change(call, balancer, { attributes })
    return { Attributes: attributeList(attributes) }
  }),
  'elbv2.SetSecurityGroups': operation('LoadBalancerArn SecurityGroups', (input, call) => {
    const balancer = balancerOf(call, input)
    // A network load balancer that began without groups can never get any, and must keep one (facts §7).
    if (!isApplication(balancer) && texts(balancer, 'groups').length === 0) {
      misconfigured('Security groups cannot be associated with a load balancer that was created without any.')
    }
    const groups = readGroups(call, words(input, 'SecurityGroups'), text(balancer, 'vpcId'))
    if (groups.length === 0) invalid('At least one security group must be specified')
    change(call, balancer, { groups })
    for (const id of texts(balancer, 'interfaces')) {
      const one = find(call, 'network-interface', id)
      if (one) change(call, one, { groups })
    }
    return { SecurityGroupIds: groups }
  }),
  'elbv2.SetSubnets': operation('LoadBalancerArn Subnets SubnetMappings', (input, call) => {
    const balancer = balancerOf(call, input)
    const subnets = readSubnets(call, input, text(balancer, 'type'), text(balancer, 'scheme'))
    const before = texts(balancer, 'interfaces').map(id => find(call, 'network-interface', id))
    const kept = before.filter(one => one && subnets.some(subnet => subnet.id === text(one, 'subnetId')))
    for (const one of before) {
      if (one && !kept.includes(one)) releaseInterface(call, one.id, times.balancerInterfaceLingers)
    }
    const fresh = subnets.filter(subnet => !kept.some(one => one && text(one, 'subnetId') === subnet.id))
    const path = balancerPath(balancer)
    const added = fresh.map(subnet => interfaceIn(call, balancer.data, path, subnet))
    change(call, balancer, {
      subnets: subnets.map(one => one.id),
      interfaces: [...kept.map(one => one!.id), ...added],
    })
    return { AvailabilityZones: zonesOf(call, balancer) }
  }),
  'elbv2.DescribeAccountLimits': operation('Marker PageSize', () => ({
    Limits: Object.entries({
      'application-load-balancers': perRegion,
      'network-load-balancers': perRegion,
      'target-groups': 3000,
      'listeners-per-application-load-balancer': 50,
      'rules-per-application-load-balancer': 100,
      'targets-per-application-load-balancer': 1000,
    }).map(([Name, Max]) => ({ Name, Max: String(Max) })),
  })),
}

export function balancerOf(call: Call, input: JsonObject): Thing {
  return elbFind(call, 'load-balancer', need(input, 'LoadBalancerArn', 'ValidationError'))
}

export function listenersOf(call: Call, balancer: Thing): Thing[] {
  return all(call, 'listener').filter(one => text(one, 'balancerId') === balancer.id)
}

/** A listener goes with its rules. What it forwarded to counts as used for a moment longer. */
export function dropListener(call: Call, listener: Thing): void {
  const rules = all(call, 'rule').filter(one => text(one, 'listenerId') === listener.id)
  const until = call.world.now() + times.listenerForgotten
  for (const id of [listener, ...rules].flatMap(forwardsTo)) {
    const group = find(call, 'target-group', id)
    if (group) change(call, group, { usedUntil: until })
  }
  for (const id of certificatesOf(listener)) {
    const certificate = find(call, 'certificate', id)
    if (certificate) change(call, certificate, { usedUntil: until })
  }
  for (const rule of rules) leave(call, rule)
  leave(call, listener)
}

/** The target groups that a listener's or rule's actions name. */
export function forwardsTo(thing: Thing): string[] {
  return objects(thing.data, 'actions').flatMap(action =>
    objects((action.ForwardConfig as JsonObject) ?? {}, 'TargetGroups').map(one => word(one, 'TargetGroupArn')),
  )
}

export function certificatesOf(listener: Thing): string[] {
  return objects(listener.data, 'certificates').map(one => word(one, 'CertificateArn'))
}

export function marker(next: string | undefined): JsonObject {
  return next === undefined ? {} : { NextMarker: next }
}

function unknownName(name: string): never {
  return refuse(400, 'LoadBalancerNotFoundException', `Load balancers '[${name}]' not found`)
}

function attributesOf(balancer: Thing): JsonObject {
  return { ...(balancer.data.attributes as JsonObject) }
}
