import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { inVpc } from '../blockers.ts'
import { type AwsKind, hidesFor, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'

export type VpcIn = { name: string; cidr: string }
export type VpcOut = { id: string; cidr: string }

/** Console: VPC › Create VPC. There is no token: looked up by tag before another is created. */
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
    // Databases and load balancers are reached by host name.
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

async function readVpc(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeVpcs', { VpcIds: [id] })).Vpcs?.[0]
}
