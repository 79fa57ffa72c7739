import type { Alicloud } from '../../cloud.ts'
import { foundIn, rows, str, tagParams } from '../../read.ts'
import { inSecurityGroup } from '../blockers.ts'
import { type AlicloudKind, findByMark, given, type Listing, minute, orAbsent, removed, second } from '../common.ts'
import { byToken } from './common.ts'

export type SecurityGroupIn = { vpcId: string; name: string; description: string }

export type SecurityGroupOut = { id: string }

const groups: Listing = {
  product: 'ecs',
  action: 'DescribeSecurityGroups',
  list: 'SecurityGroups.SecurityGroup',
  id: 'SecurityGroupId',
  since: 'CreationTime',
  paging: byToken,
}

/** Console: ECS › Security Groups › Create Security Group. */
export const securityGroup: AlicloudKind<SecurityGroupIn, SecurityGroupOut> = {
  type: 'alicloud:security-group',
  title: 'Security group',
  idempotency: 'token',
  after: ['alicloud:vpc'],
  expectMs: 1 * second,
  tagged: true,
  async find(cloud, where) {
    if (!('id' in where)) return findByMark(cloud, groups, this.type, where)
    const row = await readGroup(cloud, where.id)
    return row ? [foundIn(row, groups.id, groups.since)] : []
  },
  async create(cloud, { vpcId, name, description }, mark) {
    const answer = await cloud.call('ecs', 'CreateSecurityGroup', {
      VpcId: vpcId,
      SecurityGroupName: name,
      Description: given(description),
      SecurityGroupType: 'normal',
      Tag: tagParams(mark.tags),
      ClientToken: mark.token,
    })
    return str(answer, 'SecurityGroupId')
  },
  settle: async (_cloud, id) => ({ id }),
  remove: (cloud, id) =>
    removed(
      cloud,
      () => cloud.call('ecs', 'DeleteSecurityGroup', { SecurityGroupId: id }, { repeatable: true }),
      10 * minute,
      () => inSecurityGroup(cloud, id),
    ),
}

async function readGroup(cloud: Alicloud, id: string) {
  const answer = await orAbsent(() => cloud.call('ecs', 'DescribeSecurityGroups', { SecurityGroupId: id }))
  return rows(answer, groups.list)[0]
}
