import { CloudProblem } from '../../../base/errors.ts'
import type { Aws } from '../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../read.ts'
import { inSubnet, inVpc } from './blockers.ts'
import {
  type AwsKind,
  hidesFor,
  lookAndDo,
  minute,
  orAbsent,
  removed,
  repeatable,
  second,
  settled,
  tagged,
} from './common.ts'

export type VpcIn = { name: string; cidr: string }
export type VpcOut = { id: string; cidr: string }

/** Console: VPC › Create VPC. No token: looked for by tag before it is made again. */
export const vpc: AwsKind<VpcIn, VpcOut> = {
  type: 'aws:vpc',
  title: 'VPC',
  idempotency: 'tagLookup',
  visibleWithinMs: hidesFor,
  after: [],
  expectMs: 6 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readVpc(cloud, where.id))
      return found(row?.VpcId, tagsIn(row?.Tags))
    }
    const input = { Filters: tagFilters(markFilter(this.type, where)) }
    const rows = await cloud.pages('ec2', 'DescribeVpcs', input, answer => answer.Vpcs)
    return rows.flatMap(row => found(row.VpcId, tagsIn(row.Tags)))
  },
  async create(cloud, { name, cidr }, mark) {
    const tags = tagged('vpc', named(name, mark.tags))
    const { Vpc } = await cloud.call('ec2', 'CreateVpc', { CidrBlock: cidr, ...tags })
    return Vpc?.VpcId ?? ''
  },
  async settle(cloud, id) {
    const options = { what: `the VPC ${id}`, within: 10 * minute }
    const row = await settled(
      cloud,
      () => readVpc(cloud, id),
      row => row.State === 'available',
      options,
    )
    // Databases and load balancers are known by name.
    const attribute = await cloud.call('ec2', 'DescribeVpcAttribute', { VpcId: id, Attribute: 'enableDnsHostnames' })
    if (!attribute.EnableDnsHostnames?.Value) {
      await cloud.call('ec2', 'ModifyVpcAttribute', { VpcId: id, EnableDnsHostnames: { Value: true } }, repeatable)
    }
    return { id, cidr: row.CidrBlock ?? '' }
  },
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('ec2', 'DeleteVpc', { VpcId: id }, repeatable),
      10 * minute,
      all => inVpc(cloud, id, all),
    ),
}

export type SubnetIn = { vpcId: string; name: string; zone: string; cidr: string; public: boolean }
export type SubnetOut = { id: string; zone: string; cidr: string }

/** Console: VPC › Subnets › Create subnet. A range can be taken only once in a VPC, so it is its name. */
export const subnet: AwsKind<SubnetIn, SubnetOut> = {
  type: 'aws:subnet',
  title: 'Subnet',
  idempotency: 'uniqueName',
  after: ['aws:vpc'],
  expectMs: 4 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readSubnet(cloud, where.id))
      return found(row?.SubnetId, tagsIn(row?.Tags))
    }
    const filters = where.input
      ? [
          { Name: 'vpc-id', Values: [where.input.vpcId] },
          { Name: 'cidr-block', Values: [where.input.cidr] },
        ]
      : tagFilters(markFilter(this.type, where))
    const rows = await cloud.pages('ec2', 'DescribeSubnets', { Filters: filters }, answer => answer.Subnets)
    return rows.flatMap(row => found(row.SubnetId, tagsIn(row.Tags)))
  },
  async create(cloud, { vpcId, name, zone, cidr }, mark) {
    const input = { VpcId: vpcId, AvailabilityZone: zone, CidrBlock: cidr, ...tagged('subnet', named(name, mark.tags)) }
    const { Subnet } = await cloud.call('ec2', 'CreateSubnet', input)
    return Subnet?.SubnetId ?? ''
  },
  async settle(cloud, id, input) {
    const options = { what: `the subnet ${id}`, within: 10 * minute }
    const row = await settled(
      cloud,
      () => readSubnet(cloud, id),
      row => row.State === 'available',
      options,
    )
    if (Boolean(row.MapPublicIpOnLaunch) !== input.public) {
      const change = { SubnetId: id, MapPublicIpOnLaunch: { Value: input.public } }
      await cloud.call('ec2', 'ModifySubnetAttribute', change, repeatable)
    }
    return { id, zone: row.AvailabilityZone ?? '', cidr: row.CidrBlock ?? '' }
  },
  // The interfaces of deleted load balancers and databases stay for minutes.
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('ec2', 'DeleteSubnet', { SubnetId: id }, repeatable),
      30 * minute,
      all => inSubnet(cloud, id, all),
    ),
}

export type InternetGatewayIn = { vpcId: string; name: string }

/** Console: VPC › Internet gateways › Create, then Attach to VPC. */
export const internetGateway: AwsKind<InternetGatewayIn, { id: string }> = {
  type: 'aws:internet-gateway',
  title: 'Internet gateway',
  idempotency: 'tagLookup',
  visibleWithinMs: hidesFor,
  after: ['aws:vpc'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readInternetGateway(cloud, where.id))
      return found(row?.InternetGatewayId, tagsIn(row?.Tags))
    }
    const input = { Filters: tagFilters(markFilter(this.type, where)) }
    const rows = await cloud.pages('ec2', 'DescribeInternetGateways', input, answer => answer.InternetGateways)
    return rows.flatMap(row => found(row.InternetGatewayId, tagsIn(row.Tags)))
  },
  async create(cloud, { name }, mark) {
    const input = tagged('internet-gateway', named(name, mark.tags))
    const { InternetGateway } = await cloud.call('ec2', 'CreateInternetGateway', input)
    return InternetGateway?.InternetGatewayId ?? ''
  },
  async settle(cloud, id, { vpcId }) {
    const read = () => readInternetGateway(cloud, id)
    const options = { what: `the internet gateway ${id} to be attached`, within: 5 * minute }
    await lookAndDo(cloud, async () => {
      const row = await settled(cloud, read, () => true, options)
      if (row.Attachments?.some(at => at.VpcId === vpcId)) return
      await attach(cloud, id, vpcId)
    })
    const attached = (row: Awaited<ReturnType<typeof read>>) =>
      row?.Attachments?.some(at => at.VpcId === vpcId && /^(available|attached)$/.test(at.State ?? '')) ?? false
    await settled(cloud, read, attached, options)
    return { id }
  },
  remove(cloud, id) {
    const send = async () => {
      const row = await readInternetGateway(cloud, id)
      for (const { VpcId } of row?.Attachments ?? []) {
        // Refused while any public address of the VPC is in use.
        const place = { InternetGatewayId: id, VpcId }
        await orAbsent(() => cloud.call('ec2', 'DetachInternetGateway', place, repeatable))
      }
      await cloud.call('ec2', 'DeleteInternetGateway', { InternetGatewayId: id }, repeatable)
    }
    return removed(cloud, send, 30 * minute)
  },
}

/** Attached already, but not seen to be so: the list lags behind. */
async function attach(cloud: Aws, id: string, vpcId: string): Promise<void> {
  try {
    await cloud.call('ec2', 'AttachInternetGateway', { InternetGatewayId: id, VpcId: vpcId })
  } catch (error) {
    if (!(error instanceof CloudProblem) || error.code !== 'Resource.AlreadyAssociated') throw error
  }
}

async function readVpc(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeVpcs', { VpcIds: [id] })).Vpcs?.[0]
}

async function readSubnet(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeSubnets', { SubnetIds: [id] })).Subnets?.[0]
}

async function readInternetGateway(cloud: Aws, id: string) {
  const answer = await cloud.call('ec2', 'DescribeInternetGateways', { InternetGatewayIds: [id] })
  return answer.InternetGateways?.[0]
}
