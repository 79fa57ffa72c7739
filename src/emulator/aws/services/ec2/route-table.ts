import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { operation, refuse, requireParameter, word } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, text, updateResource } from '../../core/resources.ts'
import { cutTo } from './cidr-block.ts'
import { chosen, dependency, ec2Find, inVpc } from './lookup.ts'
import { usableNat } from './nat-gateway.ts'
import {
  associate,
  associationById,
  associationOf,
  associationsOf,
  describeTable,
  disassociate,
  routeState,
  routesOf,
} from './route.ts'
import { newTags } from './tags.ts'

const tablesPerVpc = 200
const routesPerTable = 50
const associated = { AssociationState: { State: 'associated' } }

export const routeTableOperations: Record<string, Operation> = {
  'ec2.CreateRouteTable': operation('VpcId TagSpecifications', (input, call) => {
    const vpc = ec2Find(call, 'vpc', requireParameter(input, 'VpcId'))
    const tags = newTags(input, 'route-table')
    if (inVpc(call, 'route-table', vpc.id).length >= tablesPerVpc)
      refuse(400, 'RouteTableLimitExceeded', 'The maximum number of route tables has been reached.')
    const data = { vpcId: vpc.id, main: false, routes: [], associations: [] }
    return { RouteTable: describeTable(call, createResource(call, 'route-table', newId(call, 'rtb'), data, { tags })) }
  }),
  'ec2.DescribeRouteTables': operation('RouteTableIds Filters MaxResults NextToken', (input, call) => {
    const found = chosen(call, input, 'RouteTableIds', 'route-table', {
      'route-table-id': one => one.id,
      'vpc-id': one => text(one, 'vpcId'),
      'association.main': one => String(one.data.main === true),
      'association.subnet-id': one => associationsOf(one).map(([, subnetId]) => subnetId),
      'association.route-table-association-id': one => associationsOf(one).map(([id]) => id),
      'association.route-table-id': one => (associationsOf(one).length > 0 || one.data.main ? one.id : undefined),
      'route.destination-cidr-block': one => routesOf(one).map(route => word(route, 'to')),
      'route.gateway-id': one => routesOf(one).map(route => word(route, 'gatewayId')),
      'route.nat-gateway-id': one => routesOf(one).map(route => word(route, 'natGatewayId')),
      'route.state': one => routesOf(one).map(route => routeState(call, one, route)),
      'owner-id': () => call.account,
    })
    const { rows, next } = page(input, found)
    return { RouteTables: rows.map(one => describeTable(call, one)), ...nextToken(next) }
  }),
  'ec2.DeleteRouteTable': operation('RouteTableId', (input, call) => {
    const table = tableOf(call, input)
    if (table.data.main === true || associationsOf(table).length > 0)
      dependency(`The routeTable '${table.id}' has dependencies and cannot be deleted.`)
    removeResource(call, table)
    return {}
  }),
  'ec2.CreateRoute': operation('RouteTableId DestinationCidrBlock GatewayId NatGatewayId', (input, call) => {
    const table = tableOf(call, input)
    const route = newRoute(call, table, input)
    const routes = routesOf(table)
    if (routes.some(one => one.to === route.to))
      refuse(400, 'RouteAlreadyExists', `The route identified by ${word(route, 'to')} already exists.`)
    if (routes.length >= routesPerTable)
      refuse(400, 'RouteLimitExceeded', 'The maximum number of routes has been reached.')
    updateResource(call, table, { routes: [...routes, route] })
    return { Return: true }
  }),
  'ec2.ReplaceRoute': operation('RouteTableId DestinationCidrBlock GatewayId NatGatewayId', (input, call) => {
    const table = tableOf(call, input)
    const route = newRoute(call, table, input)
    updateResource(call, table, { routes: [...othersThan(table, word(route, 'to')), route] })
    return {}
  }),
  'ec2.DeleteRoute': operation('RouteTableId DestinationCidrBlock', (input, call) => {
    const table = tableOf(call, input)
    updateResource(call, table, { routes: othersThan(table, destination(input)) })
    return {}
  }),
  'ec2.AssociateRouteTable': operation('RouteTableId SubnetId', (input, call) => {
    const table = tableOf(call, input)
    const subnet = ec2Find(call, 'subnet', requireParameter(input, 'SubnetId'))
    if (subnet.data.vpcId !== table.data.vpcId) {
      const words = `route table ${table.id} and subnet ${subnet.id} belong to different networks`
      refuse(400, 'InvalidParameterValue', words)
    }
    const before = associationOf(call, subnet.id)
    if (before && before.table.id === table.id) return { AssociationId: before.id, ...associated }
    if (before) {
      const words = `the specified association for route table ${before.table.id} conflicts with an existing association`
      refuse(400, 'Resource.AlreadyAssociated', words)
    }
    return { AssociationId: associate(call, table, subnet.id), ...associated }
  }),
  'ec2.ReplaceRouteTableAssociation': operation('AssociationId RouteTableId', (input, call) => {
    const table = tableOf(call, input)
    const { table: from, subnetId } = associationById(call, requireParameter(input, 'AssociationId'))
    disassociate(call, from, subnetId)
    return { NewAssociationId: associate(call, table, subnetId), ...associated }
  }),
  'ec2.DisassociateRouteTable': operation('AssociationId', (input, call) => {
    const { table, subnetId } = associationById(call, requireParameter(input, 'AssociationId'))
    disassociate(call, table, subnetId)
    return {}
  }),
}

function tableOf(call: Call, input: JsonObject): Resource {
  return ec2Find(call, 'route-table', requireParameter(input, 'RouteTableId'))
}

function destination(input: JsonObject): string {
  const block = requireParameter(input, 'DestinationCidrBlock')
  const [base = '', bits = ''] = block.split('/')
  const words = `Value (${block}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`
  return cutTo(base, bits === '' ? 99 : Number(bits)) ?? refuse(400, 'InvalidParameterValue', words)
}

function othersThan(table: Resource, to: string): JsonObject[] {
  const routes = routesOf(table)
  const others = routes.filter(one => one.to !== to)
  if (others.length === routes.length) {
    const words = `no route with destination-cidr-block ${to} in route table ${table.id}`
    refuse(400, 'InvalidRoute.NotFound', words)
  }
  return others
}

function newRoute(call: Call, table: Resource, input: JsonObject): JsonObject {
  const gatewayId = word(input, 'GatewayId')
  const natGatewayId = word(input, 'NatGatewayId')
  if ((gatewayId === '') === (natGatewayId === '')) {
    refuse(400, 'InvalidParameterCombination', 'The request must contain exactly one target of the route.')
  }
  if (gatewayId !== '') {
    const gateway = ec2Find(call, 'internet-gateway', gatewayId)
    if (gateway.data.vpcId !== table.data.vpcId) {
      const words = `route table ${table.id} and network gateway ${gatewayId} belong to different networks`
      refuse(400, 'InvalidParameterValue', words)
    }
  } else if (!usableNat(call, natGatewayId)) {
    refuse(400, 'InvalidNatGatewayID.NotFound', `The natGateway ID '${natGatewayId}' does not exist`)
  }
  return { to: destination(input), gatewayId, natGatewayId }
}
