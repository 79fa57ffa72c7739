import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { find, text, texts, time } from '../../core/resources.ts'

export function describeBalancer(call: Call, balancer: Thing): JsonObject {
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

export function zonesOf(call: Call, balancer: Thing): JsonObject[] {
  return texts(balancer, 'subnets').map(id => {
    const subnet = find(call, 'subnet', id)
    return { ZoneName: subnet ? text(subnet, 'zone') : '', SubnetId: id, LoadBalancerAddresses: [] }
  })
}

export function balancerState(call: Call, balancer: Thing): 'provisioning' | 'active' {
  return call.world.now() < time(balancer, 'readyAt') ? 'provisioning' : 'active'
}
