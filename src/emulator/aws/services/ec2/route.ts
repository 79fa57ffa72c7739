import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { objects, refuse, word } from '../../core/input.ts'
import { findResource, resourcesOf, text, texts, updateResource } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { inVpc } from './lookup.ts'
import { natState, usableNat } from './nat-gateway.ts'

/** Route tables as they are kept: `associations` holds `rtbassoc-… subnet-…`, `routes` what was added to the VPC's own. */

export function routesOf(table: Resource): JsonObject[] {
  return objects(table.data, 'routes')
}

/** The subnets that use the table, each with its association's id. */
export function associationsOf(table: Resource): [id: string, subnetId: string][] {
  return texts(table, 'associations').map(one => one.split(' ') as [string, string])
}

/** The association that the subnet has of its own; undefined for one that uses the VPC's main table. */
export function associationOf(call: Call, subnetId: string): { id: string; table: Resource } | undefined {
  for (const table of resourcesOf(call, 'route-table')) {
    const found = associationsOf(table).find(([, subnet]) => subnet === subnetId)
    if (found) return { id: found[0], table }
  }
  return undefined
}

/** The association of that id, or EC2's refusal. */
export function associationById(call: Call, id: string): { table: Resource; subnetId: string } {
  for (const table of resourcesOf(call, 'route-table')) {
    const found = associationsOf(table).find(([one]) => one === id)
    if (found) return { table, subnetId: found[1] }
  }
  return refuse(400, 'InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
}

/** Gives the subnet the table; returns the association's id. */
export function associate(call: Call, table: Resource, subnetId: string): string {
  const id = newId(call, 'rtbassoc')
  updateResource(call, table, { associations: [...texts(table, 'associations'), `${id} ${subnetId}`] })
  return id
}

/** The subnet uses the VPC's main table again. */
export function disassociate(call: Call, table: Resource, subnetId: string): void {
  const left = texts(table, 'associations').filter(one => !one.endsWith(` ${subnetId}`))
  updateResource(call, table, { associations: left })
}

/** A route whose target went away is a black hole. */
export function routeState(call: Call, table: Resource, route: JsonObject): string {
  if (word(route, 'gatewayId') !== '') {
    const gateway = findResource(call, 'internet-gateway', word(route, 'gatewayId'))
    return gateway && gateway.data.vpcId === table.data.vpcId ? 'active' : 'blackhole'
  }
  return usableNat(call, word(route, 'natGatewayId')) ? 'active' : 'blackhole'
}

/** How a subnet reaches the internet now: through an internet gateway, a NAT gateway that works, or not. */
export function wayOut(call: Call, subnet: Resource): 'internet' | 'nat' | 'none' {
  const route = defaultRoute(call, subnet)
  if (!route) return 'none'
  if (word(route, 'gatewayId') !== '') return 'internet'
  const nat = findResource(call, 'nat-gateway', word(route, 'natGatewayId'))
  if (!nat || natState(call, nat) !== 'available') return 'none'
  // A NAT gateway in a subnet without a way out leads nowhere.
  const beyond = findResource(call, 'subnet', text(nat, 'subnetId'))
  const next = beyond && defaultRoute(call, beyond)
  return next && word(next, 'gatewayId') !== '' ? 'nat' : 'none'
}

/** The active route to everywhere of the table a subnet uses: its own, else the VPC's main one. */
function defaultRoute(call: Call, subnet: Resource): JsonObject | undefined {
  const table =
    associationOf(call, subnet.id)?.table ??
    inVpc(call, 'route-table', text(subnet, 'vpcId')).find(one => one.data.main === true)
  const route = table && routesOf(table).find(one => one.to === '0.0.0.0/0')
  return route && routeState(call, table, route) === 'active' ? route : undefined
}

/** A route table as `DescribeRouteTables` shows it. */
export function describeTable(call: Call, table: Resource): JsonObject {
  const vpc = findResource(call, 'vpc', text(table, 'vpcId'))
  const local = {
    DestinationCidrBlock: vpc ? text(vpc, 'cidr') : '',
    GatewayId: 'local',
    Origin: 'CreateRouteTable',
    State: 'active',
  }
  const state = { AssociationState: { State: 'associated' }, RouteTableId: table.id }
  const main = { Main: true, RouteTableAssociationId: text(table, 'mainAssociationId'), ...state }
  const own = associationsOf(table).map(([id, SubnetId]) => ({
    Main: false,
    RouteTableAssociationId: id,
    SubnetId,
    ...state,
  }))
  return {
    RouteTableId: table.id,
    VpcId: text(table, 'vpcId'),
    OwnerId: call.account,
    Routes: [local, ...routesOf(table).map(route => describeRoute(call, table, route))],
    Associations: table.data.main === true ? [main, ...own] : own,
    PropagatingVgws: [],
    Tags: tagList(table),
  }
}

function describeRoute(call: Call, table: Resource, route: JsonObject): JsonObject {
  const gatewayId = word(route, 'gatewayId')
  return {
    DestinationCidrBlock: word(route, 'to'),
    ...(gatewayId ? { GatewayId: gatewayId } : { NatGatewayId: word(route, 'natGatewayId') }),
    Origin: 'CreateRoute',
    State: routeState(call, table, route),
  }
}
