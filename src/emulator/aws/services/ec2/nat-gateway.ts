import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import { operation, refuse, requireParameter, word } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, findResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { chosen, ec2Find, gatewayOf } from './lookup.ts'
import { createInterface, isAssociated, releaseInterface } from './network-interface.ts'
import { newTags } from './tags.ts'

const perZone = 5

export const natGatewayOperations: Record<string, Operation> = {
  'ec2.CreateNatGateway': operation(
    'SubnetId AllocationId ConnectivityType AvailabilityMode TagSpecifications',
    (input, call) => {
      if (['private'].includes(word(input, 'ConnectivityType')) || word(input, 'AvailabilityMode') === 'regional')
        refuse(400, 'UnsupportedParameter', 'The emulator simulates public zonal NAT gateways only.')
      const subnet = ec2Find(call, 'subnet', requireParameter(input, 'SubnetId'))
      const address = ec2Find(call, 'elastic-ip', requireParameter(input, 'AllocationId'))
      const tags = newTags(input, 'natgateway')
      const alive = resourcesOf(call, 'nat-gateway').filter(one =>
        ['pending', 'available'].includes(natState(call, one)),
      )
      if (alive.filter(one => text(one, 'zone') === text(subnet, 'zone')).length >= perZone)
        refuse(400, 'NatGatewayLimitExceeded', 'The maximum number of NAT gateways in the zone has been reached.')
      return { NatGateway: describe(call, start(call, subnet, address, tags)) }
    },
  ),
  'ec2.DescribeNatGateways': operation('NatGatewayIds Filter MaxResults NextToken', (input, call) => {
    const found = chosen(call, { ...input, Filters: input.Filter ?? [] }, 'NatGatewayIds', 'nat-gateway', {
      'nat-gateway-id': one => one.id,
      'subnet-id': one => text(one, 'subnetId'),
      'vpc-id': one => text(one, 'vpcId'),
      state: one => natState(call, one),
    })
    const { rows, next } = page(input, found)
    return { NatGateways: rows.map(one => describe(call, one)), ...nextToken(next) }
  }),
  'ec2.DeleteNatGateway': operation('NatGatewayId', (input, call) => {
    const gateway = ec2Find(call, 'nat-gateway', requireParameter(input, 'NatGatewayId'))
    if (gateway.data.deletedAt === undefined) {
      const now = call.world.now()
      const failed = natState(call, gateway) === 'failed'
      const deletedAt = now + (failed ? 0 : times.natDeleted)
      gateway.goneAt = deletedAt + times.remembered
      updateResource(call, gateway, { deletedAt, deletesFrom: now })
      releaseInterface(call, text(gateway, 'interfaceId'), deletedAt - now + (failed ? 0 : times.interfaceLingers))
    }
    return { NatGatewayId: gateway.id }
  }),
}

/** pending, available, failed, deleting, deleted. */
export function natState(call: Call, gateway: Resource): string {
  const now = call.world.now()
  if (gateway.data.deletedAt !== undefined) return now < time(gateway, 'deletedAt') ? 'deleting' : 'deleted'
  if (text(gateway, 'failure') !== '') return now < gateway.born + times.natFails ? 'pending' : 'failed'
  return now < gateway.born + times.natReady ? 'pending' : 'available'
}

function start(call: Call, subnet: Resource, address: Resource, tags: Record<string, string>): Resource {
  const id = newId(call, 'nat')
  const failure = obstacle(call, subnet, address)
  const port = createInterface(call, {
    subnet,
    groups: [],
    description: `Interface for NAT Gateway ${id}`,
    owner: 'amazon-aws',
    kind: 'nat_gateway',
  })
  const data = {
    subnetId: subnet.id,
    vpcId: text(subnet, 'vpcId'),
    zone: text(subnet, 'zone'),
    allocationId: address.id,
    publicIp: text(address, 'publicIp'),
    privateIp: text(port, 'privateIp'),
    interfaceId: port.id,
    associationId: newId(call, 'eipassoc'),
    failure,
  }
  const gateway = createResource(call, 'nat-gateway', id, data, { tags })
  if (failure === '') {
    updateResource(call, address, {
      interfaceId: port.id,
      natGatewayId: id,
      associationId: data.associationId,
      instanceId: '',
    })
  } else {
    releaseInterface(call, port.id, times.natFails)
  }
  return gateway
}

/** Accepted, and then not made: the gateway's state tells why. */
function obstacle(call: Call, subnet: Resource, address: Resource): string {
  const vpcId = text(subnet, 'vpcId')
  if (isAssociated(call, address))
    return `Resource.AlreadyAssociated: Elastic IP address [${address.id}] is already associated`
  return gatewayOf(call, vpcId) ? '' : `Gateway.NotAttached: Network ${vpcId} has no Internet gateway attached`
}

function describe(call: Call, gateway: Resource): JsonObject {
  const state = natState(call, gateway)
  const [failureCode = '', failureMessage = ''] = text(gateway, 'failure').split(': ')
  return {
    NatGatewayId: gateway.id,
    SubnetId: text(gateway, 'subnetId'),
    VpcId: text(gateway, 'vpcId'),
    State: state,
    ConnectivityType: 'public',
    CreateTime: date(call, gateway.born),
    NatGatewayAddresses: [
      {
        AllocationId: text(gateway, 'allocationId'),
        IsPrimary: true,
        ...(state !== 'failed' && {
          NetworkInterfaceId: text(gateway, 'interfaceId'),
          PrivateIp: text(gateway, 'privateIp'),
          Status: state === 'pending' ? 'associating' : state === 'available' ? 'succeeded' : 'disassociating',
          ...(state !== 'pending' && { PublicIp: text(gateway, 'publicIp') }),
        }),
      },
    ],
    ...(state === 'failed' && { FailureCode: failureCode, FailureMessage: failureMessage }),
    ...(gateway.data.deletesFrom !== undefined && { DeleteTime: date(call, time(gateway, 'deletesFrom')) }),
    Tags: tagList(gateway),
  }
}

/** A NAT gateway that carries traffic, or will. */
export function usableNat(call: Call, id: string): Resource | undefined {
  const gateway = findResource(call, 'nat-gateway', id)
  return gateway && ['pending', 'available'].includes(natState(call, gateway)) ? gateway : undefined
}
