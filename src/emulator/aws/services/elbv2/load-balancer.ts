import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
  texts,
  updateResource,
} from '../../core/resources.ts'
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
          : listedResources(call, 'load-balancer')
    const { rows, next } = page(input, found, { limit: 'PageSize', token: 'Marker', size: 400 })
    return { LoadBalancers: rows.map(one => describeBalancer(call, one)), ...marker(next) }
  }),
  'elbv2.DeleteLoadBalancer': operation('LoadBalancerArn', (input, call) => {
    const id = requireParameter(input, 'LoadBalancerArn', 'ValidationError')
    const balancer = findResource(call, 'load-balancer', id)
    // Deleting what is not there succeeds.
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
    removeResource(call, balancer)
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
    if (!Number.isInteger(idle) || idle < 1 || idle > 4000)
      misconfigured("'idle_timeout.timeout_seconds' must be between '1' and '4000'")
    updateResource(call, balancer, { attributes })
    return { Attributes: attributeList(attributes) }
  }),
  'elbv2.SetSecurityGroups': operation('LoadBalancerArn SecurityGroups', (input, call) => {
    const balancer = balancerOf(call, input)
    // A network load balancer that began without groups can never get any, and must keep one.
    if (!isApplication(balancer) && texts(balancer, 'groups').length === 0) {
      misconfigured('Security groups cannot be associated with a load balancer that was created without any.')
    }
    const groups = readGroups(call, words(input, 'SecurityGroups'), text(balancer, 'vpcId'))
    if (groups.length === 0) invalid('At least one security group must be specified')
    updateResource(call, balancer, { groups })
    for (const id of texts(balancer, 'interfaces')) {
      const one = findResource(call, 'network-interface', id)
      if (one) updateResource(call, one, { groups })
    }
    return { SecurityGroupIds: groups }
  }),
  'elbv2.SetSubnets': operation('LoadBalancerArn Subnets SubnetMappings', (input, call) => {
    const balancer = balancerOf(call, input)
    const subnets = readSubnets(call, input, text(balancer, 'type'), text(balancer, 'scheme'))
    const before = texts(balancer, 'interfaces').map(id => findResource(call, 'network-interface', id))
    const kept = before.filter(one => one && subnets.some(subnet => subnet.id === text(one, 'subnetId')))
    for (const one of before) {
      if (one && !kept.includes(one)) releaseInterface(call, one.id, times.balancerInterfaceLingers)
    }
    const fresh = subnets.filter(subnet => !kept.some(one => one && text(one, 'subnetId') === subnet.id))
    const path = balancerPath(balancer)
    const added = fresh.map(subnet => interfaceIn(call, balancer.data, path, subnet))
    updateResource(call, balancer, {
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

/** The load balancer that the call names. Refused when it is not there. */
export function balancerOf(call: Call, input: JsonObject): Resource {
  return elbFind(call, 'load-balancer', requireParameter(input, 'LoadBalancerArn', 'ValidationError'))
}

/** The listeners of a load balancer. */
export function listenersOf(call: Call, balancer: Resource): Resource[] {
  return resourcesOf(call, 'listener').filter(one => text(one, 'balancerId') === balancer.id)
}

/** A listener goes with its rules. What it forwarded to counts as used for a moment longer. */
export function dropListener(call: Call, listener: Resource): void {
  const rules = resourcesOf(call, 'rule').filter(one => text(one, 'listenerId') === listener.id)
  const until = call.world.now() + times.listenerForgotten
  for (const id of [listener, ...rules].flatMap(forwardsTo)) {
    const group = findResource(call, 'target-group', id)
    if (group) updateResource(call, group, { usedUntil: until })
  }
  for (const id of certificatesOf(listener)) {
    const certificate = findResource(call, 'certificate', id)
    if (certificate) updateResource(call, certificate, { usedUntil: until })
  }
  for (const rule of rules) removeResource(call, rule)
  removeResource(call, listener)
}

/** The target groups that a listener's or rule's actions name. */
export function forwardsTo(resource: Resource): string[] {
  return objects(resource.data, 'actions').flatMap(action =>
    objects((action.ForwardConfig as JsonObject) ?? {}, 'TargetGroups').map(one => word(one, 'TargetGroupArn')),
  )
}

/** The ARNs of a listener's certificates, the default one first. */
export function certificatesOf(listener: Resource): string[] {
  return objects(listener.data, 'certificates').map(one => word(one, 'CertificateArn'))
}

/** `{NextMarker}` where there is more. */
export function marker(next: string | undefined): JsonObject {
  return next === undefined ? {} : { NextMarker: next }
}

function unknownName(name: string): never {
  return refuse(400, 'LoadBalancerNotFoundException', `Load balancers '[${name}]' not found`)
}

function attributesOf(balancer: Resource): JsonObject {
  return { ...(balancer.data.attributes as JsonObject) }
}
