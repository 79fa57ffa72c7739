import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { objects, refuse, word } from '../../core/input.ts'
import { all, change, find, text, texts } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { inVpc } from './lookup.ts'
import { natState, usableNat } from './nat-gateway.ts'

/** Route tables as they are kept: `associations` holds `rtbassoc-… subnet-…`, `routes` what was added to the VPC's own. */

export function routesOf(table: Thing): JsonObject[] {
  return objects(table.data, 'routes')
}

export function associationsOf(table: Thing): [id: string, subnetId: string][] {
  return texts(table, 'associations').map(one => one.split(' ') as [string, string])
}

export function associationOf(call: Call, subnetId: string): { id: string; table: Thing } | undefined {
  for (const table of all(call, 'route-table')) {
    const found = associationsOf(table).find(([, subnet]) => subnet === subnetId)
    if (found) return { id: found[0], table }
  }
  return undefined
}

export function associationById(call: Call, id: string): { table: Thing; subnetId: string } {
  for (const table of all(call, 'route-table')) {
    const found = associationsOf(table).find(([one]) => one === id)
    if (found) return { table, subnetId: found[1] }
  }
  return refuse(400, 'InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
}

export function associate(call: Call, table: Thing, subnetId: string): string {
  const id = newId(call, 'rtbassoc')
  change(call, table, { associations: [...texts(table, 'associations'), `${id} ${subnetId}`] })
  return id
}

export function disassociate(call: Call, table: Thing, subnetId: string): void {
  const left = texts(table, 'associations').filter(one => !one.endsWith(` ${subnetId}`))
  change(call, table, { associations: left })
}

/** A route whose target went away is a black hole. */
export function routeState(call: Call, table: Thing, route: JsonObject): string {
  if (word(route, 'gatewayId') !== '') {
    const gateway = find(call, 'internet-gateway', word(route, 'gatewayId'))
    return gateway && gateway.data.vpcId === table.data.vpcId ? 'active' : 'blackhole'
  }
  return usableNat(call, word(route, 'natGatewayId')) ? 'active' : 'blackhole'
}

/** How a subnet reaches the internet now: through an internet gateway, a NAT gateway that works, or not. */
export function wayOut(call: Call, subnet: Thing): 'internet' | 'nat' | 'none' {
  const route = defaultRoute(call, subnet)
  if (!route) return 'none'
  if (word(route, 'gatewayId') !== '') return 'internet'
  const nat = find(call, 'nat-gateway', word(route, 'natGatewayId'))
  if (!nat || natState(call, nat) !== 'available') return 'none'
  // A NAT gateway in a subnet without a way out leads nowhere.
  const beyond = find(call, 'subnet', text(nat, 'subnetId'))
  const next = beyond && defaultRoute(call, beyond)
  return next && word(next, 'gatewayId') !== '' ? 'nat' : 'none'
}

/** The active route to everywhere of the table a subnet uses: its own, else the VPC's main one. */
function defaultRoute(call: Call, subnet: Thing): JsonObject | undefined {
  const table =
    associationOf(call, subnet.id)?.table ??
    inVpc(call, 'route-table', text(subnet, 'vpcId')).find(one => one.data.main === true)
  const route = table && routesOf(table).find(one => one.to === '0.0.0.0/0')
  return route && routeState(call, table, route) === 'active' ? route : undefined
}

export function describeTable(call: Call, table: Thing): JsonObject {
  const vpc = find(call, 'vpc', text(table, 'vpcId'))
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

function describeRoute(call: Call, table: Thing, route: JsonObject): JsonObject {
  const gatewayId = word(route, 'gatewayId')
  return {
    DestinationCidrBlock: word(route, 'to'),
    ...(gatewayId ? { GatewayId: gatewayId } : { NatGatewayId: word(route, 'natGatewayId') }),
    Origin: 'CreateRoute',
    State: routeState(call, table, route),
  }
}
