import type { JsonObject } from '../../../../base/json.ts'
import { inside, overlap, parseCidr } from '../../../world/cidr.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { regionOf, regions } from '../../core/catalog.ts'
import {
  all,
  change,
  checkText,
  date,
  find,
  listed,
  make,
  need,
  newId,
  operation,
  owner,
  refuse,
  text,
  time,
  word,
} from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { byTags, keyValue, newTags, tagActions } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { freeAddresses } from './address.ts'

const vpcsPerRegion = 10
const vswitchesPerVpc = 150
const tags = tagActions({ vpc: 'vpc', vswitch: 'vswitch' })

export const vpcOperations = {
  'vpc.CreateVpc': operation('CidrBlock VpcName Description Tag ResourceGroupId', createVpc),
  'vpc.DescribeVpcAttribute': operation('VpcId', (input, call) => {
    const vpc = find(call, input, 'vpc', need(input, 'VpcId'))
    // The real cloud answers 200 with an empty id for one that is not there (facts §0.8).
    if (!vpc) return { VpcId: '' }
    const { RouterTableIds: _, NatGatewayIds: __, CenStatus: ___, ...attributes } = describeVpc(call, vpc)
    return attributes
  }),
  'vpc.DescribeVpcs': operation('VpcId VpcName IsDefault Tag PageNumber PageSize', (input, call) => {
    regionOf(call.region)
    const ids = word(input, 'VpcId')
    const vpcs = (ids === '' ? listed(call, 'vpc') : all(call, 'vpc')).filter(
      vpc =>
        (ids === '' || ids.split(',').includes(vpc.id)) &&
        (word(input, 'VpcName') === '' || text(vpc, 'name') === word(input, 'VpcName')) &&
        word(input, 'IsDefault').toLowerCase() !== 'true',
    )
    const { rows, head } = page(input, byTags(input, vpcs))
    return { ...head, Vpcs: { Vpc: rows.map(vpc => describeVpc(call, vpc)) } }
  }),
  'vpc.ModifyVpcAttribute': operation('VpcId VpcName Description', (input, call) => {
    rename(call, vpcOf(call, input), input, 'VpcName')
    return {}
  }),
  'vpc.DeleteVpc': operation('VpcId', (input, call) => {
    const vpc = vpcOf(call, input)
    if (inVpc(call, 'vswitch', vpc.id).length > 0) {
      refuse(400, 'DependencyViolation.VSwitch', 'Specified object has dependent resources: VSwitch.')
    }
    if (inVpc(call, 'security-group', vpc.id).length > 0) {
      refuse(400, 'DependencyViolation.SecurityGroup', 'Specified object has dependent resources: SecurityGroup.')
    }
    requireReady(call, vpc)
    call.world.drop(vpc)
    return {}
  }),
  'vpc.CreateVSwitch': operation('VpcId ZoneId CidrBlock VSwitchName Description Tag', createVSwitch),
  'vpc.DescribeVSwitchAttributes': operation('VSwitchId', (input, call) => {
    const vswitch = find(call, input, 'vswitch', need(input, 'VSwitchId'))
    return vswitch ? describeVSwitch(call, vswitch) : { VSwitchId: '' }
  }),
  'vpc.DescribeVSwitches': operation(
    'VSwitchId VSwitchName VpcId ZoneId IsDefault Tag PageNumber PageSize',
    (input, call) => {
      const ids = word(input, 'VSwitchId')
      const vswitches = (ids === '' ? listed(call, 'vswitch') : all(call, 'vswitch')).filter(
        vswitch =>
          (ids === '' || ids.split(',').includes(vswitch.id)) &&
          is(vswitch, 'name', word(input, 'VSwitchName')) &&
          is(vswitch, 'vpcId', word(input, 'VpcId')) &&
          is(vswitch, 'zone', word(input, 'ZoneId')) &&
          word(input, 'IsDefault').toLowerCase() !== 'true',
      )
      const { rows, head } = page(input, byTags(input, vswitches))
      return { ...head, VSwitches: { VSwitch: rows.map(vswitch => describeVSwitch(call, vswitch)) } }
    },
  ),
  'vpc.ModifyVSwitchAttribute': operation('VSwitchId VSwitchName Description', (input, call) => {
    rename(call, vswitchOf(call, input), input, 'VSwitchName')
    return {}
  }),
  'vpc.DeleteVSwitch': operation('VSwitchId', deleteVSwitch),
  'vpc.DescribeRegions': operation('ProductType', () => ({
    Regions: {
      Region: regions.map(one => ({
        RegionId: one.id,
        LocalName: one.name,
        RegionEndpoint: `vpc.${one.id}.aliyuncs.com`,
      })),
    },
  })),
  'vpc.DescribeZones': operation('ZoneType', (_, call) => ({
    Zones: {
      Zone: regionOf(call.region).zones.map(zone => ({ ZoneId: zone, LocalName: zone, ZoneType: 'AvailabilityZone' })),
    },
  })),
  'vpc.TagResources': tags.tag,
  'vpc.UnTagResources': tags.untag,
  'vpc.ListTagResources': tags.list,
}

/** Refused for a VSwitch that is not there or not ready: what ECS, RDS and CLB ask before they put something into it. */
export function usableVSwitch(call: Call, input: JsonObject, id: string): Thing {
  const vswitch =
    find(call, input, 'vswitch', id) ??
    refuse(404, 'InvalidVSwitchId.NotFound', `The specified vSwitch ${id} does not exist.`)
  if (vswitch.goneAt !== undefined || call.world.now() < time(vswitch, 'readyAt')) {
    refuse(400, 'IncorrectVSwitchStatus', 'The current status of the vSwitch does not support this operation.')
  }
  return vswitch
}

/** Refused for a VPC that is not there or still pending. */
export function usableVpc(call: Call, input: JsonObject, id: string): Thing {
  const vpc =
    find(call, input, 'vpc', id) ?? refuse(404, 'InvalidVpcId.NotFound', `The specified VPC ${id} does not exist.`)
  requireReady(call, vpc)
  return vpc
}

/** After a managed product left: its network interface holds the VSwitch for a while longer. */
export function lingerOn(call: Call, vswitchId: string): void {
  const vswitch = call.world.get('vswitch', vswitchId)
  if (vswitch) change(call, vswitch, { heldUntil: call.world.now() + times.databaseGone + times.interfaceLingers })
}

function createVpc(input: JsonObject, call: Call): JsonObject {
  regionOf(call.region)
  const block = word(input, 'CidrBlock') || '172.16.0.0/12'
  const cidr = parseCidr(block)
  if (!cidr || cidr.mask < 8 || cidr.mask > 28 || reserved.some(other => overlap(cidr, other))) {
    refuse(400, 'InvalidCidrBlock.Malformed', `The specified CIDR block ${block} is not valid.`)
  }
  checkText(word(input, 'VpcName'), 1, 128, 'InvalidVpcName.Malformed')
  checkText(word(input, 'Description'), 1, 256, 'InvalidVpcDescription.Malformed')
  const marks = newTags(input)
  if (all(call, 'vpc').length >= vpcsPerRegion) refuse(400, 'QuotaExceeded.Vpc', 'VPC quota exceeded.')
  const data = {
    name: word(input, 'VpcName'),
    description: word(input, 'Description'),
    cidr: block,
    readyAt: call.world.now() + times.vpcReady,
    router: newId(call, 'vrt'),
    table: newId(call, 'vtb'),
  }
  const vpc = make(call, 'vpc', newId(call, 'vpc'), data, marks)
  return { VpcId: vpc.id, VRouterId: data.router, RouteTableId: data.table, ResourceGroupId: 'rg-sandbox' }
}

const reserved = ['100.64.0.0/10', '224.0.0.0/4', '127.0.0.0/8', '169.254.0.0/16', '0.0.0.0/8'].map(
  block => parseCidr(block)!,
)

function createVSwitch(input: JsonObject, call: Call): JsonObject {
  const vpc = usableVpc(call, input, need(input, 'VpcId'))
  const zone = need(input, 'ZoneId')
  if (!regionOf(vpc.region).zones.includes(zone)) {
    refuse(404, 'InvalidZoneId.NotFound', `The specified zone ${zone} does not exist in the region.`)
  }
  const block = need(input, 'CidrBlock')
  const cidr = parseCidr(block)
  const outer = parseCidr(text(vpc, 'cidr'))!
  if (!cidr || cidr.mask < 16 || cidr.mask > 29 || !inside(cidr, outer)) {
    refuse(400, 'InvalidCidrBlock.Malformed', `The specified CIDR block ${block} is not a valid block of the VPC.`)
  }
  checkText(word(input, 'VSwitchName'), 1, 128, 'InvalidVSwitchName.Malformed')
  checkText(word(input, 'Description'), 1, 256, 'InvalidVSwitchDescription.Malformed')
  const marks = newTags(input)
  const siblings = inVpc(call, 'vswitch', vpc.id)
  requireIdle(call, siblings)
  if (siblings.some(other => overlap(cidr, parseCidr(text(other, 'cidr'))!))) {
    refuse(400, 'InvalidCidrBlock.Overlapped', `The specified CIDR block ${block} overlaps with other vSwitches.`)
  }
  if (siblings.length >= vswitchesPerVpc) refuse(400, 'QuotaExceeded.VSwitch', 'VSwitch quota exceeded.')
  const data = {
    name: word(input, 'VSwitchName'),
    description: word(input, 'Description'),
    cidr: block,
    vpcId: vpc.id,
    zone,
    readyAt: call.world.now() + times.vswitchReady,
    table: text(vpc, 'table'),
  }
  return { VSwitchId: make(call, 'vswitch', newId(call, 'vsw'), data, marks, vpc.region).id }
}

function deleteVSwitch(input: JsonObject, call: Call): JsonObject {
  const vswitch = vswitchOf(call, input)
  const now = call.world.now()
  requireIdle(call, inVpc(call, 'vswitch', text(vswitch, 'vpcId')))
  const users = ['instance', 'db-instance', 'load-balancer', 'network-interface'].find(type =>
    all(call, type).some(thing => text(thing, 'vswitchId') === vswitch.id),
  )
  if (users === 'network-interface' || (users === undefined && now < time(vswitch, 'heldUntil'))) {
    refuse(400, 'DependencyViolation.NetworkInterface', 'Specified object has dependent resources: NetworkInterface.')
  }
  if (users) refuse(400, 'DependencyViolation', `Specified object has dependent resources: ${users}.`)
  vswitch.goneAt = now + times.vswitchGone
  call.world.touch(vswitch)
  return {}
}

function requireReady(call: Call, vpc: Thing): void {
  if (call.world.now() < time(vpc, 'readyAt')) {
    refuse(400, 'IncorrectVpcStatus', 'The current status of the VPC does not support this operation.')
  }
}

/** One change of VSwitches at a time in a VPC. */
function requireIdle(call: Call, siblings: Thing[]): void {
  if (siblings.some(other => other.goneAt !== undefined || call.world.now() < time(other, 'readyAt'))) {
    const code = call.world.random() < 0.7 ? 'TaskConflict' : 'OperationConflict'
    refuse(400, code, 'The operation conflicts with another task on the VPC. Try again later.')
  }
}

function inVpc(call: Call, type: string, vpcId: string): Thing[] {
  return all(call, type).filter(thing => text(thing, 'vpcId') === vpcId)
}

function vpcOf(call: Call, input: JsonObject): Thing {
  return (
    find(call, input, 'vpc', need(input, 'VpcId')) ??
    refuse(404, 'InvalidVpcId.NotFound', 'Specified VPC does not exist.')
  )
}

function vswitchOf(call: Call, input: JsonObject): Thing {
  const vswitch = find(call, input, 'vswitch', need(input, 'VSwitchId'))
  return vswitch ?? refuse(404, 'InvalidVSwitchId.NotFound', 'Specified vSwitch does not exist.')
}

function rename(call: Call, thing: Thing, input: JsonObject, nameField: string): void {
  if (nameField in input) change(call, thing, { name: word(input, nameField) })
  if ('Description' in input) change(call, thing, { description: word(input, 'Description') })
}

function is(thing: Thing, field: string, asked: string): boolean {
  return asked === '' || text(thing, field) === asked
}

function describeVpc(call: Call, vpc: Thing): JsonObject {
  return {
    VpcId: vpc.id,
    VpcName: text(vpc, 'name'),
    Description: text(vpc, 'description'),
    CidrBlock: text(vpc, 'cidr'),
    Status: call.world.now() < time(vpc, 'readyAt') ? 'Pending' : 'Available',
    CreationTime: date(call, vpc.born),
    RegionId: vpc.region,
    IsDefault: false,
    OwnerId: owner(call),
    VRouterId: text(vpc, 'router'),
    RouterTableIds: { RouterTableIds: [text(vpc, 'table')] },
    NatGatewayIds: { NatGatewayIds: [] },
    SecondaryCidrBlocks: { SecondaryCidrBlock: [] },
    UserCidrs: { UserCidr: [] },
    VSwitchIds: { VSwitchId: inVpc(call, 'vswitch', vpc.id).map(vswitch => vswitch.id) },
    CenStatus: 'Detached',
    ResourceGroupId: 'rg-sandbox',
    Tags: keyValue(vpc),
  }
}

function describeVSwitch(call: Call, vswitch: Thing): JsonObject {
  const busy = vswitch.goneAt !== undefined || call.world.now() < time(vswitch, 'readyAt')
  return {
    VSwitchId: vswitch.id,
    VSwitchName: text(vswitch, 'name'),
    Description: text(vswitch, 'description'),
    CidrBlock: text(vswitch, 'cidr'),
    VpcId: text(vswitch, 'vpcId'),
    ZoneId: text(vswitch, 'zone'),
    Status: busy ? 'Pending' : 'Available',
    AvailableIpAddressCount: freeAddresses(call, vswitch),
    CreationTime: date(call, vswitch.born),
    IsDefault: false,
    OwnerId: owner(call),
    ResourceGroupId: 'rg-sandbox',
    RouteTable: { RouteTableId: text(vswitch, 'table'), RouteTableType: 'System' },
    ShareType: '',
    Tags: keyValue(vswitch),
  }
}
