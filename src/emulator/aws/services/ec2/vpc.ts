import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { regionOf } from '../../core/catalog.ts'
import { newId } from '../../core/ids.ts'
import { flag, operation, refuse, requireParameter, word, wrapped } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, updateResource } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { canonical, readyState } from './cidr-block.ts'
import { chosen, dependency, ec2Find, gatewayOf, inVpc } from './lookup.ts'
import { interfacesIn } from './network-interface.ts'
import { createGroup } from './security-group.ts'
import { newTags } from './tags.ts'

const perRegion = 5

export const vpcOperations: Record<string, Operation> = {
  'ec2.CreateVpc': operation('CidrBlock InstanceTenancy TagSpecifications', (input, call) => {
    regionOf(call.region)
    const cidr = canonical(requireParameter(input, 'CidrBlock'))
    const tags = newTags(input, 'vpc')
    if (resourcesOf(call, 'vpc').length >= perRegion)
      refuse(400, 'VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
    const data = {
      cidr,
      associationId: newId(call, 'vpc-cidr-assoc'),
      tenancy: word(input, 'InstanceTenancy') || 'default',
      dnsSupport: true,
      dnsHostnames: false,
      readyAt: call.world.now() + times.vpcReady,
    }
    const vpc = createResource(call, 'vpc', newId(call, 'vpc'), data, { tags })
    // Main route table and default group come with it and go with it.
    const table = {
      vpcId: vpc.id,
      main: true,
      mainAssociationId: newId(call, 'rtbassoc'),
      routes: [],
      associations: [],
    }
    createResource(call, 'route-table', newId(call, 'rtb'), table)
    createGroup(call, vpc, { name: 'default', description: 'default VPC security group', isDefault: true })
    return { Vpc: describe(call, vpc) }
  }),
  'ec2.DescribeVpcs': operation('VpcIds Filters MaxResults NextToken', (input, call) => {
    regionOf(call.region)
    const found = chosen(call, input, 'VpcIds', 'vpc', {
      'vpc-id': one => one.id,
      cidr: one => text(one, 'cidr'),
      'cidr-block': one => text(one, 'cidr'),
      'cidr-block-association.cidr-block': one => text(one, 'cidr'),
      'is-default': () => 'false',
      isDefault: () => 'false',
      'owner-id': () => call.account,
      state: one => readyState(call, one),
    })
    const { rows, next } = page(input, found)
    return { Vpcs: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.ModifyVpcAttribute': operation('VpcId EnableDnsHostnames EnableDnsSupport', (input, call) => {
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    const hostnames = wrapped(input, 'EnableDnsHostnames')
    const support = wrapped(input, 'EnableDnsSupport')
    if (hostnames !== undefined && support !== undefined) {
      refuse(400, 'InvalidParameterCombination', 'Fields EnableDnsHostnames and EnableDnsSupport may not both be set')
    }
    if (hostnames !== undefined) updateResource(call, vpc, { dnsHostnames: hostnames })
    if (support !== undefined) updateResource(call, vpc, { dnsSupport: support })
    return {}
  }),
  'ec2.DescribeVpcAttribute': operation('VpcId Attribute', (input, call) => {
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    const attribute = requireParameter(input, 'Attribute')
    if (attribute === 'enableDnsHostnames')
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.data.dnsHostnames === true } }
    if (attribute === 'enableDnsSupport')
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.data.dnsSupport === true } }
    return refuse(400, 'InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid.`)
  }),
  'ec2.DeleteVpc': operation('VpcId', (input, call) => {
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    const own = (one: Resource) => one.data.main === true || one.data.isDefault === true
    const inTheWay = ['subnet', 'security-group', 'route-table'].some(type =>
      inVpc(call, type, vpc.id).some(one => !own(one)),
    )
    if (inTheWay || gatewayOf(call, vpc.id) || interfacesIn(call, { vpcId: vpc.id }).length > 0) {
      dependency(`The vpc '${vpc.id}' has dependencies and cannot be deleted.`)
    }
    for (const type of ['security-group', 'route-table']) {
      for (const one of inVpc(call, type, vpc.id)) removeResource(call, one)
    }
    removeResource(call, vpc)
    return {}
  }),
}

function describe(call: Call, vpc: Resource): JsonObject {
  return {
    VpcId: vpc.id,
    CidrBlock: text(vpc, 'cidr'),
    CidrBlockAssociationSet: [
      {
        AssociationId: text(vpc, 'associationId'),
        CidrBlock: text(vpc, 'cidr'),
        CidrBlockState: { State: 'associated' },
      },
    ],
    DhcpOptionsId: 'dopt-0sandbox',
    InstanceTenancy: text(vpc, 'tenancy'),
    IsDefault: flag(vpc.data, 'isDefault'),
    OwnerId: call.account,
    State: readyState(call, vpc),
    Tags: tagList(vpc),
  }
}
