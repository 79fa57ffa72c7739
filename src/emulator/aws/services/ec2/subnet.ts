import type { JsonObject } from '../../../../base/json.ts'
import { inside, overlap, parseCidr } from '../../../world/cidr.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { regionOf, type Zone } from '../../core/catalog.ts'
import { arn, newId } from '../../core/ids.ts'
import { operation, refuse, requireParameter, word, wrapped } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, texts, updateResource } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { blockOf, canonical, readyState } from './cidr-block.ts'
import { chosen, dependency, ec2Find, inVpc } from './lookup.ts'
import { freeAddresses, interfacesIn } from './network-interface.ts'
import { newTags } from './tags.ts'

const perVpc = 200

export const subnetOperations: Record<string, Operation> = {
  'ec2.CreateSubnet': operation('VpcId CidrBlock AvailabilityZone AvailabilityZoneId TagSpecifications', createSubnet),
  'ec2.DescribeSubnets': operation('SubnetIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'SubnetIds', 'subnet', {
      'subnet-id': one => one.id,
      'vpc-id': one => text(one, 'vpcId'),
      'availability-zone': one => text(one, 'zone'),
      availabilityZone: one => text(one, 'zone'),
      'availability-zone-id': one => text(one, 'zoneId'),
      'cidr-block': one => text(one, 'cidr'),
      cidr: one => text(one, 'cidr'),
      cidrBlock: one => text(one, 'cidr'),
      'default-for-az': () => 'false',
      'map-public-ip-on-launch': one => String(one.data.mapPublic === true),
      'owner-id': () => call.account,
      state: one => readyState(call, one),
    })
    const { rows, next } = page(input, found)
    return { Subnets: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.ModifySubnetAttribute': operation('SubnetId MapPublicIpOnLaunch', (input, call) => {
    const subnet = ec2Find(call, 'subnet', requireParameter(input, 'SubnetId'))
    const mapPublic = wrapped(input, 'MapPublicIpOnLaunch')
    if (mapPublic !== undefined) updateResource(call, subnet, { mapPublic })
    return {}
  }),
  'ec2.DeleteSubnet': operation('SubnetId', (input, call) => {
    const subnet = ec2Find(call, 'subnet', requireParameter(input, 'SubnetId'))
    if (interfacesIn(call, { subnetId: subnet.id }).length > 0) {
      dependency(`The subnet '${subnet.id}' has dependencies and cannot be deleted.`)
    }
    for (const table of resourcesOf(call, 'route-table')) forget(call, table, subnet.id)
    removeResource(call, subnet)
    return {}
  }),
}

/** The zone of that name or id in the region; undefined when there is none. */
export function zoneOf(call: Call, nameOrId: string): Zone | undefined {
  return regionOf(call.region).zones.find(one => one.name === nameOrId || one.id === nameOrId)
}

function createSubnet(input: JsonObject, call: Call): JsonObject {
  const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
  const block = canonical(requireParameter(input, 'CidrBlock'), 'InvalidSubnet.Range')
  const cidr = parseCidr(block)!
  if (!inside(cidr, blockOf(vpc))) refuse(400, 'InvalidSubnet.Range', `The CIDR '${block}' is invalid.`)
  const zones = regionOf(call.region).zones
  const asked = word(input, 'AvailabilityZone') || word(input, 'AvailabilityZoneId')
  const zone = asked === '' ? zones[0]! : zoneOf(call, asked)
  if (!zone) {
    const names = zones.map(one => one.name).join(', ')
    return refuse(
      400,
      'InvalidParameterValue',
      `Value (${asked}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names}.`,
    )
  }
  const tags = newTags(input, 'subnet')
  const siblings = inVpc(call, 'subnet', vpc.id)
  if (siblings.some(one => overlap(cidr, blockOf(one)))) {
    refuse(400, 'InvalidSubnet.Conflict', `The CIDR '${block}' conflicts with another subnet`)
  }
  if (siblings.length >= perVpc) refuse(400, 'SubnetLimitExceeded', 'The maximum number of subnets has been reached.')
  const data = {
    vpcId: vpc.id,
    cidr: block,
    zone: zone.name,
    zoneId: zone.id,
    mapPublic: false,
    readyAt: call.world.now() + times.subnetReady,
  }
  return { Subnet: describe(call, createResource(call, 'subnet', newId(call, 'subnet'), data, { tags })) }
}

/** The association with a route table goes with the subnet. */
function forget(call: Call, table: Resource, subnetId: string): void {
  const associations = texts(table, 'associations')
  const left = associations.filter(one => !one.endsWith(` ${subnetId}`))
  if (left.length < associations.length) updateResource(call, table, { associations: left })
}

function describe(call: Call, subnet: Resource): JsonObject {
  return {
    SubnetId: subnet.id,
    SubnetArn: arn(call, 'ec2', `subnet/${subnet.id}`),
    VpcId: text(subnet, 'vpcId'),
    CidrBlock: text(subnet, 'cidr'),
    AvailabilityZone: text(subnet, 'zone'),
    AvailabilityZoneId: text(subnet, 'zoneId'),
    AvailableIpAddressCount: freeAddresses(call, subnet),
    MapPublicIpOnLaunch: subnet.data.mapPublic === true,
    AssignIpv6AddressOnCreation: false,
    Ipv6CidrBlockAssociationSet: [],
    DefaultForAz: false,
    OwnerId: call.account,
    State: readyState(call, subnet),
    Tags: tagList(subnet),
  }
}
