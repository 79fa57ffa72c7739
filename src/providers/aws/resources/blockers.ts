import { hasOutcome } from '../../../base/errors.ts'
import type { Aws } from '../client.ts'
import { tagsIn } from '../read.ts'

type Filters = { Name: string; Values: string[] }[]

/** What blocks the removal of a VPC, in words: subnets, security groups and network interfaces in it. */
export async function inVpc(cloud: Aws, id: string, all: boolean): Promise<string[]> {
  const where = [{ Name: 'vpc-id', Values: [id] }]
  const [subnets, groups, ports] = await Promise.all([
    cloud.pages('ec2', 'DescribeSubnets', { Filters: where }, answer => answer.Subnets),
    cloud.pages('ec2', 'DescribeSecurityGroups', { Filters: where }, answer => answer.SecurityGroups),
    portsIn(cloud, where, all),
  ])
  return [
    ...subnets.map(row => called('Subnet', row.SubnetId, tagsIn(row.Tags).Name)),
    ...groups
      .filter(row => row.GroupName !== 'default')
      .map(row => called('Security group', row.GroupId, row.GroupName)),
    ...ports,
  ]
}

/** What still has a network interface in a subnet, in words; `all`: also what disappears by itself. */
export function inSubnet(cloud: Aws, id: string, all: boolean): Promise<string[]> {
  return portsIn(cloud, [{ Name: 'subnet-id', Values: [id] }], all)
}

/** What still uses a security group: network interfaces, and rules of other groups, in words. */
export async function inGroup(cloud: Aws, id: string, all: boolean): Promise<string[]> {
  const [ports, groups] = await Promise.all([
    portsIn(cloud, [{ Name: 'group-id', Values: [id] }], all),
    cloud.pages(
      'ec2',
      'DescribeSecurityGroups',
      { Filters: [{ Name: 'ip-permission.group-id', Values: [id] }] },
      answer => answer.SecurityGroups,
    ),
  ])
  const others = groups.filter(row => row.GroupId !== id)
  return [...ports, ...others.map(row => `a rule of ${called('security group', row.GroupId, row.GroupName)}`)]
}

/**
 * Almost everything that blocks a removal is a network interface, and most of those disappear by themselves: those of
 * load balancers, NAT gateways and databases that are being deleted. Listed are those of resources that still exist;
 * with `all` every one.
 */
async function portsIn(cloud: Aws, filters: Filters, all: boolean): Promise<string[]> {
  const ports = await cloud.pages(
    'ec2',
    'DescribeNetworkInterfaces',
    { Filters: filters },
    answer => answer.NetworkInterfaces,
  )
  const lines = await Promise.all(
    ports.map(async port => {
      const id = port.NetworkInterfaceId
      const machine = port.Attachment?.InstanceId
      const description = port.Description ?? ''
      const line = called('Network interface', id, machine ?? description)
      if (all || port.Status === 'available') return line
      if (machine) return (await isAlive(cloud, machine)) ? `EC2 instance ${machine}` : undefined
      const balancer = /^ELB (?:app|net)\/([^/]+)\//.exec(description)?.[1]
      if (balancer) return (await balancerLives(cloud, balancer)) ? `Load balancer ${balancer}` : undefined
      const nat = /^Interface for NAT Gateway (nat-\w+)/.exec(description)?.[1]
      if (nat) return (await natLives(cloud, nat)) ? `NAT gateway ${nat}` : undefined
      return undefined
    }),
  )
  return [...new Set(lines.filter(line => line !== undefined))]
}

async function isAlive(cloud: Aws, id: string): Promise<boolean> {
  const [row] = await orNone(() =>
    cloud.pages('ec2', 'DescribeInstances', { InstanceIds: [id] }, answer =>
      answer.Reservations?.flatMap(reservation => reservation.Instances ?? []),
    ),
  )
  return row !== undefined && !['shutting-down', 'terminated'].includes(row.State?.Name ?? '')
}

async function balancerLives(cloud: Aws, name: string): Promise<boolean> {
  const find = () => cloud.pages('elbv2', 'DescribeLoadBalancers', { Names: [name] }, answer => answer.LoadBalancers)
  return (await orNone(find)).length > 0
}

async function natLives(cloud: Aws, id: string): Promise<boolean> {
  const find = () => cloud.pages('ec2', 'DescribeNatGateways', { NatGatewayIds: [id] }, answer => answer.NatGateways)
  return (await orNone(find)).some(row => row.State === 'pending' || row.State === 'available')
}

async function orNone<T>(read: () => Promise<T[]>): Promise<T[]> {
  try {
    return await read()
  } catch (error) {
    if (hasOutcome(error, 'notFound')) return []
    throw error
  }
}

function called(title: string, id: string | undefined, name: string | undefined): string {
  return name && name !== id ? `${title} ${id} (${name})` : `${title} ${id}`
}
