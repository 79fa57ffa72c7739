import type { Aws } from '../../client.ts'
import { found, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { ofMark, pathOf } from './common.ts'

export type RoleIn = {
  name: string
  /** The service that can assume it: `ec2.amazonaws.com`. */
  service: string
  /** ARNs. */
  managedPolicies: string[]
  /** A policy document as JSON; none when absent or ''. */
  inlinePolicy?: string
}
export type RoleOut = { id: string; arn: string }

/** Console: IAM › Roles › Create. Names are unique in an account, whatever their case. */
export const role: AwsKind<RoleIn, RoleOut> = {
  type: 'aws:role',
  title: 'Role',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 4 * second,
  tagged: true,
  mutable: ['managedPolicies', 'inlinePolicy'],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    const read = async (name: string) => {
      const row = await orAbsent(() => readRole(cloud, name))
      return found(row?.RoleName, tagsIn(row?.Tags), row?.CreateDate)
    }
    if (name !== undefined) return read(name)
    const prefix = { PathPrefix: pathOf(cloud, (where as { stack: string }).stack) }
    const rows = await cloud.pages('iam', 'ListRoles', prefix, answer => answer.Roles)
    return ofMark(await Promise.all(rows.map(row => read(row.RoleName ?? ''))), this.type, where)
  },
  async create(cloud, { name, service }, mark) {
    await cloud.call('iam', 'CreateRole', {
      RoleName: name,
      Path: pathOf(cloud, mark.stack),
      AssumeRolePolicyDocument: trust(service),
      Tags: tagList(mark.tags),
    })
    return name
  },
  async settle(cloud, id, { managedPolicies, inlinePolicy = '' }) {
    const options = { what: `the role ${id}`, within: 5 * minute }
    const known = (row: { Arn?: string | undefined }) => row.Arn?.startsWith('arn:') ?? false
    const row = await settled(cloud, () => readRole(cloud, id), known, options)
    const attached = await policiesOf(cloud, id)
    for (const PolicyArn of managedPolicies) {
      if (!attached.includes(PolicyArn))
        await cloud.call('iam', 'AttachRolePolicy', { RoleName: id, PolicyArn }, repeatable)
    }
    for (const PolicyArn of attached) if (!managedPolicies.includes(PolicyArn)) await detach(cloud, id, PolicyArn)
    await setInline(cloud, id, inlinePolicy)
    return { id, arn: row.Arn ?? '' }
  },
  async remove(cloud, id) {
    const send = async () => {
      for (const arn of await policiesOf(cloud, id)) await detach(cloud, id, arn)
      const names = await cloud.pages('iam', 'ListRolePolicies', { RoleName: id }, answer => answer.PolicyNames)
      for (const PolicyName of names) {
        await orAbsent(() => cloud.call('iam', 'DeleteRolePolicy', { RoleName: id, PolicyName }, repeatable))
      }
      await cloud.call('iam', 'DeleteRole', { RoleName: id }, repeatable)
    }
    return removed(cloud, send, 10 * minute)
  },
}

const inlineName = 'stackwright'

async function readRole(cloud: Aws, name: string) {
  return (await cloud.call('iam', 'GetRole', { RoleName: name })).Role
}

async function policiesOf(cloud: Aws, name: string): Promise<string[]> {
  const list = () =>
    cloud.pages('iam', 'ListAttachedRolePolicies', { RoleName: name }, answer => answer.AttachedPolicies)
  return (await list()).flatMap(row => row.PolicyArn ?? [])
}

async function detach(cloud: Aws, name: string, arn: string): Promise<void> {
  await orAbsent(() => cloud.call('iam', 'DetachRolePolicy', { RoleName: name, PolicyArn: arn }, repeatable))
}

async function setInline(cloud: Aws, name: string, document: string): Promise<void> {
  const place = { RoleName: name, PolicyName: inlineName }
  const answer = await orAbsent(() => cloud.call('iam', 'GetRolePolicy', place))
  // AWS returns it percent-encoded.
  const present = answer?.PolicyDocument ? decodeURIComponent(answer.PolicyDocument) : ''
  if (sameJson(present, document)) return
  if (document === '') await orAbsent(() => cloud.call('iam', 'DeleteRolePolicy', place, repeatable))
  else await cloud.call('iam', 'PutRolePolicy', { ...place, PolicyDocument: document }, repeatable)
}

function sameJson(a: string, b: string): boolean {
  if (a === b) return true
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
  } catch {
    return false
  }
}

function trust(service: string): string {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
