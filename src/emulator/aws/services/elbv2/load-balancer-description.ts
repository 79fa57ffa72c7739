import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { findResource, text, texts, time } from '../../core/resources.ts'

/** A load balancer as `DescribeLoadBalancers` shows it. */
export function describeBalancer(call: Call, balancer: Resource): JsonObject {
  return {
    LoadBalancerArn: balancer.id,
    LoadBalancerName: text(balancer, 'name'),
    DNSName: text(balancer, 'dnsName'),
    CanonicalHostedZoneId: text(balancer, 'zoneId'),
    CreatedTime: date(call, balancer.born),
    Scheme: text(balancer, 'scheme'),
    VpcId: text(balancer, 'vpcId'),
    State: { Code: balancerState(call, balancer) },
    Type: text(balancer, 'type'),
    AvailabilityZones: zonesOf(call, balancer),
    SecurityGroups: texts(balancer, 'groups'),
    IpAddressType: 'ipv4',
  }
}

/** Its zones, each with the subnet it has there. */
export function zonesOf(call: Call, balancer: Resource): JsonObject[] {
  return texts(balancer, 'subnets').map(id => {
    const subnet = findResource(call, 'subnet', id)
    return { ZoneName: subnet ? text(subnet, 'zone') : '', SubnetId: id, LoadBalancerAddresses: [] }
  })
}

/** provisioning, then active. */
export function balancerState(call: Call, balancer: Resource): 'provisioning' | 'active' {
  return call.world.now() < time(balancer, 'readyAt') ? 'provisioning' : 'active'
}
