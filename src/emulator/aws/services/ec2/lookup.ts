import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { filteredThings, type Reads } from '../../core/filters.ts'
import { refuse, words } from '../../core/input.ts'
import { all, known, listed } from '../../core/resources.ts'

const absent: Record<string, [code: string, noun: string]> = {
  vpc: ['InvalidVpcID.NotFound', 'The vpc ID'],
  subnet: ['InvalidSubnetID.NotFound', 'The subnet ID'],
  'internet-gateway': ['InvalidInternetGatewayID.NotFound', 'The internetGateway ID'],
  'elastic-ip': ['InvalidAllocationID.NotFound', 'The allocation ID'],
  'nat-gateway': ['NatGatewayNotFound', 'The NAT gateway'],
  'route-table': ['InvalidRouteTableID.NotFound', 'The routeTable ID'],
  'security-group': ['InvalidGroup.NotFound', 'The security group'],
  instance: ['InvalidInstanceID.NotFound', 'The instance ID'],
  volume: ['InvalidVolume.NotFound', 'The volume'],
  'network-interface': ['InvalidNetworkInterfaceID.NotFound', 'The networkInterface ID'],
  'launch-template': ['InvalidLaunchTemplateId.NotFound', 'The launch template ID'],
}

/** The thing, or EC2's refusal: also for one so fresh that not all of EC2 knows it (facts §3). */
export function ec2Find(call: Call, type: string, id: string): Thing {
  const thing = known(call, type, id)
  if (thing) return thing
  const [code, noun] = absent[type] ?? ['InvalidID', 'The ID']
  return refuse(400, code, `${noun} '${id}' does not exist`)
}

/** What a Describe action shows: asked ids at once (each must exist), everything else as look-ups lag; then filters. */
export function chosen(call: Call, input: JsonObject, ids: string, type: string, reads: Reads<Thing>): Thing[] {
  const asked = [...new Set(words(input, ids))]
  const things = asked.length > 0 ? asked.map(id => ec2Find(call, type, id)) : listed(call, type)
  return filteredThings(input, things, reads)
}

/** Things of a type in a VPC, lag or no lag. */
export function inVpc(call: Call, type: string, vpcId: string): Thing[] {
  return all(call, type).filter(thing => thing.data.vpcId === vpcId)
}

export function dependency(message: string): never {
  return refuse(400, 'DependencyViolation', message)
}

/** The internet gateway attached to a VPC. */
export function gatewayOf(call: Call, vpcId: string): Thing | undefined {
  return all(call, 'internet-gateway').find(one => one.data.vpcId === vpcId)
}
