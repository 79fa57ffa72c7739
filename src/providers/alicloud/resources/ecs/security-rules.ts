import type { JsonObject } from '../../../../base/json.ts'
import type { Alicloud } from '../../cloud.ts'
import { rows, str } from '../../read.ts'
import { type AlicloudKind, orAbsent, second } from '../common.ts'

/** One inbound rule that allows. */
export type Rule = {
  /** tcp, udp, icmp or all. */
  protocol: string
  /** `80/80`, `-1/-1` for protocols without ports. */
  ports: string
  /** The CIDR block that is allowed. */
  from: string
  description: string
}
export type SecurityRulesIn = { groupId: string; rules: Rule[] }

/** Console: Security group › Access Rule › Inbound. Only rules whose description has our suffix are ever revoked. */
export const securityRules: AlicloudKind<SecurityRulesIn, { id: string }> = {
  type: 'alicloud:security-rules',
  title: 'Inbound rules',
  idempotency: 'upsert',
  after: ['alicloud:security-group'],
  expectMs: 1 * second,
  tagged: false,
  mutable: ['rules'],
  async find(cloud, where) {
    if (!('id' in where)) return []
    return (await readRules(cloud, groupOf(where.id))) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { groupId }) => `${groupId}/rules`,
  async settle(cloud, id, { groupId, rules }) {
    const present = (await readRules(cloud, groupId)) ?? []
    const missing = rules.filter(rule => !present.some(row => keyOfRow(row) === keyOf(rule)))
    const surplus = present.filter(row => isOurs(row) && !rules.some(rule => keyOf(rule) === keyOfRow(row)))
    if (missing.length > 0) await change(cloud, 'AuthorizeSecurityGroup', groupId, missing.map(permission))
    if (surplus.length > 0) await change(cloud, 'RevokeSecurityGroup', groupId, surplus.map(permissionOfRow))
    return { id }
  },
  async remove(cloud, id) {
    const ours = ((await readRules(cloud, groupOf(id))) ?? []).filter(isOurs)
    if (ours.length > 0)
      await orAbsent(() => change(cloud, 'RevokeSecurityGroup', groupOf(id), ours.map(permissionOfRow)))
    return 'gone'
  },
}

const suffix = ' (stackwright)'

function groupOf(id: string): string {
  return id.split('/')[0]!
}

/** Undefined when the group does not exist. */
async function readRules(cloud: Alicloud, groupId: string): Promise<JsonObject[] | undefined> {
  const params = { SecurityGroupId: groupId, Direction: 'ingress' }
  const answer = await orAbsent(() => cloud.call('ecs', 'DescribeSecurityGroupAttribute', params))
  return answer && rows(answer, 'Permissions.Permission')
}

/** Adding an existing rule succeeds and changes nothing, so this can be repeated. */
function change(cloud: Alicloud, action: string, groupId: string, permissions: JsonObject[]) {
  return cloud.call('ecs', action, { SecurityGroupId: groupId, Permissions: permissions }, { repeatable: true })
}

function permission({ protocol, ports, from, description }: Rule): JsonObject {
  return {
    IpProtocol: protocol.toUpperCase(),
    PortRange: ports,
    SourceCidrIp: from,
    Policy: 'accept',
    Priority: '1',
    Description: `${description}${suffix}`,
  }
}

function permissionOfRow(row: JsonObject): JsonObject {
  return {
    IpProtocol: str(row, 'IpProtocol'),
    PortRange: str(row, 'PortRange'),
    SourceCidrIp: str(row, 'SourceCidrIp'),
    Policy: str(row, 'Policy'),
    Priority: str(row, 'Priority'),
  }
}

function isOurs(row: JsonObject): boolean {
  return str(row, 'Description').endsWith(suffix)
}

/** The cloud returns its own letter case. */
function keyOf({ protocol, ports, from }: Rule): string {
  return `${protocol} ${ports} ${from}`.toLowerCase()
}

function keyOfRow(row: JsonObject): string {
  if (str(row, 'Policy').toLowerCase() === 'drop') return ''
  return `${str(row, 'IpProtocol')} ${str(row, 'PortRange')} ${str(row, 'SourceCidrIp')}`.toLowerCase()
}
