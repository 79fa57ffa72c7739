import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { inGroup } from '../blockers.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { tagged } from './common.ts'
import { idOf, readRules, revoke } from './security-rules.ts'

export type SecurityGroupIn = { vpcId: string; name: string; description: string }

/** Console: EC2 › Security Groups › Create. Its name is unique in a VPC. */
export const securityGroup: AwsKind<SecurityGroupIn, { id: string }> = {
  type: 'aws:security-group',
  title: 'Security group',
  idempotency: 'uniqueName',
  after: ['aws:vpc'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    if ('id' in where) {
      const row = await orAbsent(() => readGroup(cloud, where.id))
      return found(row?.GroupId, tagsIn(row?.Tags))
    }
    const filters = where.input
      ? [
          { Name: 'vpc-id', Values: [where.input.vpcId] },
          { Name: 'group-name', Values: [where.input.name] },
        ]
      : tagFilters(markFilter(this.type, where))
    const rows = await cloud.pages('ec2', 'DescribeSecurityGroups', { Filters: filters }, groupsIn)
    return rows.flatMap(row => found(row.GroupId, tagsIn(row.Tags)))
  },
  async create(cloud, { vpcId, name, description }, mark) {
    const answer = await cloud.call('ec2', 'CreateSecurityGroup', {
      VpcId: vpcId,
      GroupName: name,
      Description: description || name,
      ...tagged('security-group', named(name, mark.tags)),
    })
    return answer.GroupId ?? ''
  },
  async settle(cloud, id) {
    const options = { what: `the security group ${id}`, within: 5 * minute }
    await settled(
      cloud,
      () => readGroup(cloud, id),
      () => true,
      options,
    )
    return { id }
  },
  remove(cloud, id, _input, mark) {
    const send = async () => {
      try {
        await cloud.call('ec2', 'DeleteSecurityGroup', { GroupId: id }, repeatable)
      } catch (error) {
        // Groups whose rules reference each other cannot be removed one after the other.
        if (!(error instanceof CloudProblem) || error.code !== 'DependencyViolation') throw error
        await dropMentions(cloud, id, mark.stack)
        throw error
      }
    }
    return removed(cloud, send, 30 * minute, all => inGroup(cloud, id, all))
  },
}

function groupsIn<T>(answer: { SecurityGroups?: T[] | undefined }): T[] | undefined {
  return answer.SecurityGroups
}

async function readGroup(cloud: Aws, id: string) {
  return (await cloud.call('ec2', 'DescribeSecurityGroups', { GroupIds: [id] })).SecurityGroups?.[0]
}

/** Removes rules of this stack's other groups that allow this group. Those of others are reported, not changed. */
async function dropMentions(cloud: Aws, id: string, stack: string): Promise<void> {
  const input = { Filters: [{ Name: 'ip-permission.group-id', Values: [id] }] }
  const groups = await cloud.pages('ec2', 'DescribeSecurityGroups', input, groupsIn)
  for (const { GroupId, Tags } of groups) {
    if (!GroupId || GroupId === id || tagsIn(Tags)['stackwright:stack'] !== stack) continue
    const rows = await readRules(cloud, GroupId)
    await revoke(cloud, GroupId, rows.filter(row => row.ReferencedGroupInfo?.GroupId === id).map(idOf))
  }
}
