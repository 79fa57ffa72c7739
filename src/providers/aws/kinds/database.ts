import { CloudProblem, Problem } from '../../../errors.ts'
import type { Json, Secret } from '../../../kind.ts'
import { backupKept, dataLost } from '../../losing.ts'
import { adviceFor } from '../advice.ts'
import type { Aws } from '../client.ts'
import { carries, found, markFilter, named, tagList, tagsIn } from '../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled, untilAbsent } from './common.ts'

export type DbSubnetGroupIn = { name: string; subnetIds: string[] }

/** Console: RDS › Subnet groups › Create. Subnets in two zones at least. */
export const dbSubnetGroup: AwsKind<DbSubnetGroupIn, { id: string }> = {
  type: 'aws:db-subnet-group',
  title: 'DB subnet group',
  once: 'name',
  after: ['aws:subnet'],
  expectMs: 3 * second,
  tagged: true,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name.toLowerCase()
    const input = name === undefined ? {} : { DBSubnetGroupName: name }
    const list = () => cloud.pages('rds', 'DescribeDBSubnetGroups', input, answer => answer.DBSubnetGroups)
    const rows = (await orAbsent(list)) ?? []
    // The list holds no tags; asked for one by one, where the description does not tell that it is not ours.
    const ours = name === undefined ? rows.filter(row => row.DBSubnetGroupDescription?.startsWith(described)) : rows
    const lists = await Promise.all(
      ours.map(async row => found(row.DBSubnetGroupName, await tagsOf(cloud, row.DBSubnetGroupArn))),
    )
    if (name !== undefined) return lists.flat()
    return lists.flat().filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
  },
  async create(cloud, { name, subnetIds }, mark) {
    await cloud.call('rds', 'CreateDBSubnetGroup', {
      DBSubnetGroupName: name,
      DBSubnetGroupDescription: `${described} ${mark.stack}`,
      SubnetIds: subnetIds,
      Tags: tagList(named(name, mark.tags)),
    })
    // Kept in lower case.
    return name.toLowerCase()
  },
  settle: async (_cloud, id) => ({ id }),
  remove(cloud, id) {
    const send = () => cloud.call('rds', 'DeleteDBSubnetGroup', { DBSubnetGroupName: id }, repeatable)
    return removed(cloud, send, 15 * minute)
  },
}

export type DbInstanceIn = {
  identifier: string
  engine: string
  version: string
  class: string
  /** GiB. */
  storage: number
  user: string
  password: Secret
  /** '' for none. */
  dbName: string
  subnetGroup: string
  securityGroupIds: string[]
  multiAz: boolean
  deletionProtection: boolean
  /** Take one last snapshot before the removal, and keep it. */
  finalBackup: boolean
}
export type DbInstanceOut = { id: string; host: string; port: string }

/** Console: RDS › Databases › Create. Its identifier is its id. */
export const dbInstance: AwsKind<DbInstanceIn, DbInstanceOut> = {
  type: 'aws:db-instance',
  title: 'RDS instance',
  once: 'name',
  after: ['aws:db-subnet-group', 'aws:security-group'],
  expectMs: 6 * minute,
  tagged: true,
  mutable: ['password', 'securityGroupIds', 'multiAz', 'deletionProtection', 'finalBackup'],
  losing: losingDatabase,
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.identifier.toLowerCase()
    const input = name === undefined ? {} : { DBInstanceIdentifier: name }
    const list = () => cloud.pages('rds', 'DescribeDBInstances', input, answer => answer.DBInstances)
    const rows = (await orAbsent(list)) ?? []
    // One list holds single instances and the members of clusters; the latter are a kind of their own.
    const single = name === undefined ? rows.filter(row => !row.DBClusterIdentifier) : rows
    const all = single.flatMap(row => found(row.DBInstanceIdentifier, tagsIn(row.TagList), row.InstanceCreateTime))
    return name === undefined
      ? all.filter(thing => carries(thing.tags, markFilter(this.type, where as { stack: string })))
      : all
  },
  async create(cloud, input, mark) {
    await cloud.call('rds', 'CreateDBInstance', {
      DBInstanceIdentifier: input.identifier,
      Engine: input.engine,
      EngineVersion: input.version,
      DBInstanceClass: input.class,
      AllocatedStorage: input.storage,
      StorageType: 'gp3',
      StorageEncrypted: true,
      MasterUsername: input.user,
      MasterUserPassword: cloud.reveal(input.password),
      ...(input.dbName && { DBName: input.dbName }),
      DBSubnetGroupName: input.subnetGroup,
      VpcSecurityGroupIds: input.securityGroupIds,
      MultiAZ: input.multiAz,
      PubliclyAccessible: false,
      DeletionProtection: input.deletionProtection,
      CopyTagsToSnapshot: false,
      EngineLifecycleSupport: noExtendedSupport,
      Tags: tagList({ ...named(input.identifier, mark.tags), ...wishes(input) }),
    })
    return input.identifier.toLowerCase()
  },
  async settle(cloud, id, input) {
    const read = () => readInstance(cloud, id)
    const options = { what: `the RDS instance ${id}`, within: 60 * minute, every: 2 * second }
    const row = await settled(cloud, read, row => isReady(id, row), options)
    const change = {
      ...(tagsIn(row.TagList)[passwordTag] !== versionOf(input.password) && {
        MasterUserPassword: cloud.reveal(input.password),
      }),
      ...(row.MultiAZ !== input.multiAz && { MultiAZ: input.multiAz }),
      ...(row.DeletionProtection !== input.deletionProtection && { DeletionProtection: input.deletionProtection }),
      ...(!sameGroups(row.VpcSecurityGroups, input.securityGroupIds) && {
        VpcSecurityGroupIds: input.securityGroupIds,
      }),
    }
    if (Object.keys(change).length > 0) {
      const place = { DBInstanceIdentifier: id, ApplyImmediately: true }
      await cloud.call('rds', 'ModifyDBInstance', { ...place, ...change }, { repeatable: true, patience: 15 * minute })
      // The change shows in the status a moment later only.
      await cloud.sleep(5 * second)
    }
    await remember(cloud, row.DBInstanceArn, tagsIn(row.TagList), wishes(input))
    const ready = await settled(cloud, read, row => isReady(id, row), options)
    return { id, host: ready.Endpoint?.Address ?? '', port: String(ready.Endpoint?.Port ?? '') }
  },
  async remove(cloud, id, input, mark) {
    const read = () => readInstance(cloud, id)
    const row = await orAbsent(read)
    if (!row) return 'gone'
    const last = lastWishes(input, tagsIn(row.TagList))
    if (row.DBInstanceStatus !== 'deleting') {
      if (row.DeletionProtection) {
        if (!last.protected) throw isProtected(`The RDS instance ${id}`)
        const place = { DBInstanceIdentifier: id, DeletionProtection: false, ApplyImmediately: true }
        await cloud.call('rds', 'ModifyDBInstance', place, { repeatable: true, patience: 30 * minute })
      }
      const request = {
        DBInstanceIdentifier: id,
        DeleteAutomatedBackups: true,
        ...(last.snapshot
          ? { SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: snapshotName(id, mark.token) }
          : { SkipFinalSnapshot: true }),
      }
      await deleting(() => cloud.call('rds', 'DeleteDBInstance', request, deletion))
    }
    return untilAbsent(cloud, read, 15 * minute)
  },
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
export const passwordTag = 'stackwright:password'
/** What is said before a database goes. */
export function losingDatabase({ deletionProtection, finalBackup }: Partial<DbInstanceIn>): string[] {
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
export function wishes(input: { password: Secret; deletionProtection: boolean; finalBackup: boolean }) {
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

export function versionOf(password: Secret): string {
  return String((password as Secret & { version?: Json }).version ?? 0)
}

export function sameGroups(
  present: { VpcSecurityGroupId?: string | undefined }[] | undefined,
  wanted: string[],
): boolean {
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

export function refuseBroken(what: string, status: string): void {
  if (!/^(failed|incompatible-.+|inaccessible-.+|insufficient-capacity|restore-error|storage-full)$/.test(status))
    return
  throw new Problem({
    what: `${what} came to nothing: its status is "${status}".`,
    why: 'RDS does not repair this by itself.',
    next: 'Look at its events in the RDS console. Tear the stack down and build it anew with other settings.',
  })
}

export function isProtected(what: string): Problem {
  const advice = adviceFor('OperationNotPermitted', 'rds', 'DeleteDBInstance')!
  return new Problem({ what: `${what} cannot be removed.`, why: advice.why, next: advice.next })
}

/** The same for every try, and another one for another life of the same identifier. */
export function snapshotName(id: string, token: string): string {
  return `${id.slice(0, 200)}-final-${token.replace(/[^A-Za-z0-9]/g, '').slice(0, 10)}`
}

/** The instance as RDS describes it, or undefined. */
export async function readInstance(cloud: Aws, id: string) {
  return (await cloud.call('rds', 'DescribeDBInstances', { DBInstanceIdentifier: id })).DBInstances?.[0]
}

const described = 'Stackwright'

async function tagsOf(cloud: Aws, arn: string | undefined): Promise<Record<string, string>> {
  const answer = await orAbsent(() => cloud.call('rds', 'ListTagsForResource', { ResourceName: arn }))
  return tagsIn(answer?.TagList)
}
