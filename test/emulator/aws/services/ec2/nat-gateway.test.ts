import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { natUp, network, soon, still } from './support.ts'

describe('a NAT gateway', () => {
  it('fails in a network without a way out, and gives its address back', async () => {
    const { ec2, pass } = await still()
    const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
    const AllocationId = (await ec2.allocateAddress({})).AllocationId!
    pass(soon)
    const SubnetId = (await ec2.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' })).Subnet!.SubnetId!
    pass(soon)
    const { NatGateway } = await ec2.createNatGateway({ SubnetId, AllocationId })
    expect(NatGateway!.State).toBe('pending')
    pass(natUp)
    const { NatGateways } = await ec2.describeNatGateways({ NatGatewayIds: [NatGateway!.NatGatewayId!] })
    expect(NatGateways).toMatchObject([{ State: 'failed', FailureCode: 'Gateway.NotAttached' }])
    await ec2.releaseAddress({ AllocationId })
    await ec2.deleteSubnet({ SubnetId })
    await ec2.deleteVpc({ VpcId })
  })

  it('gives the same one for the same token, and refuses another request with it', async () => {
    const cloud = await still()
    const { ec2 } = cloud
    const { open, address } = await network(cloud)
    const again = { SubnetId: open, AllocationId: address, ClientToken: 'once' }
    const one = await ec2.createNatGateway(again)
    const two = await ec2.createNatGateway(again)
    expect(two.NatGateway!.NatGatewayId).toBe(one.NatGateway!.NatGatewayId)
    const tags = [{ Key: 'a', Value: 'b' }]
    const other = ec2.createNatGateway({ ...again, TagSpecifications: [{ ResourceType: 'natgateway', Tags: tags }] })
    expect(await codeOf(other)).toBe('IdempotentParameterMismatch')
  })

  it('holds its address until it is deleted and its interface a little longer, in the way of everything', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const net = await network(cloud)
    expect(await codeOf(ec2.releaseAddress({ AllocationId: net.address }))).toBe('InvalidIPAddress.InUse')
    const detach = () => ec2.detachInternetGateway({ InternetGatewayId: net.gateway, VpcId: net.vpc })
    expect(await codeOf(detach())).toBe('DependencyViolation')
    await ec2.deleteNatGateway({ NatGatewayId: net.nat })
    const state = async () => (await ec2.describeNatGateways({ NatGatewayIds: [net.nat] })).NatGateways![0]!.State
    expect(await state()).toBe('deleting')
    expect(await codeOf(ec2.releaseAddress({ AllocationId: net.address }))).toBe('InvalidIPAddress.InUse')
    pass(51)
    expect(await state()).toBe('deleted')
    await ec2.releaseAddress({ AllocationId: net.address })
    await detach()
    expect(await codeOf(ec2.deleteSubnet({ SubnetId: net.open }))).toBe('DependencyViolation')
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: [net.vpc] }] }
    expect((await ec2.describeNetworkInterfaces(inVpc)).NetworkInterfaces).toMatchObject([
      { InterfaceType: 'nat_gateway', RequesterManaged: true, Attachment: { InstanceOwnerId: 'amazon-aws' } },
    ])
    const routes = await ec2.describeRouteTables({ RouteTableIds: [net.closedTable] })
    expect(routes.RouteTables![0]!.Routes![1]).toMatchObject({ NatGatewayId: net.nat, State: 'blackhole' })
    pass(16)
    await ec2.deleteSubnet({ SubnetId: net.open })
  })
})
