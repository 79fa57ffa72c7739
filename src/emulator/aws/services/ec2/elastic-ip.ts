import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { flag, operation, refuse, requireParameter, word } from '../../core/input.ts'
import {
  createResource,
  findResource,
  removeResource,
  resourcesOf,
  text,
  updateResource,
} from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { instanceState } from './instance-state.ts'
import { chosen, ec2Find } from './lookup.ts'
import { isAssociated, publicAddress } from './network-interface.ts'
import { newTags } from './tags.ts'

const perRegion = 5

export const elasticIpOperations: Record<string, Operation> = {
  'ec2.AllocateAddress': operation('Domain TagSpecifications', (input, call) => {
    const tags = newTags(input, 'elastic-ip')
    if (!['', 'vpc'].includes(word(input, 'Domain')))
      refuse(400, 'InvalidParameterValue', 'Only addresses for VPCs are given out.')
    if (resourcesOf(call, 'elastic-ip').length >= perRegion)
      refuse(400, 'AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    const publicIp = publicAddress(call)
    const address = createResource(call, 'elastic-ip', newId(call, 'eipalloc'), { publicIp }, { tags })
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
    return { Addresses: found.filter(one => byAddress(input, one)).map(one => describe(call, one)) }
  }),
  'ec2.AssociateAddress': operation('AllocationId InstanceId NetworkInterfaceId AllowReassociation', associate),
  'ec2.DisassociateAddress': operation('AssociationId', (input, call) => {
    const id = requireParameter(input, 'AssociationId')
    const address = resourcesOf(call, 'elastic-ip').find(
      one => text(one, 'associationId') === id && isAssociated(call, one),
    )
    if (!address) return refuse(400, 'InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
    if (text(address, 'natGatewayId') !== '')
      refuse(400, 'AuthFailure', 'You do not have permission to access the specified resource.')
    unmap(call, address)
    return {}
  }),
  'ec2.ReleaseAddress': operation('AllocationId', (input, call) => {
    const address = ec2Find(call, 'elastic-ip', requireParameter(input, 'AllocationId'))
    if (isAssociated(call, address))
      refuse(400, 'InvalidIPAddress.InUse', `Address ${text(address, 'publicIp')} is in use.`)
    removeResource(call, address)
    return {}
  }),
}

function associate(input: JsonObject, call: Call): JsonObject {
  const address = ec2Find(call, 'elastic-ip', requireParameter(input, 'AllocationId'))
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
    instance ? text(instance, 'interfaceId') : requireParameter(input, 'NetworkInterfaceId'),
  )
  if (isAssociated(call, address)) {
    if (text(address, 'interfaceId') === port.id) return { AssociationId: text(address, 'associationId') }
    if (!flag(input, 'AllowReassociation', true) || text(address, 'natGatewayId') !== '') {
      const to = text(address, 'associationId')
      refuse(400, 'Resource.AlreadyAssociated', `resource ${address.id} is already associated with ${to}`)
    }
  }
  const before = resourcesOf(call, 'elastic-ip').find(one => one.data.interfaceId === port.id)
  if (before) unmap(call, before)
  const associationId = newId(call, 'eipassoc')
  updateResource(call, address, {
    associationId,
    interfaceId: port.id,
    instanceId: instance?.id ?? text(port, 'instanceId'),
    natGatewayId: '',
  })
  return { AssociationId: associationId }
}

function unmap(call: Call, address: Resource): void {
  updateResource(call, address, { associationId: '', interfaceId: '', instanceId: '', natGatewayId: '' })
}

function byAddress(input: JsonObject, one: Resource): boolean {
  return !Array.isArray(input.PublicIps) || input.PublicIps.includes(text(one, 'publicIp'))
}

function borders(call: Call): JsonObject {
  return { NetworkBorderGroup: call.region }
}

function describe(call: Call, address: Resource): JsonObject {
  const port = isAssociated(call, address)
    ? findResource(call, 'network-interface', text(address, 'interfaceId'))
    : undefined
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
