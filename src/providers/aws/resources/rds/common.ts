import type { Json } from '../../../../base/json.ts'
import type { Secret } from '../../../../engine/kind.ts'
import { backupKept, dataLost } from '../../../data-loss.ts'
import type { Aws } from '../../client.ts'

// What the inputs, tags and requests of instances and Aurora clusters have in common.

/** What can be changed on a database in place, and what happens to it at its removal. */
export type DatabaseSettings = {
  password: Secret
  securityGroupIds: string[]
  deletionProtection: boolean
  /** Whether a final snapshot is taken at its removal, and kept. */
  finalBackup: boolean
}

/** An instance or a cluster, in one form for both. */
export interface Database {
  id: string
  arn: string | undefined
  status: string
  /** '' while it has none. */
  host: string
  port: string
  protected: boolean
  securityGroupIds: string[]
  tags: Record<string, string>
  createdAt: Date | undefined
}

/** A change as the Modify calls take it. */
export interface Change {
  MasterUserPassword?: string
  DeletionProtection?: boolean
  VpcSecurityGroupIds?: string[]
  /** Of instances only. */
  MultiAZ?: boolean
}

/** What is done at the removal of a database. */
export interface DeletionPolicy {
  /** The protection is ours, so it is switched off first. */
  liftProtection: boolean
  finalSnapshot: boolean
}

/** Never silently moved to paid extended support at the end of an engine's life: then the creation is refused. */
export const noExtendedSupport = 'open-source-rds-extended-support-disabled'

/** The version of the password that the database was last given: AWS does not return passwords. */
const passwordTag = 'stackwright:password'
/** The deletion policy, for a removal that has only tags. */
const policyTag = 'stackwright:at-removal'

/** What is lost or kept with a database, and that its protection is switched off, as sentences. */
export function dataLossOf({ deletionProtection, finalBackup }: Partial<DatabaseSettings>): string[] {
  const protectedNow = deletionProtection ? ['Its deletion protection is switched off first.'] : []
  return [finalBackup ? backupKept : dataLost, ...protectedNow]
}

/** The difference between a database and its input, as the Modify calls take it; `{}` when there is none. */
export function pendingChanges(cloud: Aws, database: Database, input: DatabaseSettings): Change {
  const { password, securityGroupIds, deletionProtection } = input
  return {
    ...(database.tags[passwordTag] !== versionOf(password) && { MasterUserPassword: cloud.reveal(password) }),
    ...(database.protected !== deletionProtection && { DeletionProtection: deletionProtection }),
    ...(!sameSet(database.securityGroupIds, securityGroupIds) && { VpcSecurityGroupIds: securityGroupIds }),
  }
}

/** Tags that a database carries besides our mark: the version of its password, and its deletion policy. */
export function policyTags({ password, deletionProtection, finalBackup }: DatabaseSettings): Record<string, string> {
  const words = [deletionProtection && 'protected', finalBackup && 'snapshot'].filter(Boolean)
  return { [passwordTag]: versionOf(password), [policyTag]: words.join(' ') || 'nothing' }
}

/** The deletion policy: of the input where there is one, else as the tags of the database have it. */
export function deletionPolicy(
  input: { deletionProtection?: boolean; finalBackup?: boolean } | undefined,
  tags: Record<string, string>,
): DeletionPolicy {
  const words = (tags[policyTag] ?? '').split(' ')
  return {
    liftProtection: input?.deletionProtection || words.includes('protected'),
    finalSnapshot: input?.finalBackup ?? words.includes('snapshot'),
  }
}

/** The deletion policy as the Delete calls take it. */
export function deleteOptions({ finalSnapshot }: DeletionPolicy, id: string, token: string) {
  return {
    DeleteAutomatedBackups: true,
    ...(finalSnapshot
      ? { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: snapshotName(id, token) }
      : { SkipFinalSnapshot: true }),
  }
}

function versionOf(password: Secret): string {
  return String((password as Secret & { version?: Json }).version ?? 0)
}

function sameSet(a: string[], b: string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}

/** The same in every attempt; another one for a later database of the same identifier. */
function snapshotName(id: string, token: string): string {
  return `${id.slice(0, 200)}-final-${token.replace(/[^A-Za-z0-9]/g, '').slice(0, 10)}`
}
