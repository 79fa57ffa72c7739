import type { JsonObject } from '../../kind.ts'
import type { Call, Thing } from '../model.ts'
import { publicAddress, takeAddress } from './addresses.ts'
import {
  all,
  change,
  checkText,
  find,
  flag,
  jsonWords,
  listed,
  make,
  need,
  newId,
  object,
  operation,
  refuse,
  strongPassword,
  text,
  within,
  word,
  words,
} from './ask.ts'
import { diskSizes, instanceStock, instanceType, regionOf } from './catalog.ts'
import { groupOf } from './groups.ts'
import { type Image, imageOf } from './images.ts'
import { keyPair } from './keys.ts'
import { newTags } from './tags.ts'
import { times } from './times.ts'
import { usableVSwitch } from './vpc.ts'

export const specials = "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"

const accepted =
  'ImageId ImageFamily InstanceType SecurityGroupId SecurityGroupIds VSwitchId ZoneId InstanceName HostName Description KeyPairName Password UserData ' +
  'SystemDisk InternetMaxBandwidthOut InternetMaxBandwidthIn InternetChargeType InstanceChargeType Period PeriodUnit AutoPay AutoRenew AutoRenewPeriod ' +
  'RamRoleName HttpTokens HttpEndpoint HttpPutResponseHopLimit DeletionProtection Amount MinAmount Tag DryRun IoOptimized PrivateIpAddress SecurityEnhancementStrategy CreditSpecification'

/** The one action that makes machines; each comes with a disk and a network interface that die with it. */
export const runOperations = {
  'ecs.RunInstances': operation(accepted, (input, call) => {
    regionOf(call.region)
    const order = readOrder(call, input)
    if (flag(input, 'DryRun')) {
      refuse(400, 'DryRunOperation', 'Request validation has been passed with DryRun flag set.')
    }
    const ids = Array.from({ length: order.amount }, (_, index) => boot(call, order, index))
    return {
      InstanceIdSets: { InstanceIdSet: ids },
      ...(order.data.charge === 'PrePaid' && { OrderId: String(100_000_000_000_000 + ids.length) }),
    }
  }),
}

/** What was ordered, once everything about it is known to be right. */
interface Order {
  amount: number
  vswitch: Thing
  privateIp: string
  publicIp: boolean
  disk: JsonObject
  data: JsonObject
  tags: Record<string, string>
}

function readOrder(call: Call, input: JsonObject): Order {
  const vswitch = usableVSwitch(call, input, need(input, 'VSwitchId'))
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

function boot(call: Call, order: Order, index: number): string {
  const now = call.world.now()
  const id = newId(call, 'i')
  const diskId = newId(call, 'd')
  const interfaceId = newId(call, 'eni')
  const privateIp = takeAddress(call, order.vswitch, order.privateIp)
  const shared = { zone: text(order.vswitch, 'zone'), instanceId: id }
  const region = order.vswitch.region
  make(call, 'disk', diskId, { ...order.disk, ...shared }, { ...order.tags }, region)
  const data = {
    ...shared,
    privateIp,
    mac: macOf(privateIp),
    vswitchId: order.vswitch.id,
    vpcId: text(order.vswitch, 'vpcId'),
    groups: order.data.groups ?? [],
  }
  make(call, 'network-interface', interfaceId, data, { ...order.tags }, region)
  const name = String(order.data.name)
  const machine = {
    ...order.data,
    name: name || id,
    hostName: String(order.data.hostName) || `iZ${id.slice(2)}Z`,
    privateIp,
    publicIp: order.publicIp ? publicAddress(call) : '',
    diskId,
    interfaceId,
    index,
    // Where it is heading and when it is there; what it is now follows from the clock.
    toward: 'Running',
    thereAt: now + times.instanceRunning,
  }
  make(call, 'instance', id, machine, { ...order.tags }, region)
  return id
}

function checkImage(input: JsonObject): Image {
  const id = word(input, 'ImageId')
  const family = word(input, 'ImageFamily')
  if ((id === '') === (family === ''))
    refuse(400, 'MissingParameter', 'Exactly one of ImageId and ImageFamily is needed.')
  return imageOf(id, family) ?? refuse(404, 'InvalidImageId.NotFound', 'The specified ImageId does not exist.')
}

function checkType(input: JsonObject, zone: string, image: Image): NonNullable<ReturnType<typeof instanceType>> {
  const id = need(input, 'InstanceType')
  const type =
    instanceType(id) ??
    refuse(400, 'InvalidInstanceType.ValueNotSupported', `The specified InstanceType ${id} does not exist.`)
  if ((type.arch === 'ARM') !== (image.arch === 'arm64')) {
    refuse(403, 'ImageNotSupportInstanceType', 'The specified image does not support the specified instance type.')
  }
  const stock = instanceStock(id, zone)
  if (stock === 'NotSold')
    refuse(403, 'InvalidResourceType.NotSupported', `The instance type ${id} is not sold in the zone ${zone}.`)
  if (stock === 'WithoutStock') {
    refuse(
      403,
      'OperationDenied.NoStock',
      'The requested resource is sold out in the specified zone; try other types or zones.',
    )
  }
  return type
}

function checkGroups(call: Call, input: JsonObject, vswitch: Thing): string[] {
  const one = word(input, 'SecurityGroupId')
  const ids = one === '' ? words(input, 'SecurityGroupIds') : [one]
  if (ids.length === 0) refuse(400, 'MissingParameter', 'SecurityGroupId is mandatory for this action.')
  for (const id of ids) {
    if (text(groupOf(call, input, id), 'vpcId') !== text(vswitch, 'vpcId')) {
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
  checkText(word(input, 'InstanceName'), 2, 128, 'InvalidInstanceName.Malformed', /^\p{L}/u)
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
  if (other)
    refuse(400, 'UnsupportedParameter', `The embedded cloud does not simulate SystemDisk.${other} of RunInstances.`)
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

function macOf(ip: string): string {
  return ['00', '16', ...ip.split('.').map(part => Number(part).toString(16).padStart(2, '0'))].join(':')
}

/** The instances a look-up asks for: by id at once, otherwise as the list shows them. */
export function chosenInstances(call: Call, input: JsonObject): Thing[] {
  const ids = jsonWords(input, 'InstanceIds')
  if (ids && ids.length > 100) refuse(400, 'InvalidInstanceIds.Malformed', 'At most 100 ids.')
  return ids ? all(call, 'instance').filter(one => ids.includes(one.id)) : listed(call, 'instance')
}

export function instanceOf(call: Call, input: JsonObject, id: string): Thing {
  return (
    find(call, input, 'instance', id) ??
    refuse(404, 'InvalidInstanceId.NotFound', 'The specified InstanceId does not exist.')
  )
}

/** Pending, Starting, Running, Stopping, Stopped. */
export function instanceStatus(call: Call, instance: Thing): string {
  const now = call.world.now()
  if (instance.goneAt !== undefined) return 'Stopping'
  const there = now >= Number(instance.data.thereAt)
  if (text(instance, 'toward') === 'Stopped') return there ? 'Stopped' : 'Stopping'
  if (there) return 'Running'
  return now < instance.born + times.instancePending ? 'Pending' : 'Starting'
}

export function agentReadyAt(instance: Thing): number {
  return Number(instance.data.thereAt) + times.agent
}

export function turn(call: Call, instance: Thing, toward: 'Running' | 'Stopped'): void {
  const takes = toward === 'Running' ? times.instanceStart : times.instanceStop
  change(call, instance, { toward, thereAt: call.world.now() + takes })
}
