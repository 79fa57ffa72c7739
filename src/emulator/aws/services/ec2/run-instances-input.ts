import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { type InstanceType, instanceType, isOffered, isSoldOut } from '../../core/catalog.ts'
import { flag, number, object, objects, refuse, word, words } from '../../core/input.ts'
import { text } from '../../core/resources.ts'
import { usableProfile } from '../iam/instance-profile.ts'
import { vcpuQuota, vcpusInUse } from './availability.ts'
import { type Image, imageOf, publicParameters } from './image.ts'
import { keyNamed } from './key-pair.ts'
import { readUserData } from './launch-fields.ts'
import { fromTemplate } from './launch-template.ts'
import { ec2Find } from './lookup.ts'
import { freeAddresses } from './network-interface.ts'
import { defaultGroup, groupsIn } from './security-group.ts'
import { zoneOf } from './subnet.ts'
import { newTags } from './tags.ts'

/** An instance that was asked for, every word of it checked. */
export interface RunInstancesInput {
  image: Image
  type: InstanceType
  subnet: Resource
  groups: string[]
  keyName: string
  profileArn: string
  userData: string
  volumes: VolumeInput[]
  isPublic: boolean
  privateIp: string
  interfaceDescription: string
  metadata: JsonObject
  protect: boolean
  tags: { instance: Record<string, string>; volume: Record<string, string>; interface: Record<string, string> }
}

/** A volume as the image or the request wants it. */
export interface VolumeInput {
  device: string
  size: number
  type: string
  deleteOnTermination: boolean
  encrypted: boolean
}

/** Reads `RunInstances` input, with what its `LaunchTemplate` says beneath. Throws EC2's refusals. */
export function readRunInstancesInput(call: Call, request: JsonObject, count = 1): RunInstancesInput {
  const input = withTemplate(call, request)
  const image = imageOf(call.region, imageId(call, word(input, 'ImageId')))
  const type = readType(input, image)
  const port = readInterface(input)
  const subnetId = port ? word(port, 'SubnetId') : word(input, 'SubnetId')
  if (subnetId === '') {
    refuse(400, 'MissingInput', 'No subnets found for the default VPC. Please specify a subnet.')
  }
  const subnet = ec2Find(call, 'subnet', subnetId)
  const vpcId = text(subnet, 'vpcId')
  const named = port ? words(port, 'Groups') : words(input, 'SecurityGroupIds')
  const groups = groupsIn(call, [...new Set(named)], vpcId, `subnet ${subnet.id}`)
  if (groups.length > 5)
    refuse(400, 'SecurityGroupsPerInterfaceLimitExceeded', 'At most 5 security groups per network interface.')
  const keyName = word(input, 'KeyName')
  if (keyName !== '') keyNamed(call, keyName)
  const profile = object(input, 'IamInstanceProfile')
  checkAvailability(call, subnet, type, count)
  return {
    image,
    type,
    subnet,
    groups: groups.length > 0 ? groups : defaultGroup(call, vpcId),
    keyName,
    profileArn: Object.keys(profile).length > 0 ? usableProfile(call, profile).id : '',
    userData: readUserData(word(input, 'UserData')),
    volumes: readVolumes(input, image),
    isPublic: port
      ? flag(port, 'AssociatePublicIpAddress', subnet.data.mapPublic === true)
      : subnet.data.mapPublic === true,
    privateIp: port ? word(port, 'PrivateIpAddress') : word(input, 'PrivateIpAddress'),
    interfaceDescription: port ? word(port, 'Description') : '',
    metadata: object(input, 'MetadataOptions'),
    protect: flag(input, 'DisableApiTermination'),
    tags: readTags(input),
  }
}

function withTemplate(call: Call, request: JsonObject): JsonObject {
  const { LaunchTemplate: _, ...own } = request
  const asked = object(request, 'LaunchTemplate')
  if (Object.keys(asked).length === 0) return own
  const { TagSpecifications: beneath, ...data } = fromTemplate(call, asked).data
  // Tags add up by type; everything else is replaced.
  const types = objects(own, 'TagSpecifications').map(one => word(one, 'ResourceType'))
  const kept = objects({ beneath: beneath ?? [] }, 'beneath').filter(one => !types.includes(word(one, 'ResourceType')))
  return { ...data, ...own, TagSpecifications: [...kept, ...objects(own, 'TagSpecifications')] }
}

function imageId(call: Call, asked: string): string {
  if (asked === '') refuse(400, 'MissingParameter', 'The request must contain the parameter ImageId')
  if (!asked.startsWith('resolve:ssm:')) return asked
  const name = asked.slice('resolve:ssm:'.length)
  const words = `Parameter '${name}' of the image does not exist`
  return publicParameters(call.region)[name] ?? refuse(400, 'InvalidParameterValue', words)
}

function readType(input: JsonObject, image: Image): InstanceType {
  const name = word(input, 'InstanceType') || 'm1.small'
  const type = instanceType(name)
  if (!type) return refuse(400, 'InvalidParameterValue', `Invalid value '${name}' for InstanceType.`)
  if (!type.archs.includes(image.arch)) {
    refuse(
      400,
      'InvalidParameterValue',
      `The architecture '${type.archs.join(',')}' of the specified instance type does not match the architecture '${image.arch}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    )
  }
  return type
}

/** The one interface a launch describes, which then says where and which groups. */
function readInterface(input: JsonObject): JsonObject | undefined {
  const [port, ...others] = objects(input, 'NetworkInterfaces')
  if (!port) return undefined
  if (others.length > 0 || word(port, 'NetworkInterfaceId') !== '')
    refuse(400, 'UnsupportedParameter', 'The emulator simulates one new network interface per instance.')
  if (word(input, 'SubnetId') !== '' && word(port, 'SubnetId') !== '') mixed('subnet IDs')
  if (words(input, 'SecurityGroupIds').length > 0) mixed('security groups')
  return { ...port, SubnetId: word(port, 'SubnetId') || word(input, 'SubnetId') }
}

function mixed(what: string): never {
  return refuse(
    400,
    'InvalidParameterCombination',
    `Network interfaces and an instance-level ${what} may not be specified on the same request`,
  )
}

function checkAvailability(call: Call, subnet: Resource, type: InstanceType, count: number): void {
  const zone = zoneOf(call, text(subnet, 'zone'))!
  if (!isOffered(zone, type.name)) {
    refuse(
      400,
      'Unsupported',
      `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${zone.name}).`,
    )
  }
  if (vcpusInUse(call) + type.vcpus * count > vcpuQuota) {
    refuse(
      400,
      'VcpuLimitExceeded',
      `You have requested more vCPU capacity than your current vCPU limit of ${vcpuQuota} allows for the instance bucket that the specified instance type belongs to.`,
    )
  }
  if (freeAddresses(call, subnet) < count) {
    const words = `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`
    refuse(400, 'InsufficientFreeAddressesInSubnet', words)
  }
  // A server's error, as on the real cloud: 500, and nothing was made.
  if (isSoldOut(zone, type.name)) {
    const words = `We currently do not have sufficient ${type.name} capacity in the Availability Zone you requested (${zone.name}).`
    refuse(500, 'InsufficientInstanceCapacity', words)
  }
}

const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard']

function readVolumes(input: JsonObject, image: Image): VolumeInput[] {
  const asked = objects(input, 'BlockDeviceMappings')
  const root = asked.find(one => word(one, 'DeviceName') === image.root)
  const others = asked.filter(one => one !== root)
  return [
    readVolume(image.root, object(root ?? {}, 'Ebs'), image.size),
    ...others.map(one => readVolume(word(one, 'DeviceName'), object(one, 'Ebs'), 1)),
  ]
}

function readVolume(device: string, ebs: JsonObject, least: number): VolumeInput {
  const size = number(ebs, 'VolumeSize', Math.max(least, 1))
  if (size < least || size > 16_384) {
    const words = `Volume of size ${size}GB is smaller than snapshot, expect size >= ${least}GB`
    refuse(400, 'InvalidBlockDeviceMapping', words)
  }
  const type = word(ebs, 'VolumeType') || 'gp3'
  if (!volumeTypes.includes(type))
    refuse(400, 'InvalidParameterValue', `Value (${type}) for parameter volumeType is invalid.`)
  return {
    device,
    size,
    type,
    deleteOnTermination: flag(ebs, 'DeleteOnTermination', true),
    encrypted: flag(ebs, 'Encrypted'),
  }
}

function readTags(input: JsonObject): RunInstancesInput['tags'] {
  const types = ['instance', 'volume', 'network-interface']
  const of = (type: string) => newTags(input, type, types)
  return { instance: of('instance'), volume: of('volume'), interface: of('network-interface') }
}
