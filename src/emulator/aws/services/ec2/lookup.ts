import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { filteredThings, type Reads } from '../../core/filters.ts'
import { refuse, words } from '../../core/input.ts'
import { knownResource, listedResources, resourcesOf } from '../../core/resources.ts'

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

/** The resource, or EC2's refusal: also for one so fresh that not all of EC2 knows it. */
export function ec2Find(call: Call, type: string, id: string): Resource {
  const resource = knownResource(call, type, id)
  if (resource) return resource
  const [code, noun] = absent[type] ?? ['InvalidID', 'The ID']
  return refuse(400, code, `${noun} '${id}' does not exist`)
}

/** What a Describe action shows: asked ids at once (each must exist), everything else as look-ups lag; then filters. */
export function chosen(call: Call, input: JsonObject, ids: string, type: string, reads: Reads<Resource>): Resource[] {
  const asked = [...new Set(words(input, ids))]
  const resources = asked.length > 0 ? asked.map(id => ec2Find(call, type, id)) : listedResources(call, type)
  return filteredThings(input, resources, reads)
}

/** Resources of a type in a VPC, lag or no lag. */
export function inVpc(call: Call, type: string, vpcId: string): Resource[] {
  return resourcesOf(call, type).filter(resource => resource.data.vpcId === vpcId)
}

/** Refuses to remove something that others depend on. */
export function dependency(message: string): never {
  return refuse(400, 'DependencyViolation', message)
}

/** The internet gateway attached to a VPC. */
export function gatewayOf(call: Call, vpcId: string): Resource | undefined {
  return resourcesOf(call, 'internet-gateway').find(one => one.data.vpcId === vpcId)
}
