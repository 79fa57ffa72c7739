import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { operation, refuse, requireParameter } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, updateResource } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { chosen, dependency, ec2Find, gatewayOf } from './lookup.ts'
import { interfacesIn, publicIpOf } from './network-interface.ts'
import { newTags } from './tags.ts'

const perRegion = 5

export const internetGatewayOperations: Record<string, Operation> = {
  'ec2.CreateInternetGateway': operation('TagSpecifications', (input, call) => {
    const tags = newTags(input, 'internet-gateway')
    if (resourcesOf(call, 'internet-gateway').length >= perRegion)
      refuse(400, 'InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.')
    const gateway = createResource(call, 'internet-gateway', newId(call, 'igw'), { vpcId: '' }, { tags })
    return { InternetGateway: describe(call, gateway) }
  }),
  'ec2.DescribeInternetGateways': operation('InternetGatewayIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'InternetGatewayIds', 'internet-gateway', {
      'internet-gateway-id': one => one.id,
      'attachment.vpc-id': one => text(one, 'vpcId') || undefined,
      'attachment.state': one => (text(one, 'vpcId') ? 'available' : undefined),
      'owner-id': () => call.account,
    })
    const { rows, next } = page(input, found)
    return { InternetGateways: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.AttachInternetGateway': operation('InternetGatewayId VpcId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', requireParameter(input, 'InternetGatewayId'))
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    if (text(gateway, 'vpcId') !== '') {
      const to = text(gateway, 'vpcId')
      refuse(400, 'Resource.AlreadyAssociated', `resource ${gateway.id} is already attached to network ${to}`)
    }
    if (gatewayOf(call, vpc.id))
      refuse(400, 'InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`)
    updateResource(call, gateway, { vpcId: vpc.id })
    return {}
  }),
  'ec2.DetachInternetGateway': operation('InternetGatewayId VpcId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', requireParameter(input, 'InternetGatewayId'))
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    if (text(gateway, 'vpcId') !== vpc.id)
      refuse(400, 'Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`)
    if (interfacesIn(call, { vpcId: vpc.id }).some(one => publicIpOf(call, one) !== '')) {
      dependency(
        `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      )
    }
    updateResource(call, gateway, { vpcId: '' })
    return {}
  }),
  'ec2.DeleteInternetGateway': operation('InternetGatewayId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', requireParameter(input, 'InternetGatewayId'))
    if (text(gateway, 'vpcId') !== '')
      dependency(`The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`)
    removeResource(call, gateway)
    return {}
  }),
}

function describe(call: Call, gateway: Resource): JsonObject {
  const vpcId = text(gateway, 'vpcId')
  return {
    InternetGatewayId: gateway.id,
    OwnerId: call.account,
    Attachments: vpcId === '' ? [] : [{ State: 'available', VpcId: vpcId }],
    Tags: tagList(gateway),
  }
}
