import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, tagsIn } from '../../read.ts'
import { type AwsKind, orAbsent, repeatable, second } from '../common.ts'
import { tagged } from './common.ts'

type Ports = { protocol: string; from: number; to: number; description: string }
/** `from` and `to` are ports; -1 for all (or every type of ICMP). The source is a range of addresses, or another group. */
export type Rule = (Ports & { cidr: string }) | (Ports & { groupId: string })
export type SecurityRulesIn = { groupId: string; rules: Rule[] }

/** Console: the group's inbound rules. Rules added by people stay. */
export const securityRules: AwsKind<SecurityRulesIn, { id: string }> = {
  type: 'aws:security-rules',
  title: 'Inbound rules',
  idempotency: 'upsert',
  after: ['aws:security-group'],
  expectMs: 3 * second,
  tagged: false,
  async find(cloud, where) {
    if (!('id' in where)) return []
    const rows = await orAbsent(() => readRules(cloud, groupOf(where.id)))
    return rows?.some(row => stackOf(row) !== undefined) ? found(where.id, {}) : []
  },
  create: async (_cloud, { groupId }) => `${groupId}/rules`,
  async settle(cloud, id, { groupId, rules }, { stack }) {
    const present = await readRules(cloud, groupId)
    const surplus = present.filter(row => stackOf(row) === stack && !rules.some(rule => keyOf(rule) === keyOfRow(row)))
    await revoke(cloud, groupId, surplus.map(idOf))
    for (const rule of rules) {
      if (!present.some(row => keyOf(rule) === keyOfRow(row))) await authorize(cloud, groupId, rule, stack)
    }
    return { id }
  },
  async remove(cloud, id, _input, { stack }) {
    const rows = (await orAbsent(() => readRules(cloud, groupOf(id)))) ?? []
    await revoke(cloud, groupOf(id), rows.filter(row => stackOf(row) === stack).map(idOf))
    return 'gone'
  },
}

type Row = Awaited<ReturnType<typeof readRules>>[number]

function groupOf(id: string): string {
  return id.split('/')[0]!
}

/** The inbound rules of a group. */
export async function readRules(cloud: Aws, groupId: string) {
  const input = { Filters: [{ Name: 'group-id', Values: [groupId] }] }
  const rows = await cloud.pages('ec2', 'DescribeSecurityGroupRules', input, answer => answer.SecurityGroupRules)
  return rows.filter(row => !row.IsEgress)
}

/** One rule a call: a duplicate makes a whole batch fail. A rule that exists already is success. */
async function authorize(cloud: Aws, groupId: string, rule: Rule, stack: string): Promise<void> {
  const about = { Description: rule.description }
  const permission = {
    IpProtocol: rule.protocol,
    FromPort: rule.from,
    ToPort: rule.to,
    ...('groupId' in rule
      ? { UserIdGroupPairs: [{ GroupId: rule.groupId, ...about }] }
      : { IpRanges: [{ CidrIp: rule.cidr, ...about }] }),
  }
  const marked = tagged('security-group-rule', { 'stackwright:stack': stack })
  const input = { GroupId: groupId, IpPermissions: [permission], ...marked }
  try {
    await cloud.call('ec2', 'AuthorizeSecurityGroupIngress', input, repeatable)
  } catch (error) {
    if (!(error instanceof CloudProblem) || error.code !== 'InvalidPermission.Duplicate') throw error
  }
}

/** Removes inbound rules by id; those that are gone already are no error. */
export async function revoke(cloud: Aws, groupId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const input = { GroupId: groupId, SecurityGroupRuleIds: ids }
  await orAbsent(() => cloud.call('ec2', 'RevokeSecurityGroupIngress', input, repeatable))
}

/** The stack that created it; undefined for rules added by people. */
function stackOf(row: Row): string | undefined {
  return tagsIn(row.Tags)['stackwright:stack']
}

/** A rule's id. */
export function idOf(row: Row): string {
  return row.SecurityGroupRuleId ?? ''
}

function keyOf(rule: Rule): string {
  const { protocol, from, to } = rule
  const source = 'groupId' in rule ? rule.groupId : rule.cidr
  return `${protocol.toLowerCase()} ${protocol === '-1' ? '-1 -1' : `${from} ${to}`} ${source}`
}

function keyOfRow(row: Row): string {
  const source = row.ReferencedGroupInfo?.GroupId ?? row.CidrIpv4
  return `${row.IpProtocol?.toLowerCase()} ${row.FromPort ?? -1} ${row.ToPort ?? -1} ${source}`
}
