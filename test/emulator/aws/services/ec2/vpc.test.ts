import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { natUp, network, type Still, soon, still, zones } from './support.ts'

const everywhere = { DestinationCidrBlock: '0.0.0.0/0' }

describe('a VPC', () => {
  it('is pending first, is not found by filter at once, and brings its own group and main table', async () => {
    const { ec2, pass, inventory } = await still()
    const tags = [{ Key: 'stack', Value: 'one' }]
    const { Vpc } = await ec2.createVpc({
      CidrBlock: '10.0.7.9/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags: tags }],
    })
    expect(Vpc).toMatchObject({ CidrBlock: '10.0.0.0/16', State: 'pending', Tags: tags, IsDefault: false })
    const byTag = { Filters: [{ Name: 'tag:stack', Values: ['o*'] }] }
    expect((await ec2.describeVpcs(byTag)).Vpcs).toEqual([])
    pass(soon)
    expect((await ec2.describeVpcs(byTag)).Vpcs).toMatchObject([{ VpcId: Vpc!.VpcId, State: 'available' }])
    const inIt = { Filters: [{ Name: 'vpc-id', Values: [Vpc!.VpcId!] }] }
    expect((await ec2.describeSecurityGroups(inIt)).SecurityGroups).toMatchObject([{ GroupName: 'default' }])
    expect((await ec2.describeRouteTables(inIt)).RouteTables).toMatchObject([{ Associations: [{ Main: true }] }])
    expect(inventory()).toMatchObject([{ type: 'vpc' }])
    await ec2.deleteVpc({ VpcId: Vpc!.VpcId! })
    expect((await ec2.describeSecurityGroups(inIt)).SecurityGroups).toEqual([])
    expect(inventory()).toEqual([])
  })

  it('is five in a region, takes one attribute a call, and refuses what it does not know', async () => {
    const { ec2, pass } = await still()
    const make = () => ec2.createVpc({ CidrBlock: '10.0.0.0/16' })
    const { Vpc } = await make()
    for (let count = 1; count < 5; count++) await make()
    expect(await codeOf(make())).toBe('VpcLimitExceeded')
    pass(soon)
    const VpcId = Vpc!.VpcId!
    const both = { EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } }
    expect(await codeOf(ec2.modifyVpcAttribute({ VpcId, ...both }))).toBe('InvalidParameterCombination')
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } })
    const answer = await ec2.describeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' })
    expect(answer.EnableDnsHostnames).toEqual({ Value: true })
    expect(await codeOf(ec2.describeVpcs({ VpcIds: ['vpc-nothing'] }))).toBe('InvalidVpcID.NotFound')
    expect(await codeOf(ec2.describeVpcs({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).toBe(
      'InvalidParameterValue',
    )
    expect(await codeOf(ec2.createVpc({ CidrBlock: '10.0.0.0/8' }))).toBe('InvalidVpc.Range')
    expect(await codeOf(ec2.createVpc({ CidrBlock: '10.1.0.0/16', DryRun: true }))).toBe('DryRunOperation')
  })

  it('may not be known to the next call for a moment', async () => {
    const { ec2, pass } = await still()
    const codes: string[] = []
    for (let count = 0; count < 5; count++) {
      const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })
      codes.push(await codeOf(ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.1.0/24' })))
      pass(2.1)
      codes.push(await codeOf(ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.2.0/24' })))
    }
    expect(codes).toContain('InvalidVpcID.NotFound')
    expect(codes.filter((_, index) => index % 2 === 1)).toEqual(Array(5).fill('accepted'))
  })
})

describe('subnets', () => {
  it('lie in the VPC, do not overlap, and are in a zone that exists', async () => {
    const { ec2, pass } = await still()
    const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
    pass(soon)
    const make = (CidrBlock: string, AvailabilityZone = zones.c) =>
      ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone })
    const { Subnet } = await make('10.0.1.0/24')
    expect(Subnet).toMatchObject({ AvailableIpAddressCount: 251, AvailabilityZoneId: 'apne1-az1' })
    expect(await codeOf(make('10.0.1.128/25'))).toBe('InvalidSubnet.Conflict')
    expect(await codeOf(make('10.1.0.0/24'))).toBe('InvalidSubnet.Range')
    expect(await codeOf(make('10.0.2.0/24', 'ap-northeast-1b'))).toBe('InvalidParameterValue')
    pass(soon)
    await ec2.modifySubnetAttribute({ SubnetId: Subnet!.SubnetId!, MapPublicIpOnLaunch: { Value: true } })
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [Subnet!.SubnetId!] })
    expect(Subnets).toMatchObject([{ MapPublicIpOnLaunch: true, State: 'available' }])
    expect(await codeOf(ec2.deleteVpc({ VpcId }))).toBe('DependencyViolation')
  })
})

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

describe('security groups', () => {
  it('have one name a VPC, whatever its case, and only the characters the reference allows', async () => {
    const cloud = await still()
    const { ec2, vpc } = { ...cloud, ...(await network(cloud)) }
    const make = (GroupName: string, Description = 'd') =>
      ec2.createSecurityGroup({ VpcId: vpc, GroupName, Description })
    expect(await codeOf(make('WEB'))).toBe('InvalidGroup.Duplicate')
    expect(await codeOf(make('sg-mine'))).toBe('InvalidParameterValue')
    expect(await codeOf(make("don't"))).toBe('InvalidParameterValue')
    expect(await codeOf(make('app', 'ウェブ'))).toBe('InvalidParameterValue')
  })

  it('refuse a rule that is there, and are not deleted while another names them', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const { vpc, group } = await network(cloud)
    const other = (await ec2.createSecurityGroup({ VpcId: vpc, GroupName: 'db', Description: 'db' })).GroupId!
    pass(soon)
    const rule = { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, UserIdGroupPairs: [{ GroupId: group }] }
    const world = {
      IpProtocol: '6',
      FromPort: 80,
      ToPort: 80,
      IpRanges: [{ CidrIp: '10.0.3.4/16', Description: 'in' }],
    }
    const added = await ec2.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule, world] })
    expect(added.SecurityGroupRules).toMatchObject([
      { ReferencedGroupInfo: { GroupId: group }, IsEgress: false },
      { CidrIpv4: '10.0.0.0/16', IpProtocol: 'tcp', Description: 'in' },
    ])
    expect(await codeOf(ec2.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions: [world] }))).toBe(
      'InvalidPermission.Duplicate',
    )
    expect(await codeOf(ec2.deleteSecurityGroup({ GroupId: group }))).toBe('DependencyViolation')
    await ec2.revokeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule] })
    expect(await codeOf(ec2.revokeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule] }))).toBe(
      'InvalidPermission.NotFound',
    )
    await ec2.deleteSecurityGroup({ GroupId: group })
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [other] })
    expect(SecurityGroups![0]!.IpPermissions).toMatchObject([{ FromPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }])
    expect(SecurityGroups![0]!.IpPermissionsEgress).toMatchObject([{ IpProtocol: '-1' }])
  })
})

describe('gateways and addresses', () => {
  it('one internet gateway a VPC, and attaching again says so', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const { vpc, gateway } = await network(cloud)
    const attach = (InternetGatewayId: string) => ec2.attachInternetGateway({ InternetGatewayId, VpcId: vpc })
    expect(await codeOf(attach(gateway))).toBe('Resource.AlreadyAssociated')
    const second = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
    pass(soon)
    expect(await codeOf(attach(second))).toBe('InvalidParameterValue')
    const detach = ec2.detachInternetGateway({ InternetGatewayId: second, VpcId: vpc })
    expect(await codeOf(detach)).toBe('Gateway.NotAttached')
    expect(await codeOf(ec2.deleteInternetGateway({ InternetGatewayId: gateway }))).toBe('DependencyViolation')
  })

  it('five addresses a region', async () => {
    const { ec2 } = await still()
    const codes = []
    for (let count = 0; count < 6; count++) codes.push(await codeOf(ec2.allocateAddress({})))
    expect(codes).toEqual([...Array(5).fill('accepted'), 'AddressLimitExceeded'])
  })
})

describe('tags', () => {
  it('are added, found and taken away by id', async () => {
    const cloud: Still = await still()
    const { ec2, pass } = cloud
    const id = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
    await ec2.createTags({ Resources: [id], Tags: [{ Key: 'a', Value: '1' }] })
    pass(soon)
    const { Tags } = await ec2.describeTags({ Filters: [{ Name: 'key', Values: ['a'] }] })
    expect(Tags).toMatchObject([{ ResourceId: id, ResourceType: 'internet-gateway', Value: '1' }])
    await ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'a' }] })
    expect((await ec2.describeTags({})).Tags).toEqual([])
    expect(await codeOf(ec2.createTags({ Resources: [id], Tags: [{ Key: 'aws:a', Value: '1' }] }))).toBe(
      'InvalidParameterValue',
    )
  })
})
