import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { network, still } from './support.ts'

const everywhere = { DestinationCidrBlock: '0.0.0.0/0' }

describe('route tables', () => {
  it('keep one route a destination and one table a subnet', async () => {
    const cloud = await still()
    const { ec2 } = cloud
    const net = await network(cloud)
    const route = { RouteTableId: net.openTable, ...everywhere, GatewayId: net.gateway }
    expect(await codeOf(ec2.createRoute(route))).toBe('RouteAlreadyExists')
    await ec2.replaceRoute({ RouteTableId: net.openTable, ...everywhere, NatGatewayId: net.nat })
    const same = { RouteTableId: net.closedTable, SubnetId: net.closed }
    const first = (await ec2.associateRouteTable(same)).AssociationId
    expect((await ec2.associateRouteTable(same)).AssociationId).toBe(first)
    expect(await codeOf(ec2.associateRouteTable({ ...same, RouteTableId: net.openTable }))).toBe(
      'Resource.AlreadyAssociated',
    )
    expect(await codeOf(ec2.deleteRouteTable({ RouteTableId: net.closedTable }))).toBe('DependencyViolation')
    await ec2.disassociateRouteTable({ AssociationId: first! })
    await ec2.deleteRouteTable({ RouteTableId: net.closedTable })
    expect(await codeOf(ec2.disassociateRouteTable({ AssociationId: first! }))).toBe('InvalidAssociationID.NotFound')
  })
})
