import type { JsonObject } from '../../../../base/json.ts'
import { overlap, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf, regions } from '../../core/catalog.ts'
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
import { byTags, keyValue, newTags, tagActions } from '../../core/tags.ts'
import { times } from '../../core/times.ts'

const vpcsPerRegion = 10
const tags = tagActions({ vpc: 'vpc', vswitch: 'vswitch' })

export const vpcOperations = {
  'vpc.CreateVpc': operation('CidrBlock VpcName Description Tag ResourceGroupId', createVpc),
  'vpc.DescribeVpcAttribute': operation('VpcId', (input, call) => {
    const vpc = findResource(call, input, 'vpc', requireParameter(input, 'VpcId'))
    // The real cloud answers 200 with an empty id for one that is not there.
    if (!vpc) return { VpcId: '' }
    const { RouterTableIds: _, NatGatewayIds: __, CenStatus: ___, ...attributes } = describeVpc(call, vpc)
    return attributes
  }),
  'vpc.DescribeVpcs': operation('VpcId VpcName IsDefault Tag PageNumber PageSize', (input, call) => {
    regionOf(call.region)
    const ids = word(input, 'VpcId')
    const vpcs = (ids === '' ? listedResources(call, 'vpc') : resourcesOf(call, 'vpc')).filter(
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

/** Refused for a VPC that is not there or still pending. */
export function usableVpc(call: Call, input: JsonObject, id: string): Resource {
  const vpc =
    findResource(call, input, 'vpc', id) ??
    refuse(404, 'InvalidVpcId.NotFound', `The specified VPC ${id} does not exist.`)
  requireReady(call, vpc)
  return vpc
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
  if (resourcesOf(call, 'vpc').length >= vpcsPerRegion) refuse(400, 'QuotaExceeded.Vpc', 'VPC quota exceeded.')
  const data = {
    name: word(input, 'VpcName'),
    description: word(input, 'Description'),
    cidr: block,
    readyAt: call.world.now() + times.vpcReady,
    router: newId(call, 'vrt'),
    table: newId(call, 'vtb'),
  }
  const vpc = createResource(call, 'vpc', newId(call, 'vpc'), data, marks)
  return { VpcId: vpc.id, VRouterId: data.router, RouteTableId: data.table, ResourceGroupId: 'rg-sandbox' }
}

const reserved = ['100.64.0.0/10', '224.0.0.0/4', '127.0.0.0/8', '169.254.0.0/16', '0.0.0.0/8'].map(
  block => parseCidr(block)!,
)

function requireReady(call: Call, vpc: Resource): void {
  if (call.world.now() < time(vpc, 'readyAt')) {
    refuse(400, 'IncorrectVpcStatus', 'The current status of the VPC does not support this operation.')
  }
}

/** What of a type is in the VPC. */
export function inVpc(call: Call, type: string, vpcId: string): Resource[] {
  return resourcesOf(call, type).filter(resource => text(resource, 'vpcId') === vpcId)
}

function vpcOf(call: Call, input: JsonObject): Resource {
  return (
    findResource(call, input, 'vpc', requireParameter(input, 'VpcId')) ??
    refuse(404, 'InvalidVpcId.NotFound', 'Specified VPC does not exist.')
  )
}

/** `ModifyVpcAttribute` and its like: the name and the description that the call gives. */
export function rename(call: Call, resource: Resource, input: JsonObject, nameField: string): void {
  if (nameField in input) updateResource(call, resource, { name: word(input, nameField) })
  if ('Description' in input) updateResource(call, resource, { description: word(input, 'Description') })
}

function describeVpc(call: Call, vpc: Resource): JsonObject {
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
