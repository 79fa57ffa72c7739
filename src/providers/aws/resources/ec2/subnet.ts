import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { inSubnet } from '../blockers.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'

export type SubnetIn = { vpcId: string; name: string; zone: string; cidr: string; public: boolean }
export type SubnetOut = { id: string; zone: string; cidr: string }

/** Console: VPC › Subnets › Create subnet. A range is unique in a VPC, so it serves as the name. */
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
  // The network interfaces of deleted load balancers and databases stay for minutes.
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('ec2', 'DeleteSubnet', { SubnetId: id }, repeatable),
      30 * minute,
      all => inSubnet(cloud, id, all),
    ),
}

async function readSubnet(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeSubnets', { SubnetIds: [id] })).Subnets?.[0]
}
