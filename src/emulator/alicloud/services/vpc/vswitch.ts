import type { JsonObject } from '../../../../base/json.ts'
import { inside, overlap, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf } from '../../core/catalog.ts'
import { date, newId, owner } from '../../core/ids.ts'
import { checkText, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { byTags, keyValue, newTags } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { freeAddresses } from './address.ts'
import { inVpc, rename, usableVpc } from './vpc.ts'

const perVpc = 150

export const vswitchOperations = {
  'vpc.CreateVSwitch': operation('VpcId ZoneId CidrBlock VSwitchName Description Tag', createVSwitch),
  'vpc.DescribeVSwitchAttributes': operation('VSwitchId', (input, call) => {
    const vswitch = findResource(call, input, 'vswitch', requireParameter(input, 'VSwitchId'))
    return vswitch ? describeVSwitch(call, vswitch) : { VSwitchId: '' }
  }),
  'vpc.DescribeVSwitches': operation(
    'VSwitchId VSwitchName VpcId ZoneId IsDefault Tag PageNumber PageSize',
    (input, call) => {
      const ids = word(input, 'VSwitchId')
      const vswitches = (ids === '' ? listedResources(call, 'vswitch') : resourcesOf(call, 'vswitch')).filter(
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
}

/** Refused for a VSwitch that is not there or not ready: what ECS, RDS and CLB ask before they put something into it. */
export function usableVSwitch(call: Call, input: JsonObject, id: string): Resource {
  const vswitch =
    findResource(call, input, 'vswitch', id) ??
    refuse(404, 'InvalidVSwitchId.NotFound', `The specified vSwitch ${id} does not exist.`)
  if (vswitch.goneAt !== undefined || call.world.now() < time(vswitch, 'readyAt')) {
    refuse(400, 'IncorrectVSwitchStatus', 'The current status of the vSwitch does not support this operation.')
  }
  return vswitch
}

/** After a managed product left: its network interface holds the VSwitch for a while longer. */
export function lingerOn(call: Call, vswitchId: string): void {
  const vswitch = call.world.get('vswitch', vswitchId)
  if (vswitch)
    updateResource(call, vswitch, { heldUntil: call.world.now() + times.databaseGone + times.interfaceLingers })
}

function createVSwitch(input: JsonObject, call: Call): JsonObject {
  const vpc = usableVpc(call, input, requireParameter(input, 'VpcId'))
  const zone = requireParameter(input, 'ZoneId')
  if (!regionOf(vpc.region).zones.includes(zone)) {
    refuse(404, 'InvalidZoneId.NotFound', `The specified zone ${zone} does not exist in the region.`)
  }
  const block = requireParameter(input, 'CidrBlock')
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
  if (siblings.length >= perVpc) refuse(400, 'QuotaExceeded.VSwitch', 'VSwitch quota exceeded.')
  const data = {
    name: word(input, 'VSwitchName'),
    description: word(input, 'Description'),
    cidr: block,
    vpcId: vpc.id,
    zone,
    readyAt: call.world.now() + times.vswitchReady,
    table: text(vpc, 'table'),
  }
  return { VSwitchId: createResource(call, 'vswitch', newId(call, 'vsw'), data, marks, vpc.region).id }
}

function deleteVSwitch(input: JsonObject, call: Call): JsonObject {
  const vswitch = vswitchOf(call, input)
  const now = call.world.now()
  requireIdle(call, inVpc(call, 'vswitch', text(vswitch, 'vpcId')))
  const users = ['instance', 'db-instance', 'load-balancer', 'network-interface'].find(type =>
    resourcesOf(call, type).some(resource => text(resource, 'vswitchId') === vswitch.id),
  )
  if (users === 'network-interface' || (users === undefined && now < time(vswitch, 'heldUntil'))) {
    refuse(400, 'DependencyViolation.NetworkInterface', 'Specified object has dependent resources: NetworkInterface.')
  }
  if (users) refuse(400, 'DependencyViolation', `Specified object has dependent resources: ${users}.`)
  vswitch.goneAt = now + times.vswitchGone
  call.world.touch(vswitch)
  return {}
}

/** One change of VSwitches at a time in a VPC. */
function requireIdle(call: Call, siblings: Resource[]): void {
  if (siblings.some(other => other.goneAt !== undefined || call.world.now() < time(other, 'readyAt'))) {
    const code = call.world.random() < 0.7 ? 'TaskConflict' : 'OperationConflict'
    refuse(400, code, 'The operation conflicts with another task on the VPC. Try again later.')
  }
}

function vswitchOf(call: Call, input: JsonObject): Resource {
  const vswitch = findResource(call, input, 'vswitch', requireParameter(input, 'VSwitchId'))
  return vswitch ?? refuse(404, 'InvalidVSwitchId.NotFound', 'Specified vSwitch does not exist.')
}

function is(resource: Resource, field: string, asked: string): boolean {
  return asked === '' || text(resource, field) === asked
}

function describeVSwitch(call: Call, vswitch: Resource): JsonObject {
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
