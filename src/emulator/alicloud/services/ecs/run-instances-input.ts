import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { diskSizes, instanceStock, instanceType } from '../../core/catalog.ts'
import {
  checkText,
  ecsName,
  flag,
  object,
  refuse,
  requireParameter,
  strongPassword,
  within,
  word,
  words,
} from '../../core/input.ts'
import { text } from '../../core/resources.ts'
import { newTags } from '../../core/tags.ts'
import { freeAddresses } from '../vpc/address.ts'
import { usableVSwitch } from '../vpc/vswitch.ts'
import { type Image, imageOf } from './image.ts'
import { keyPair } from './key-pair.ts'
import { securityGroupOf } from './security-group.ts'

/** The special characters that a machine's password may have. */
export const specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"

/** What was ordered, once everything about it is known to be right. */
export interface RunInstancesInput {
  amount: number
  vswitch: Resource
  privateIp: string
  publicIp: boolean
  disk: JsonObject
  data: JsonObject
  tags: Record<string, string>
}

/** Refuses what the real cloud refuses, before anything is made. */
export function readRunInstancesInput(call: Call, input: JsonObject): RunInstancesInput {
  const vswitch = usableVSwitch(call, input, requireParameter(input, 'VSwitchId'))
  const zone = text(vswitch, 'zone')
  if (word(input, 'ZoneId') !== '' && word(input, 'ZoneId') !== zone) {
    refuse(400, 'InvalidVSwitchId.ZoneMismatch', 'The specified VSwitch is in another zone.')
  }
  const image = checkImage(input)
  const type = checkType(input, zone, image)
  const groups = checkGroups(call, input, vswitch)
  const charge = checkCharge(input)
  const bandwidth = within(input, 'InternetMaxBandwidthOut', 0, 0, 100)
  checkNames(input)
  const amount = within(input, 'Amount', 1, 1, 100)
  if (amount > freeAddresses(call, vswitch)) {
    refuse(400, 'InvalidVSwitchId.IpNotEnough', 'The vSwitch has not enough free private addresses.')
  }
  return {
    amount,
    vswitch,
    privateIp: amount === 1 ? word(input, 'PrivateIpAddress') : '',
    publicIp: bandwidth > 0,
    disk: checkDisk(input, type.disks, image),
    tags: newTags(input),
    data: {
      ...charge,
      ...checkLogin(call, input),
      imageId: image.id,
      type: type.id,
      vpcId: text(vswitch, 'vpcId'),
      vswitchId: vswitch.id,
      zone,
      groups,
      bandwidth,
      bandwidthIn: within(input, 'InternetMaxBandwidthIn', 200, 1, 1000),
      trafficCharge: word(input, 'InternetChargeType') || 'PayByTraffic',
      name: word(input, 'InstanceName'),
      hostName: word(input, 'HostName'),
      description: word(input, 'Description'),
      userData: checkUserData(input),
      role: word(input, 'RamRoleName'),
      httpTokens: checkOne(input, 'HttpTokens', 'optional', ['optional', 'required']),
      httpEndpoint: checkOne(input, 'HttpEndpoint', 'enabled', ['enabled', 'disabled']),
      protected: flag(input, 'DeletionProtection'),
    },
  }
}

function checkImage(input: JsonObject): Image {
  const id = word(input, 'ImageId')
  const family = word(input, 'ImageFamily')
  if ((id === '') === (family === ''))
    refuse(400, 'MissingParameter', 'Exactly one of ImageId and ImageFamily is needed.')
  return imageOf(id, family) ?? refuse(404, 'InvalidImageId.NotFound', 'The specified ImageId does not exist.')
}

function checkType(input: JsonObject, zone: string, image: Image): NonNullable<ReturnType<typeof instanceType>> {
  const id = requireParameter(input, 'InstanceType')
  const type =
    instanceType(id) ??
    refuse(400, 'InvalidInstanceType.ValueNotSupported', `The specified InstanceType ${id} does not exist.`)
  if ((type.arch === 'ARM') !== (image.arch === 'arm64')) {
    refuse(403, 'ImageNotSupportInstanceType', 'The specified image does not support the specified instance type.')
  }
  const stock = instanceStock(id, zone)
  if (stock === 'NotSold')
    refuse(403, 'InvalidResourceType.NotSupported', `The instance type ${id} is not available in the zone ${zone}.`)
  if (stock === 'WithoutStock') {
    refuse(
      403,
      'OperationDenied.NoStock',
      'The requested resource is sold out in the specified zone; try other types or zones.',
    )
  }
  return type
}

function checkGroups(call: Call, input: JsonObject, vswitch: Resource): string[] {
  const one = word(input, 'SecurityGroupId')
  const ids = one === '' ? words(input, 'SecurityGroupIds') : [one]
  if (ids.length === 0) refuse(400, 'MissingParameter', 'SecurityGroupId is mandatory for this action.')
  for (const id of ids) {
    if (text(securityGroupOf(call, input, id), 'vpcId') !== text(vswitch, 'vpcId')) {
      refuse(403, 'InvalidSecurityGroupId.NotInVpc', 'The security group and the vSwitch are in different VPCs.')
    }
  }
  return ids
}

function checkCharge(input: JsonObject): JsonObject {
  const charge = checkOne(input, 'InstanceChargeType', 'PostPaid', ['PostPaid', 'PrePaid'])
  if (charge === 'PostPaid') return { charge, months: 0 }
  const unit = checkOne(input, 'PeriodUnit', 'Month', ['Month', 'Week'])
  const period = within(input, 'Period', 0, 0, 60)
  const months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60]
  if (unit === 'Week' ? period < 1 || period > 4 : !months.includes(period)) {
    refuse(400, 'InvalidPeriod.ValueNotSupported', 'The specified Period is not valid.')
  }
  return { charge, months: unit === 'Week' ? period / 4 : period }
}

function checkNames(input: JsonObject): void {
  checkText(word(input, 'InstanceName'), 2, 128, 'InvalidInstanceName.Malformed', ecsName)
  checkText(word(input, 'Description'), 2, 256, 'InvalidDescription.Malformed')
  checkText(
    word(input, 'HostName'),
    2,
    64,
    'InvalidHostName.Malformed',
    /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)*$/,
  )
}

/** The password itself is not kept: nothing here logs in with it. */
function checkLogin(call: Call, input: JsonObject): JsonObject {
  const name = word(input, 'KeyPairName')
  const password = word(input, 'Password')
  if (name !== '' && !keyPair(call, name)) {
    refuse(404, 'InvalidKeyPairName.NotFound', `The specified KeyPairName ${name} does not exist.`)
  }
  if (password !== '' && !strongPassword(password, 8, 30, specials)) {
    refuse(400, 'InvalidPassword.Malformed', 'The specified parameter Password is not valid.')
  }
  return { keyPair: name, hasPassword: password !== '' }
}

function checkUserData(input: JsonObject): string {
  const data = word(input, 'UserData')
  if (data !== '' && !/^[A-Za-z0-9+/\s]+=*$/.test(data)) {
    refuse(400, 'InvalidUserData.Base64FormatInvalid', 'The specified parameter UserData must be base64 encoded.')
  }
  if (Buffer.from(data, 'base64').length > 32 * 1024) {
    refuse(400, 'InvalidUserData.SizeExceeded', 'The specified parameter UserData exceeds the size.')
  }
  return data
}

function checkDisk(input: JsonObject, sold: string[], image: Image): JsonObject {
  const disk = object(input, 'SystemDisk')
  const category = word(disk, 'Category') || sold[0]!
  const limits = diskSizes[category]
  if (!limits || !sold.includes(category)) {
    refuse(
      400,
      'InvalidSystemDiskCategory.ValueNotSupported',
      `The system disk category ${category} cannot be used here.`,
    )
  }
  const known = ['Category', 'Size', 'PerformanceLevel', 'DiskName', 'Description']
  const other = Object.keys(disk).find(name => !known.includes(name))
  if (other) refuse(400, 'UnsupportedParameter', `The emulator does not simulate SystemDisk.${other} of RunInstances.`)
  const size = within(disk, 'Size', Math.max(40, image.size), 1, 32_768)
  if (size < Math.max(limits[0], image.size) || size > limits[1]) {
    refuse(
      400,
      'InvalidSystemDiskSize.ValueNotSupported',
      `The system disk must have ${image.size} to ${limits[1]} GiB.`,
    )
  }
  const level = word(disk, 'PerformanceLevel') || (category === 'cloud_essd' ? 'PL1' : '')
  if (level !== '' && category === 'cloud_essd' && !/^PL[0-3]$/.test(level)) {
    refuse(400, 'InvalidPerformanceLevel.Malformed', 'PerformanceLevel must be PL0 to PL3.')
  }
  return {
    category,
    size,
    level,
    name: word(disk, 'DiskName'),
    description: word(disk, 'Description'),
    imageId: image.id,
  }
}

function checkOne(input: JsonObject, name: string, fallback: string, allowed: string[]): string {
  const value = word(input, name) || fallback
  if (!allowed.includes(value))
    refuse(400, `Invalid${name}.ValueNotSupported`, `The parameter ${name} must be one of ${allowed.join(', ')}.`)
  return value
}
