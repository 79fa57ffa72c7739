import { CloudProblem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, type Tag, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, lookAndDo, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'
import { ofMark, pathOf } from './common.ts'

export type InstanceProfileIn = { name: string; roleName: string }
export type InstanceProfileOut = { id: string; name: string; arn: string }

/** Lets an instance assume a role. The console creates it silently with the role. */
export const instanceProfile: AwsKind<InstanceProfileIn, InstanceProfileOut> = {
  type: 'aws:instance-profile',
  title: 'Instance profile',
  idempotency: 'uniqueName',
  after: ['aws:role'],
  expectMs: 4 * second,
  tagged: true,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    const read = async (name: string) => {
      const row = await orAbsent(() => readProfile(cloud, name))
      return found(row?.InstanceProfileName, tagsIn(row?.Tags), row?.CreateDate)
    }
    if (name !== undefined) return read(name)
    const prefix = { PathPrefix: pathOf(cloud, (where as { stack: string }).stack) }
    const rows = await cloud.pages('iam', 'ListInstanceProfiles', prefix, answer => answer.InstanceProfiles)
    return ofMark(await Promise.all(rows.map(row => read(row.InstanceProfileName ?? ''))), this.type, where)
  },
  async create(cloud, { name }, mark) {
    const input = { InstanceProfileName: name, Path: pathOf(cloud, mark.stack), Tags: tagList(mark.tags) }
    await cloud.call('iam', 'CreateInstanceProfile', input)
    return name
  },
  async settle(cloud, id, { roleName }) {
    const options = { what: `the instance profile ${id}`, within: 5 * minute }
    const known = (row: { Arn?: string | undefined }) => row.Arn?.startsWith('arn:') ?? false
    const read = () => readProfile(cloud, id)
    await lookAndDo(cloud, async () => {
      const row = await settled(cloud, read, known, options)
      // It holds one role, and adding the same one again is refused as a second: so it is read first.
      if (row.Roles?.some(role => role.RoleName === roleName)) return
      await addRole(cloud, id, roleName)
    })
    const holds = (row: Profile) => known(row) && (row.Roles?.some(role => role.RoleName === roleName) ?? false)
    const row = await settled(cloud, read, holds, options)
    return { id, name: id, arn: row.Arn ?? '' }
  },
  async remove(cloud, id) {
    const send = async () => {
      const row = await readProfile(cloud, id)
      for (const { RoleName } of row?.Roles ?? []) {
        const pair = { InstanceProfileName: id, RoleName }
        await orAbsent(() => cloud.call('iam', 'RemoveRoleFromInstanceProfile', pair, repeatable))
      }
      await cloud.call('iam', 'DeleteInstanceProfile', { InstanceProfileName: id }, repeatable)
    }
    return removed(cloud, send, 10 * minute)
  },
}

type Profile = NonNullable<Awaited<ReturnType<typeof readProfile>>>

/** `LimitExceeded` means that the role is in it already, which a lagging read did not show. */
async function addRole(cloud: Aws, id: string, roleName: string): Promise<void> {
  try {
    await cloud.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: id, RoleName: roleName })
  } catch (error) {
    if (!(error instanceof CloudProblem) || !/^LimitExceeded/.test(error.code ?? '')) throw error
  }
}

async function readProfile(cloud: Aws, name: string) {
  return (await cloud.call('iam', 'GetInstanceProfile', { InstanceProfileName: name })).InstanceProfile as
    | { InstanceProfileName?: string; Arn?: string; CreateDate?: Date; Tags?: Tag[]; Roles?: { RoleName?: string }[] }
    | undefined
}
