import type { Alicloud } from '../../cloud.ts'
import { foundIn, str, tagParams } from '../../read.ts'
import { inVpc } from '../blockers.ts'
import {
  type AlicloudKind,
  findByMark,
  given,
  type Listing,
  minute,
  orAbsent,
  removed,
  second,
  settled,
} from '../common.ts'

export type VpcIn = { name: string; cidr: string; description: string }

export type VpcOut = { id: string; cidr: string }

const vpcs: Listing = { product: 'vpc', action: 'DescribeVpcs', list: 'Vpcs.Vpc', id: 'VpcId', since: 'CreationTime' }

/** Console: VPC › Create VPC. */
export const vpc: AlicloudKind<VpcIn, VpcOut> = {
  type: 'alicloud:vpc',
  title: 'VPC',
  idempotency: 'token',
  after: [],
  expectMs: 6 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, vpcs, this.type, where)
    const row = await orAbsent(() => readVpc(cloud, where.id))
    return row ? [foundIn(row, 'VpcId', 'CreationTime')] : []
  },
  async create(cloud, { name, cidr, description }, mark) {
    const answer = await cloud.call('vpc', 'CreateVpc', {
      VpcName: name,
      CidrBlock: cidr,
      Description: given(description),
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'VpcId')
  },
  async settle(cloud, id) {
    const row = await settled(
      cloud,
      () => readVpc(cloud, id),
      row => str(row, 'Status') === 'Available',
      {
        what: `the VPC ${id}`,
        within: 10 * minute,
      },
    )
    return { id, cidr: str(row, 'CidrBlock') }
  },
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('vpc', 'DeleteVpc', { VpcId: id }, { repeatable: true }),
      5 * minute,
      () => inVpc(cloud, id),
    ),
}

/** Undefined when it does not exist: the cloud answers 200 with an empty id. */
async function readVpc(cloud: Alicloud, id: string) {
  const answer = await cloud.call('vpc', 'DescribeVpcAttribute', { VpcId: id })
  return str(answer, 'VpcId') ? answer : undefined
}
