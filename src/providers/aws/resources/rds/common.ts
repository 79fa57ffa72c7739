import { CloudProblem, Problem } from '../../../../base/errors.ts'
import type { Json } from '../../../../base/json.ts'
import type { Found, Secret } from '../../../../engine/kind.ts'
import { backupKept, dataLost } from '../../../data-loss.ts'
import type { Aws } from '../../client.ts'
import { carries, markFilter, tagList, tagsIn } from '../../read.ts'
import { minute, orAbsent, repeatable } from '../common.ts'

/** What single instances and clusters of RDS have in common. */

/** What may change on a living database, and what is to happen at its removal. */
export type DatabaseWishes = {
  password: Secret
  deletionProtection: boolean
  /** Take one last snapshot before the removal, and keep it. */
  finalBackup: boolean
}

/** As `DescribeDBInstances` and `DescribeDBClusters` both tell it. */
interface Living {
  TagList?: { Key?: string | undefined; Value?: string | undefined }[] | undefined
  DeletionProtection?: boolean | undefined
  VpcSecurityGroups?: { VpcSecurityGroupId?: string | undefined }[] | undefined
}

type Where = { id: string } | { stack: string; address?: string; input?: { identifier: string } }

/** The identifier that is looked for, which RDS keeps in small letters; undefined: all that bear our mark. */
export function identifierIn(where: Where): string | undefined {
  return 'id' in where ? where.id : where.input?.identifier.toLowerCase()
}

/** Of a whole list, what bears our mark; what was asked for by its identifier is answered whoever's it is. */
export function ours(type: string, where: Where, things: Found[]): Found[] {
  if ('id' in where || where.input) return things
  return things.filter(thing => carries(thing.tags, markFilter(type, where)))
}

/** What differs from what it shall be, as the Modify calls take it. */
export function due(cloud: Aws, row: Living, input: DatabaseWishes & { securityGroupIds: string[] }) {
  return {
    ...(tagsIn(row.TagList)[passwordTag] !== versionOf(input.password) && {
      MasterUserPassword: cloud.reveal(input.password),
    }),
    ...(row.DeletionProtection !== input.deletionProtection && { DeletionProtection: input.deletionProtection }),
    ...(!sameGroups(row.VpcSecurityGroups, input.securityGroupIds) && {
      VpcSecurityGroupIds: input.securityGroupIds,
    }),
  }
}

/** What goes with it and what is kept, as the Delete calls take it. */
export function farewell(last: { snapshot: boolean }, id: string, token: string) {
  return {
    DeleteAutomatedBackups: true,
    ...(last.snapshot
      ? { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: snapshotName(id, token) }
      : { SkipFinalSnapshot: true }),
  }
}

/** "Busy" while it is being made or changed, and for a moment after its protection was taken away. */
export const deletion = {
  repeatable: true,
  busy: ({ code, message }: { code: string; message: string }) =>
    code === 'InvalidParameterCombination' && /disable deletion pro/i.test(message),
  patience: 30 * minute,
} as const

/** Never silently onto a paid extension of an engine's life: then the creation is refused instead. */
export const noExtendedSupport = 'open-source-rds-extended-support-disabled'

/** Which password (by the version of the secret) the database was last given: no cloud can be asked for a password. */
const passwordTag = 'stackwright:password'
/** What is said before a database goes. */
export function dataLossOf({ deletionProtection, finalBackup }: Partial<DatabaseWishes>): string[] {
  const protectedNow = deletionProtection ? ['Its deletion protection is switched off first.'] : []
  return [finalBackup ? backupKept : dataLost, ...protectedNow]
}

/** For a removal that has only tags to go by. */
const wishTag = 'stackwright:at-removal'

/** A removal that is under way, or through, is what was wanted. */
export async function deleting(send: () => Promise<unknown>): Promise<void> {
  try {
    await orAbsent(send)
  } catch (error) {
    if (!(error instanceof CloudProblem) || !/already being deleted/i.test(error.why ?? '')) throw error
  }
}

/** What is written on a database beside our mark. */
export function wishes(input: DatabaseWishes) {
  const words = [input.deletionProtection && 'protected', input.finalBackup && 'snapshot'].filter(Boolean)
  return { [passwordTag]: versionOf(input.password), [wishTag]: words.join(' ') || 'nothing' }
}

/** What to do at the removal: from the input where there is one, else from what was written on the database. */
export function lastWishes(
  input: { deletionProtection?: boolean; finalBackup?: boolean } | undefined,
  tags: Record<string, string>,
): { protected: boolean; snapshot: boolean } {
  const words = (tags[wishTag] ?? '').split(' ')
  return {
    protected: input?.deletionProtection || words.includes('protected'),
    snapshot: input?.finalBackup ?? words.includes('snapshot'),
  }
}

/** Writes down what has changed. */
export async function remember(
  cloud: Aws,
  arn: string | undefined,
  present: Record<string, string>,
  wanted: Record<string, string>,
): Promise<void> {
  if (carries(present, wanted)) return
  await cloud.call('rds', 'AddTagsToResource', { ResourceName: arn, Tags: tagList(wanted) }, repeatable)
}

function versionOf(password: Secret): string {
  return String((password as Secret & { version?: Json }).version ?? 0)
}

function sameGroups(present: { VpcSecurityGroupId?: string | undefined }[] | undefined, wanted: string[]): boolean {
  const have = (present ?? []).map(row => row.VpcSecurityGroupId).sort()
  return have.join() === [...wanted].sort().join()
}

/** Alive with an address; `backing-up` and its like may follow `available` at any time. Throws when nothing will come of it. */
export function isReady(
  id: string,
  row: { DBInstanceStatus?: string | undefined; Endpoint?: { Address?: string | undefined } | undefined },
): boolean {
  const status = row.DBInstanceStatus ?? ''
  refuseBroken(`The RDS instance ${id}`, status)
  return /^(available|backing-up|storage-optimization|configuring-.+)$/.test(status) && Boolean(row.Endpoint?.Address)
}

/** Throws a Problem for a status from which RDS does not come back by itself. */
export function refuseBroken(what: string, status: string): void {
  if (!/^(failed|incompatible-.+|inaccessible-.+|insufficient-capacity|restore-error|storage-full)$/.test(status))
    return
  throw new Problem({
    what: `${what} came to nothing: its status is "${status}".`,
    why: 'RDS does not repair this by itself.',
    next: 'Look at its events in the RDS console. Tear the stack down and build it anew with other settings.',
  })
}

/** The same for every try, and another one for another life of the same identifier. */
function snapshotName(id: string, token: string): string {
  return `${id.slice(0, 200)}-final-${token.replace(/[^A-Za-z0-9]/g, '').slice(0, 10)}`
}

/** The instance as RDS describes it, or undefined. */
export async function readInstance(cloud: Aws, id: string) {
  return (await cloud.call('rds', 'DescribeDBInstances', { DBInstanceIdentifier: id })).DBInstances?.[0]
}

/** The cluster as RDS describes it, or undefined. */
export async function readCluster(cloud: Aws, id: string) {
  return (await cloud.call('rds', 'DescribeDBClusters', { DBClusterIdentifier: id })).DBClusters?.[0]
}
