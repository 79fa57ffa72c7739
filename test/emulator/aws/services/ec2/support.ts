import { EC2 } from '@aws-sdk/client-ec2'
import { IAM } from '@aws-sdk/client-iam'
import { SSM } from '@aws-sdk/client-ssm'
import { afterEach, vi } from 'vitest'
import type { Sandbox } from '../../../../../src/emulator/server/server.ts'
import { config, type Key, region, sandbox } from '../../support.ts'

/** An emulated cloud whose clock moves only when the test says so, and the official clients on it. */
export interface Still {
  ec2: EC2
  ssm: SSM
  iam: IAM
  /** Lets seconds of the cloud's time pass. */
  pass(seconds: number): void
  inventory(): { type: string; id: string; state: string }[]
  world: Sandbox['world']
  url: string
}

export const zones = { a: `${region}a`, c: `${region}c`, d: `${region}d` }

/** Lags and the states of networks: surely over. */
export const soon = 6
/** A NAT gateway's creation, an instance's start with its agent: surely over. */
export const natUp = 101
export const booted = 86
export const terminated = 36

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

afterEach(() => {
  vi.useRealTimers()
})

export async function still(key?: Key): Promise<Still> {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { url, world, inventory } = await sandbox({ speed: 1 })
  const settings = config(url, key)
  return {
    ec2: new EC2(settings),
    ssm: new SSM(settings),
    iam: new IAM(settings),
    pass: seconds => void vi.setSystemTime(Date.now() + seconds * 1000),
    inventory: () => inventory() as ReturnType<Still['inventory']>,
    world,
    url,
  }
}

/** A VPC with an internet gateway, a public and a private subnet, a NAT gateway and their route tables. */
export async function network({ ec2, pass }: Still) {
  const vpc = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
  const gateway = (await ec2.createInternetGateway({})).InternetGateway!.InternetGatewayId!
  const address = (await ec2.allocateAddress({ Domain: 'vpc' })).AllocationId!
  pass(soon)
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId: vpc })
  const subnetOf = async (cidr: string, zone: string) =>
    (await ec2.createSubnet({ VpcId: vpc, CidrBlock: cidr, AvailabilityZone: zone })).Subnet!.SubnetId!
  const open = await subnetOf('10.0.0.0/24', zones.a)
  const closed = await subnetOf('10.0.1.0/24', zones.a)
  const openTable = (await ec2.createRouteTable({ VpcId: vpc })).RouteTable!.RouteTableId!
  const closedTable = (await ec2.createRouteTable({ VpcId: vpc })).RouteTable!.RouteTableId!
  const group = (await ec2.createSecurityGroup({ VpcId: vpc, GroupName: 'web', Description: 'web' })).GroupId!
  pass(soon)
  const everywhere = { DestinationCidrBlock: '0.0.0.0/0' }
  await ec2.createRoute({ RouteTableId: openTable, ...everywhere, GatewayId: gateway })
  await ec2.associateRouteTable({ RouteTableId: openTable, SubnetId: open })
  const nat = (await ec2.createNatGateway({ SubnetId: open, AllocationId: address })).NatGateway!.NatGatewayId!
  pass(natUp)
  await ec2.createRoute({ RouteTableId: closedTable, ...everywhere, NatGatewayId: nat })
  await ec2.associateRouteTable({ RouteTableId: closedTable, SubnetId: closed })
  return { vpc, gateway, address, open, closed, openTable, closedTable, group, nat }
}

export async function image({ ssm }: Pick<Still, 'ssm'>, arch = 'x86_64'): Promise<string> {
  const Name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${arch}`
  return (await ssm.getParameter({ Name })).Parameter!.Value!
}

/** A role that Systems Manager may use, in a profile that EC2 knows. */
export async function profile({ iam, pass }: Still, name = 'web'): Promise<string> {
  await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trust })
  await iam.attachRolePolicy({
    RoleName: name,
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  })
  await iam.createInstanceProfile({ InstanceProfileName: name })
  pass(4)
  await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name })
  pass(13)
  return name
}

/** One instance at least, in a subnet, with a profile where one is given. */
export async function machine(
  cloud: Still,
  where: { subnet: string; group: string },
  more: Partial<Parameters<EC2['runInstances']>[0]> = {},
): Promise<string> {
  const { Instances } = await cloud.ec2.runInstances({
    ImageId: await image(cloud),
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: where.subnet,
    SecurityGroupIds: [where.group],
    ...more,
  })
  return Instances![0]!.InstanceId!
}

export { trust }
