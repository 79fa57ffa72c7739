import type { JsonObject } from '../../../../base/json.ts'
import { address, parseAddress, parseCidr } from '../../../world/cidr.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import { operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  removeResource,
  resourcesOf,
  text,
  texts,
  time,
  updateResource,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { chosen, ec2Find } from './lookup.ts'
import { newTags } from './tags.ts'

/** Network interfaces: of instances, and those that managed products put into a VPC and leave there for a while. */

/** What a new interface is for. */
export interface NewInterface {
  subnet: Resource
  groups: string[]
  description: string
  /** Who manages it: `amazon-elb`, `amazon-aws` (NLB, NAT), `amazon-rds`, `amazon-elasticache`; nothing for the account itself. */
  owner?: string
  /** `interface`, `nat_gateway`, `network_load_balancer`… */
  kind?: string
  instanceId?: string
  /** A public address of the cloud's own is mapped to it. */
  isPublic?: boolean
  privateIp?: string
  tags?: Record<string, string>
  born?: number
}

/** Puts an interface into a subnet and takes the lowest free address. Refused when none is left. */
export function createInterface(call: Call, of: NewInterface): Resource {
  const id = newId(call, 'eni')
  const privateIp = takeAddress(call, of.subnet, of.privateIp)
  const data = {
    subnetId: of.subnet.id,
    vpcId: text(of.subnet, 'vpcId'),
    zone: text(of.subnet, 'zone'),
    privateIp,
    mac: `06:${privateIp
      .split('.')
      .map(part => Number(part).toString(16).padStart(2, '0'))
      .join(':')}:01`,
    groups: of.groups,
    description: of.description,
    owner: of.owner ?? '',
    kind: of.kind ?? 'interface',
    instanceId: of.instanceId ?? '',
    publicIp: of.isPublic ? publicAddress(call) : '',
    attachmentId: of.instanceId || of.owner ? newId(call, 'eni-attach') : '',
  }
  return createResource(call, 'network-interface', id, data, {
    ...(of.tags && { tags: of.tags }),
    ...(of.born !== undefined && { born: of.born }),
  })
}

/** Its owner goes; the interface stays until `after` milliseconds from now. */
export function releaseInterface(call: Call, id: string, after: number = times.interfaceLingers): void {
  const resource = findResource(call, 'network-interface', id)
  if (!resource) return
  const heldUntil = call.world.now() + after + times.groupLingers
  for (const group of texts(resource, 'groups')) {
    const held = findResource(call, 'security-group', group)
    if (held && time(held, 'heldUntil') < heldUntil) updateResource(call, held, { heldUntil })
  }
  removeResource(call, resource, after)
}

/** The interfaces in a subnet or VPC that still exist, lingering ones too. */
export function interfacesIn(call: Call, where: { subnetId: string } | { vpcId: string }): Resource[] {
  const [field, id] = Object.entries(where)[0]!
  return resourcesOf(call, 'network-interface').filter(resource => resource.data[field] === id)
}

/** The public address mapped to an interface: an elastic one before its own; '' when none. */
export function publicIpOf(call: Call, resource: Resource): string {
  const elastic = elasticOf(call, resource)
  return elastic ? text(elastic, 'publicIp') : text(resource, 'publicIp')
}

/** The elastic address associated with the interface, if any. */
export function elasticOf(call: Call, resource: Resource): Resource | undefined {
  return resourcesOf(call, 'elastic-ip').find(one => one.data.interfaceId === resource.id && isAssociated(call, one))
}

/** Whether an elastic address is mapped. A NAT gateway holds its own until it is deleted. */
export function isAssociated(call: Call, elastic: Resource): boolean {
  if (findResource(call, 'network-interface', text(elastic, 'interfaceId')) === undefined) return false
  const nat = findResource(call, 'nat-gateway', text(elastic, 'natGatewayId'))
  return !nat || nat.data.deletedAt === undefined || call.world.now() < Number(nat.data.deletedAt)
}

/** How many addresses of the subnet are left. */
export function freeAddresses(call: Call, subnet: Resource): number {
  return parseCidr(text(subnet, 'cidr'))!.size - 5 - interfacesIn(call, { subnetId: subnet.id }).length
}

function takeAddress(call: Call, subnet: Resource, asked = ''): string {
  const block = parseCidr(text(subnet, 'cidr'))!
  const taken = new Set(interfacesIn(call, { subnetId: subnet.id }).map(one => text(one, 'privateIp')))
  // The first four and the last address of a subnet are the cloud's own.
  const low = block.first + 4
  const high = block.first + block.size - 2
  if (asked !== '') {
    const value = parseAddress(asked)
    if (value === undefined || value < low || value > high)
      refuse(400, 'InvalidParameterValue', `Address ${asked} does not fall within the subnet's address range`)
    if (taken.has(asked)) refuse(400, 'InvalidIPAddress.InUse', `Address ${asked} is in use.`)
    return asked
  }
  for (let value = low; value <= high; value++) {
    if (!taken.has(address(value))) return address(value)
  }
  return refuse(
    400,
    'InsufficientFreeAddressesInSubnet',
    `The subnet ${subnet.id} has no free addresses to satisfy the request.`,
  )
}

/** From 198.18.0.0/15, which is set aside for tests (RFC 2544): no machine answers there. */
export function publicAddress(call: Call): string {
  const low = parseCidr('198.18.0.0/15')!
  return address(low.first + 256 + Math.floor(call.world.random() * (low.size - 512)))
}

/** The DNS name of a public address. */
export function publicName(call: Call, ip: string): string {
  const zone = call.region === 'us-east-1' ? 'compute-1' : `${call.region}.compute`
  return ip === '' ? '' : `ec2-${ip.replaceAll('.', '-')}.${zone}.amazonaws.com`
}

/** Security groups as answers list them: id and name. */
export function groupNames(call: Call, groups: string[]): JsonObject[] {
  return groups.map(GroupId => {
    const group = findResource(call, 'security-group', GroupId)
    return { GroupId, GroupName: group ? text(group, 'name') : '' }
  })
}

export const networkInterfaceOperations: Record<string, Operation> = {
  'ec2.CreateNetworkInterface': operation(
    'SubnetId Description Groups PrivateIpAddress TagSpecifications',
    (input, call) => {
      const subnet = ec2Find(call, 'subnet', word(input, 'SubnetId'))
      const groups = words(input, 'Groups').map(id => ec2Find(call, 'security-group', id).id)
      const tags = newTags(input, 'network-interface')
      const description = word(input, 'Description')
      const privateIp = word(input, 'PrivateIpAddress')
      const fallback = resourcesOf(call, 'security-group').find(
        one => one.data.isDefault === true && one.data.vpcId === subnet.data.vpcId,
      )
      const chosenGroups = groups.length > 0 ? groups : [fallback?.id ?? []].flat()
      const made = createInterface(call, { subnet, groups: chosenGroups, description, privateIp, tags })
      return { NetworkInterface: describe(call, made) }
    },
  ),
  'ec2.DescribeNetworkInterfaces': operation('NetworkInterfaceIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'NetworkInterfaceIds', 'network-interface', {
      'network-interface-id': one => one.id,
      'subnet-id': one => text(one, 'subnetId'),
      'vpc-id': one => text(one, 'vpcId'),
      'availability-zone': one => text(one, 'zone'),
      description: one => text(one, 'description'),
      'group-id': one => texts(one, 'groups'),
      'group-name': one => groupNames(call, texts(one, 'groups')).map(group => String(group.GroupName)),
      'interface-type': one => text(one, 'kind'),
      'private-ip-address': one => text(one, 'privateIp'),
      'addresses.private-ip-address': one => text(one, 'privateIp'),
      'association.public-ip': one => publicIpOf(call, one),
      'association.allocation-id': one => elasticOf(call, one)?.id,
      'attachment.instance-id': one => text(one, 'instanceId'),
      'attachment.instance-owner-id': one => text(one, 'owner') || call.account,
      'attachment.attachment-id': one => text(one, 'attachmentId'),
      'attachment.status': one => (text(one, 'attachmentId') ? 'attached' : 'detached'),
      'requester-managed': one => String(text(one, 'owner') !== ''),
      'requester-id': one => text(one, 'owner'),
      'owner-id': () => call.account,
      status: statusOf,
    })
    const { rows, next } = page(input, found)
    return { NetworkInterfaces: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.ModifyNetworkInterfaceAttribute': operation('NetworkInterfaceId Groups', (input, call) => {
    const one = ec2Find(call, 'network-interface', word(input, 'NetworkInterfaceId'))
    const groups = words(input, 'Groups').map(id => ec2Find(call, 'security-group', id).id)
    if (groups.length > 0) updateResource(call, one, { groups })
    return {}
  }),
  'ec2.DeleteNetworkInterface': operation('NetworkInterfaceId', (input, call) => {
    const one = ec2Find(call, 'network-interface', word(input, 'NetworkInterfaceId'))
    if (statusOf(one) === 'in-use') {
      if (text(one, 'owner') !== '')
        refuse(400, 'OperationNotPermitted', 'You are not allowed to manage this network interface.')
      refuse(400, 'InvalidParameterValue', `Network interface '${one.id}' is currently in use.`)
    }
    removeResource(call, one)
    return {}
  }),
}

/** in-use, or available. */
export function statusOf(resource: Resource): string {
  return text(resource, 'attachmentId') === '' ? 'available' : 'in-use'
}

function describe(call: Call, one: Resource): JsonObject {
  const association = associationOf(call, one)
  const managed = text(one, 'owner') !== ''
  const elastic = elasticOf(call, one)
  return {
    NetworkInterfaceId: one.id,
    SubnetId: text(one, 'subnetId'),
    VpcId: text(one, 'vpcId'),
    AvailabilityZone: text(one, 'zone'),
    Description: text(one, 'description'),
    Groups: groupNames(call, texts(one, 'groups')),
    InterfaceType: text(one, 'kind'),
    MacAddress: text(one, 'mac'),
    OwnerId: call.account,
    PrivateIpAddress: text(one, 'privateIp'),
    PrivateIpAddresses: [
      { Primary: true, PrivateIpAddress: text(one, 'privateIp'), ...(association && { Association: association }) },
    ],
    Ipv6Addresses: [],
    RequesterManaged: managed,
    ...(managed && { RequesterId: text(one, 'owner') }),
    SourceDestCheck: text(one, 'kind') !== 'nat_gateway',
    Status: statusOf(one),
    TagSet: tagList(one),
    ...(association && {
      Association: {
        ...association,
        ...(elastic && { AllocationId: elastic.id, AssociationId: text(elastic, 'associationId') }),
      },
    }),
    ...(statusOf(one) === 'in-use' && { Attachment: attachmentOf(call, one) }),
  }
}

/** The public address as interfaces and instances show it; undefined when none. */
export function associationOf(call: Call, one: Resource): JsonObject | undefined {
  const ip = publicIpOf(call, one)
  if (ip === '') return undefined
  const IpOwnerId = elasticOf(call, one) ? call.account : 'amazon'
  return { IpOwnerId, PublicDnsName: publicName(call, ip), PublicIp: ip }
}

function attachmentOf(call: Call, one: Resource): JsonObject {
  const managed = text(one, 'owner') !== ''
  return {
    AttachTime: date(call, one.born),
    AttachmentId: text(one, 'attachmentId'),
    DeleteOnTermination: !managed,
    DeviceIndex: managed ? 1 : 0,
    InstanceOwnerId: managed ? text(one, 'owner') : call.account,
    Status: 'attached',
    ...(text(one, 'instanceId') && { InstanceId: text(one, 'instanceId') }),
  }
}
