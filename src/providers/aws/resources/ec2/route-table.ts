import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'

/** `to`: a CIDR block. */
export type Route = { to: string; gatewayId: string } | { to: string; natGatewayId: string }
export type RouteTableIn = { vpcId: string; name: string; routes: Route[]; subnetIds: string[] }

/** Console: VPC › Route tables › Create, then its routes and subnet associations. */
export const routeTable: AwsKind<RouteTableIn, { id: string }> = {
  type: 'aws:route-table',
  title: 'Route table',
  idempotency: 'token',
  after: ['aws:subnet', 'aws:internet-gateway', 'aws:nat-gateway'],
  expectMs: 4 * second,
  tagged: true,
  mutable: ['routes', 'subnetIds'],
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readTable(cloud, where.id))
      return found(row?.RouteTableId, tagsIn(row?.Tags))
    }
    const input = { Filters: tagFilters(markFilter(this.type, where)) }
    const rows = await cloud.pages('ec2', 'DescribeRouteTables', input, answer => answer.RouteTables)
    return rows.flatMap(row => found(row.RouteTableId, tagsIn(row.Tags)))
  },
  async create(cloud, { vpcId, name }, mark) {
    const input = { VpcId: vpcId, ClientToken: mark.token, ...tagged('route-table', named(name, mark.tags)) }
    return (await cloud.call('ec2', 'CreateRouteTable', input)).RouteTable?.RouteTableId ?? ''
  },
  async settle(cloud, id, { routes, subnetIds }) {
    const options = { what: `the route table ${id}`, within: 5 * minute }
    const row = await settled(
      cloud,
      () => readTable(cloud, id),
      () => true,
      options,
    )
    await setRoutes(cloud, id, row, routes)
    await setSubnets(cloud, id, row, subnetIds)
    return { id }
  },
  remove(cloud, id) {
    const send = async () => {
      const row = await readTable(cloud, id)
      for (const link of row?.Associations ?? []) await unlink(cloud, link)
      await cloud.call('ec2', 'DeleteRouteTable', { RouteTableId: id }, repeatable)
    }
    return removed(cloud, send, 5 * minute)
  },
}

type Table = NonNullable<Awaited<ReturnType<typeof readTable>>>
type Link = NonNullable<Table['Associations']>[number]

async function readTable(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeRouteTables', { RouteTableIds: [id] })).RouteTables?.[0]
}

/** Only routes with the origin `CreateRoute` are changed; the local one and those of services stay. */
async function setRoutes(cloud: Aws, id: string, table: Table, wanted: Route[]): Promise<void> {
  const present = (table.Routes ?? []).filter(route => route.Origin === 'CreateRoute')
  for (const { to, ...target } of wanted) {
    const gatewayId = 'gatewayId' in target ? target.gatewayId : undefined
    const natGatewayId = 'natGatewayId' in target ? target.natGatewayId : undefined
    const now = present.find(route => route.DestinationCidrBlock === to)
    if (now && now.GatewayId === gatewayId && now.NatGatewayId === natGatewayId) continue
    const route = {
      RouteTableId: id,
      DestinationCidrBlock: to,
      ...(gatewayId && { GatewayId: gatewayId }),
      ...(natGatewayId && { NatGatewayId: natGatewayId }),
    }
    if (now) await cloud.call('ec2', 'ReplaceRoute', route, repeatable)
    else await createRoute(cloud, route)
  }
  for (const { DestinationCidrBlock: to } of present) {
    if (!to || wanted.some(route => route.to === to)) continue
    const place = { RouteTableId: id, DestinationCidrBlock: to }
    await orAbsent(() => cloud.call('ec2', 'DeleteRoute', place, repeatable))
  }
}

/** After a lost answer the route can exist already; it is replaced in case it leads elsewhere. */
async function createRoute(cloud: Aws, route: Parameters<typeof cloud.call<'ec2', 'CreateRoute'>>[2]): Promise<void> {
  try {
    await cloud.call('ec2', 'CreateRoute', route, repeatable)
  } catch (error) {
    if (!(error instanceof CloudProblem) || error.code !== 'RouteAlreadyExists') throw error
    await cloud.call('ec2', 'ReplaceRoute', route, repeatable)
  }
}

async function setSubnets(cloud: Aws, id: string, table: Table, wanted: string[]): Promise<void> {
  const links = (table.Associations ?? []).filter(link => !link.Main && link.SubnetId)
  for (const SubnetId of wanted) {
    if (links.some(link => link.SubnetId === SubnetId)) continue
    try {
      await cloud.call('ec2', 'AssociateRouteTable', { RouteTableId: id, SubnetId }, repeatable)
    } catch (error) {
      if (!(error instanceof CloudProblem) || error.code !== 'Resource.AlreadyAssociated') throw error
      await takeOver(cloud, id, SubnetId)
    }
  }
  for (const link of links) if (!wanted.includes(link.SubnetId!)) await unlink(cloud, link)
}

/** The subnet is still associated with another table: it is moved in one call, never without a table. */
async function takeOver(cloud: Aws, id: string, subnetId: string): Promise<void> {
  const filters = [{ Name: 'association.subnet-id', Values: [subnetId] }]
  const tables = await cloud.pages('ec2', 'DescribeRouteTables', { Filters: filters }, answer => answer.RouteTables)
  const link = tables.flatMap(table => table.Associations ?? []).find(link => link.SubnetId === subnetId)
  if (!link?.RouteTableAssociationId || link.RouteTableId === id) return
  const change = { RouteTableId: id, AssociationId: link.RouteTableAssociationId }
  await cloud.call('ec2', 'ReplaceRouteTableAssociation', change, repeatable)
}

async function unlink(cloud: Aws, { Main, RouteTableAssociationId }: Link): Promise<void> {
  if (Main || !RouteTableAssociationId) return
  await orAbsent(() =>
    cloud.call('ec2', 'DisassociateRouteTable', { AssociationId: RouteTableAssociationId }, repeatable),
  )
}
