import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { arn, newId } from '../../core/ids.ts'
import { objects, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { listedResources, updateResource } from '../../core/resources.ts'
import { cutTo } from './cidr-block.ts'
import { ec2Find } from './lookup.ts'
import { newTags } from './tags.ts'

const perGroup = 60

/** One rule of a security group; exactly one of `cidr`, `cidr6`, `groupId` says who. */
export type Rule = {
  id: string
  egress: boolean
  /** `tcp`, `udp`, `icmp`, a number, or `-1` for all. */
  protocol: string
  from: number
  to: number
  cidr: string | null
  cidr6: string | null
  groupId: string | null
  description: string
  tags: Record<string, string>
}

export const securityGroupRuleOperations: Record<string, Operation> = {
  'ec2.AuthorizeSecurityGroupIngress': operation('GroupId IpPermissions TagSpecifications', authorize(false)),
  'ec2.AuthorizeSecurityGroupEgress': operation('GroupId IpPermissions TagSpecifications', authorize(true)),
  'ec2.RevokeSecurityGroupIngress': operation('GroupId IpPermissions SecurityGroupRuleIds', revoke(false)),
  'ec2.RevokeSecurityGroupEgress': operation('GroupId IpPermissions SecurityGroupRuleIds', revoke(true)),
  'ec2.DescribeSecurityGroupRules': operation('SecurityGroupRuleIds Filters MaxResults NextToken', (input, call) => {
    const ids = words(input, 'SecurityGroupRuleIds')
    const rows = listedResources(call, 'security-group').flatMap(group => rulesOf(group).map(rule => ({ group, rule })))
    const missing = ids.find(id => !rows.some(row => row.rule.id === id))
    if (missing)
      refuse(400, 'InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${missing}' does not exist`)
    const found = filtered(
      input,
      rows.filter(row => ids.length === 0 || ids.includes(row.rule.id)),
      { 'group-id': row => row.group.id, 'security-group-rule-id': row => row.rule.id },
      row => row.rule.tags,
    )
    const { rows: some, next } = page(input, found)
    return {
      SecurityGroupRules: some.map(row => describeRule(call, row.group, row.rule)),
      ...nextToken(next),
    }
  }),
}

/** The rules of a group, both directions. */
export function rulesOf(group: Resource): Rule[] {
  return objects(group.data, 'rules') as unknown as Rule[]
}

/** What every new group has: everything may go out. */
export function openEgress(call: Call): Rule {
  return {
    id: newId(call, 'sgr'),
    egress: true,
    protocol: '-1',
    from: -1,
    to: -1,
    cidr: '0.0.0.0/0',
    cidr6: null,
    groupId: null,
    description: '',
    tags: {},
  }
}

/** Whether one of the groups' rules lets this through; `from` is an address's group ids or nothing for the world. */
export function letsOut(rules: Rule[], port: number): boolean {
  return rules.some(
    rule => rule.egress && rule.cidr === '0.0.0.0/0' && (rule.protocol === '-1' || covers(rule, 'tcp', port)),
  )
}

/** Whether a rule is about this protocol and port. */
export function covers(rule: Rule, protocol: string, port: number): boolean {
  return rule.protocol === '-1' || (rule.protocol === protocol && rule.from <= port && port <= rule.to)
}

/** Rules of one direction, those of the same protocol and ports together, as DescribeSecurityGroups has them. */
export function permissionsOf(call: Call, group: Resource, egress: boolean): JsonObject[] {
  const sets = new Map<string, Rule[]>()
  for (const rule of rulesOf(group).filter(one => one.egress === egress)) {
    const key = `${rule.protocol} ${rule.from} ${rule.to}`
    sets.set(key, [...(sets.get(key) ?? []), rule])
  }
  return [...sets.values()].map(rules => {
    const { protocol, from, to } = rules[0]!
    return {
      IpProtocol: protocol,
      ...(protocol !== '-1' && { FromPort: from, ToPort: to }),
      IpRanges: rules.flatMap(rule => (rule.cidr ? [{ CidrIp: rule.cidr, ...told(rule) }] : [])),
      Ipv6Ranges: rules.flatMap(rule => (rule.cidr6 ? [{ CidrIpv6: rule.cidr6, ...told(rule) }] : [])),
      PrefixListIds: [],
      UserIdGroupPairs: rules.flatMap(rule =>
        rule.groupId ? [{ GroupId: rule.groupId, UserId: call.account, ...told(rule) }] : [],
      ),
    }
  })
}

function told(rule: Rule): JsonObject {
  return rule.description === '' ? {} : { Description: rule.description }
}

function authorize(egress: boolean): Operation {
  return (input, call) => {
    const group = ec2Find(call, 'security-group', requireParameter(input, 'GroupId'))
    const tags = newTags(input, 'security-group-rule')
    const asked = readRules(call, input, egress, tags)
    if (asked.length === 0) refuse(400, 'MissingParameter', 'The request must contain the parameter IpPermissions')
    const rules = rulesOf(group)
    const seen = new Set(rules.map(likeness))
    for (const rule of asked) {
      // One rule that is there already refuses the whole batch.
      if (seen.has(likeness(rule))) {
        const peer = rule.cidr ?? rule.cidr6 ?? rule.groupId ?? ''
        refuse(
          400,
          'InvalidPermission.Duplicate',
          `the specified rule "peer: ${peer}, ${rule.protocol}, from port: ${rule.from}, to port: ${rule.to}, ALLOW" already exists`,
        )
      }
      seen.add(likeness(rule))
    }
    const sameWay = rules.filter(one => one.egress === egress).length + asked.length
    if (sameWay > perGroup)
      refuse(
        400,
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      )
    updateResource(call, group, { rules: [...rules, ...asked] })
    return { Return: true, SecurityGroupRules: asked.map(rule => describeRule(call, group, rule)) }
  }
}

function revoke(egress: boolean): Operation {
  return (input, call) => {
    const group = ec2Find(call, 'security-group', requireParameter(input, 'GroupId'))
    const ids = words(input, 'SecurityGroupRuleIds')
    const asked = new Set(readRules(call, input, egress, {}).map(likeness))
    const rules = rulesOf(group)
    const going = rules.filter(rule => rule.egress === egress && (ids.includes(rule.id) || asked.has(likeness(rule))))
    if (going.length < ids.length + asked.size) {
      const code = ids.length > 0 ? 'InvalidSecurityGroupRuleId.NotFound' : 'InvalidPermission.NotFound'
      refuse(400, code, 'The specified rule does not exist in this security group.')
    }
    updateResource(call, group, { rules: rules.filter(rule => !going.includes(rule)) })
    return { Return: true }
  }
}

/** What makes two rules the same: everything but the description. */
function likeness(rule: Rule): string {
  return [rule.egress, rule.protocol, rule.from, rule.to, rule.cidr, rule.cidr6, rule.groupId].join(' ')
}

function readRules(call: Call, input: JsonObject, egress: boolean, tags: Record<string, string>): Rule[] {
  return objects(input, 'IpPermissions').flatMap(permission => {
    const shared = { egress, tags, ...readPorts(permission), cidr: null, cidr6: null, groupId: null }
    const rule = (peer: JsonObject, who: Partial<Rule>): Rule => ({
      ...shared,
      id: newId(call, 'sgr'),
      description: readDescription(word(peer, 'Description')),
      ...who,
    })
    return [
      ...objects(permission, 'IpRanges').map(peer => rule(peer, { cidr: readCidr(word(peer, 'CidrIp')) })),
      ...objects(permission, 'Ipv6Ranges').map(peer => rule(peer, { cidr6: word(peer, 'CidrIpv6') })),
      ...objects(permission, 'UserIdGroupPairs').map(peer =>
        rule(peer, { groupId: ec2Find(call, 'security-group', requireParameter(peer, 'GroupId')).id }),
      ),
    ]
  })
}

const numbers: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp' }

function readPorts(permission: JsonObject): { protocol: string; from: number; to: number } {
  const asked = requireParameter(permission, 'IpProtocol').toLowerCase()
  const protocol = numbers[asked] ?? asked
  if (protocol === '-1') return { protocol, from: -1, to: -1 }
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol) && !/^\d+$/.test(protocol)) {
    refuse(400, 'InvalidPermission.Malformed', `Unsupported IP protocol "${asked}"`)
  }
  const from = Number(permission.FromPort ?? Number.NaN)
  const to = Number(permission.ToPort ?? Number.NaN)
  if (['tcp', 'udp'].includes(protocol)) {
    const valid = [from, to].every(port => Number.isInteger(port) && port >= 0 && port <= 65_535)
    if (!valid || from > to)
      refuse(
        400,
        'InvalidParameterValue',
        `Invalid value for portRange. Must specify both from and to ports with TCP/UDP.`,
      )
  }
  return { protocol, from: Number.isNaN(from) ? -1 : from, to: Number.isNaN(to) ? -1 : to }
}

function readCidr(block: string): string {
  const [base = '', bits = ''] = block.split('/')
  const cut = /^\d+$/.test(bits) ? cutTo(base, Number(bits)) : undefined
  return cut ?? refuse(400, 'InvalidParameterValue', `CIDR block ${block} is malformed`)
}

function readDescription(value: string): string {
  if (value.length > 255 || !/^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/.test(value)) {
    const words = `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`
    refuse(400, 'InvalidParameterValue', words)
  }
  return value
}

function describeRule(call: Call, group: Resource, rule: Rule): JsonObject {
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: arn(call, 'ec2', `security-group-rule/${rule.id}`),
    GroupId: group.id,
    GroupOwnerId: call.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.from,
    ToPort: rule.to,
    ...(rule.cidr && { CidrIpv4: rule.cidr }),
    ...(rule.cidr6 && { CidrIpv6: rule.cidr6 }),
    ...(rule.groupId && { ReferencedGroupInfo: { GroupId: rule.groupId, UserId: call.account } }),
    ...told(rule),
    Tags: Object.entries(rule.tags).map(([Key, Value]) => ({ Key, Value })),
  }
}
