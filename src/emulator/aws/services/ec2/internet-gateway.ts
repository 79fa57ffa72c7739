import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Thing } from '../../../world/model.ts'
import { all, change, find, flag, leave, make, need, newId, operation, refuse, text, word } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { instanceState } from './instance-state.ts'
import { chosen, dependency, ec2Find, gatewayOf } from './lookup.ts'
import { interfacesIn, isAssociated, publicAddress, publicIpOf } from './network-interface.ts'
import { newTags, tagList } from './tags.ts'

const gatewaysPerRegion = 5
const addressesPerRegion = 5

/** Internet gateways and elastic addresses. */
export const gatewayOperations: Record<string, Operation> = {
  'ec2.CreateInternetGateway': operation('TagSpecifications', (input, call) => {
    const tags = newTags(input, 'internet-gateway')
    if (all(call, 'internet-gateway').length >= gatewaysPerRegion)
      refuse(400, 'InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.')
    const gateway = make(call, 'internet-gateway', newId(call, 'igw'), { vpcId: '' }, { tags })
    return { InternetGateway: describeGateway(call, gateway) }
  }),
  'ec2.DescribeInternetGateways': operation('InternetGatewayIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'InternetGatewayIds', 'internet-gateway', {
      'internet-gateway-id': one => one.id,
      'attachment.vpc-id': one => text(one, 'vpcId') || undefined,
      'attachment.state': one => (text(one, 'vpcId') ? 'available' : undefined),
      'owner-id': () => call.account,
    })
    const { rows, next } = page(input, found)
    return { InternetGateways: rows.map(one => describeGateway(call, one)), ...nextToken(next) }
  }),
  'ec2.AttachInternetGateway': operation('InternetGatewayId VpcId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', need(input, 'InternetGatewayId'))
    const vpc = ec2Find(call, 'vpc', need(input, 'VpcId'))
    if (text(gateway, 'vpcId') !== '') {
      const to = text(gateway, 'vpcId')
      refuse(400, 'Resource.AlreadyAssociated', `resource ${gateway.id} is already attached to network ${to}`)
    }
    if (gatewayOf(call, vpc.id))
      refuse(400, 'InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`)
    change(call, gateway, { vpcId: vpc.id })
    return {}
  }),
  'ec2.DetachInternetGateway': operation('InternetGatewayId VpcId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', need(input, 'InternetGatewayId'))
    const vpc = ec2Find(call, 'vpc', need(input, 'VpcId'))
    if (text(gateway, 'vpcId') !== vpc.id)
      refuse(400, 'Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`)
    if (interfacesIn(call, { vpcId: vpc.id }).some(one => publicIpOf(call, one) !== '')) {
      dependency(
        `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      )
    }
    change(call, gateway, { vpcId: '' })
    return {}
  }),
  'ec2.DeleteInternetGateway': operation('InternetGatewayId', (input, call) => {
    const gateway = ec2Find(call, 'internet-gateway', need(input, 'InternetGatewayId'))
    if (text(gateway, 'vpcId') !== '')
      dependency(`The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`)
    leave(call, gateway)
    return {}
  }),
  'ec2.AllocateAddress': operation('Domain TagSpecifications', (input, call) => {
    const tags = newTags(input, 'elastic-ip')
    if (!['', 'vpc'].includes(word(input, 'Domain')))
      refuse(400, 'InvalidParameterValue', 'Only addresses for VPCs are given out.')
    if (all(call, 'elastic-ip').length >= addressesPerRegion)
      refuse(400, 'AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    const publicIp = publicAddress(call)
    const address = make(call, 'elastic-ip', newId(call, 'eipalloc'), { publicIp }, { tags })
    return { AllocationId: address.id, PublicIp: publicIp, Domain: 'vpc', ...borders(call), PublicIpv4Pool: 'amazon' }
  }),
  'ec2.DescribeAddresses': operation('AllocationIds PublicIps Filters', (input, call) => {
    const found = chosen(call, input, 'AllocationIds', 'elastic-ip', {
      'allocation-id': one => one.id,
      'public-ip': one => text(one, 'publicIp'),
      domain: () => 'vpc',
      'association-id': one => (isAssociated(call, one) ? text(one, 'associationId') : undefined),
      'instance-id': one => (isAssociated(call, one) ? text(one, 'instanceId') : undefined),
      'network-interface-id': one => (isAssociated(call, one) ? text(one, 'interfaceId') : undefined),
      'network-border-group': () => call.region,
    })
    return { Addresses: found.filter(one => byAddress(input, one)).map(one => describeAddress(call, one)) }
  }),
  'ec2.AssociateAddress': operation('AllocationId InstanceId NetworkInterfaceId AllowReassociation', associate),
  'ec2.DisassociateAddress': operation('AssociationId', (input, call) => {
    const id = need(input, 'AssociationId')
    const address = all(call, 'elastic-ip').find(one => text(one, 'associationId') === id && isAssociated(call, one))
    if (!address) return refuse(400, 'InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
    if (text(address, 'natGatewayId') !== '')
      refuse(400, 'AuthFailure', 'You do not have permission to access the specified resource.')
    unmap(call, address)
    return {}
  }),
  'ec2.ReleaseAddress': operation('AllocationId', (input, call) => {
    const address = ec2Find(call, 'elastic-ip', need(input, 'AllocationId'))
    if (isAssociated(call, address))
      refuse(400, 'InvalidIPAddress.InUse', `Address ${text(address, 'publicIp')} is in use.`)
    leave(call, address)
    return {}
  }),
}

function associate(input: JsonObject, call: Call): JsonObject {
  const address = ec2Find(call, 'elastic-ip', need(input, 'AllocationId'))
  const instance = word(input, 'InstanceId') ? ec2Find(call, 'instance', word(input, 'InstanceId')) : undefined
  if (instance && instanceState(call, instance) === 'pending') {
    refuse(
      400,
      'InvalidInstanceID',
      `The pending instance '${instance.id}' is not in a valid state for this operation.`,
    )
  }
  const port = ec2Find(
    call,
    'network-interface',
    instance ? text(instance, 'interfaceId') : need(input, 'NetworkInterfaceId'),
  )
  if (isAssociated(call, address)) {
    if (text(address, 'interfaceId') === port.id) return { AssociationId: text(address, 'associationId') }
    if (!flag(input, 'AllowReassociation', true) || text(address, 'natGatewayId') !== '') {
      const to = text(address, 'associationId')
      refuse(400, 'Resource.AlreadyAssociated', `resource ${address.id} is already associated with ${to}`)
    }
  }
  const before = all(call, 'elastic-ip').find(one => one.data.interfaceId === port.id)
  if (before) unmap(call, before)
  const associationId = newId(call, 'eipassoc')
  change(call, address, {
    associationId,
    interfaceId: port.id,
    instanceId: instance?.id ?? text(port, 'instanceId'),
    natGatewayId: '',
  })
  return { AssociationId: associationId }
}

function unmap(call: Call, address: Thing): void {
  change(call, address, { associationId: '', interfaceId: '', instanceId: '', natGatewayId: '' })
}

function byAddress(input: JsonObject, one: Thing): boolean {
  return !Array.isArray(input.PublicIps) || input.PublicIps.includes(text(one, 'publicIp'))
}

function borders(call: Call): JsonObject {
  return { NetworkBorderGroup: call.region }
}

function describeGateway(call: Call, gateway: Thing): JsonObject {
  const vpcId = text(gateway, 'vpcId')
  return {
    InternetGatewayId: gateway.id,
    OwnerId: call.account,
    Attachments: vpcId === '' ? [] : [{ State: 'available', VpcId: vpcId }],
    Tags: tagList(gateway),
  }
}

function describeAddress(call: Call, address: Thing): JsonObject {
  const port = isAssociated(call, address) ? find(call, 'network-interface', text(address, 'interfaceId')) : undefined
  return {
    AllocationId: address.id,
    PublicIp: text(address, 'publicIp'),
    Domain: 'vpc',
    ...borders(call),
    PublicIpv4Pool: 'amazon',
    Tags: tagList(address),
    ...(port && {
      AssociationId: text(address, 'associationId'),
      NetworkInterfaceId: port.id,
      NetworkInterfaceOwnerId: call.account,
      PrivateIpAddress: text(port, 'privateIp'),
      ...(text(address, 'instanceId') && { InstanceId: text(address, 'instanceId') }),
    }),
  }
}
