import { Problem } from '../../../../base/errors.ts'
import type { Found, Mark } from '../../../../engine/kind.ts'
import type { Aws, CallOptions } from '../../cloud.ts'
import { carries, found, markFilter, tagList } from '../../read.ts'
import { minute, orAbsent, refusedByProtection, repeatable, second, settled, untilAbsent } from '../common.ts'
import {
  type Change,
  type Database,
  type DatabaseSettings,
  deleteOptions,
  deletionPolicy,
  pendingChanges,
  policyTags,
} from './common.ts'

/** The calls and words in which instances and clusters differ; the lifecycle below is the same for both. */
export interface DatabaseApi<D extends Database> {
  /** For messages: `RDS instance`. */
  noun: string
  /** Statuses in which it accepts connections: `available`, and those that can follow it at any time. */
  serving: RegExp
  /** The one with this identifier, or all of the region. `[]` when there is none. */
  list(cloud: Aws, id?: string): Promise<D[]>
  modify(cloud: Aws, id: string, change: Change, options: CallOptions): Promise<unknown>
  delete(cloud: Aws, id: string, how: ReturnType<typeof deleteOptions>, options: CallOptions): Promise<unknown>
}

type Where = { id: string } | { stack: string; address?: string; input?: { identifier: string } }

/**
 * A kind's `find`. `belongs` tells a kind's own rows from others in the same list. What is looked up by identifier is
 * returned whoever made it; of the whole list, what carries our mark.
 */
export async function findDatabases<D extends Database>(
  cloud: Aws,
  api: DatabaseApi<D>,
  type: string,
  where: Where,
  belongs: (database: D) => boolean = () => true,
): Promise<Found[]> {
  const asFound = ({ id, tags, createdAt }: D) => found(id, tags, createdAt)
  // RDS keeps identifiers in lower case.
  const id = 'id' in where ? where.id : where.input?.identifier.toLowerCase()
  if (id !== undefined) return (await api.list(cloud, id)).flatMap(asFound)
  const filter = markFilter(type, where as { stack: string })
  const rows = (await api.list(cloud)).filter(belongs)
  return rows.flatMap(asFound).filter(({ tags }) => carries(tags, filter))
}

/**
 * A kind's `settle`: waits until the database serves, applies what differs from the input, writes the tags that a
 * removal needs, and waits again. `more`: changes that only this kind of database has.
 */
export async function settleDatabase<D extends Database>(
  cloud: Aws,
  api: DatabaseApi<D>,
  id: string,
  input: DatabaseSettings,
  more: (database: D) => Change = () => ({}),
): Promise<D> {
  const database = await untilServing(cloud, api, id)
  const change = { ...pendingChanges(cloud, database, input), ...more(database) }
  if (Object.keys(change).length > 0) {
    await api.modify(cloud, id, change, { ...repeatable, patience: 15 * minute })
    // The status shows the change only a moment later.
    await cloud.sleep(5 * second)
  }
  const tags = policyTags(input)
  if (!carries(database.tags, tags)) {
    await cloud.call('rds', 'AddTagsToResource', { ResourceName: database.arn, Tags: tagList(tags) }, repeatable)
  }
  return untilServing(cloud, api, id)
}

/** Waits, at most an hour, until it serves. Throws a Problem for a status from which RDS does not recover by itself. */
export function untilServing<D extends Database>(cloud: Aws, api: DatabaseApi<D>, id: string): Promise<D> {
  const serves = ({ status, host }: D) => {
    if (broken.test(status)) throw failed(api, id, status)
    return api.serving.test(status) && host !== ''
  }
  const options = { what: `the ${api.noun} ${id}`, within: 60 * minute, every: 2 * second }
  return settled(cloud, () => read(cloud, api, id), serves, options)
}

/**
 * A kind's `remove`. Deletion protection is switched off only where the deletion policy says that it is ours; a Problem
 * otherwise.
 */
export async function removeDatabase<D extends Database>(
  cloud: Aws,
  api: DatabaseApi<D>,
  id: string,
  input: { deletionProtection?: boolean; finalBackup?: boolean } | undefined,
  { token }: Mark,
): Promise<'gone' | 'going'> {
  const database = await read(cloud, api, id)
  if (!database) return 'gone'
  const policy = deletionPolicy(input, database.tags)
  if (database.status !== 'deleting') {
    if (database.protected) {
      if (!policy.liftProtection) throw refusedByProtection(`The ${api.noun} ${id}`)
      await api.modify(cloud, id, { DeletionProtection: false }, { ...repeatable, patience: 30 * minute })
    }
    await requestDeletion(cloud, api, id, deleteOptions(policy, id, token))
  }
  return untilAbsent(cloud, () => read(cloud, api, id), 15 * minute)
}

/** Sends the deletion once the database takes it: not while it is being created or changed. */
async function requestDeletion<D extends Database>(
  cloud: Aws,
  api: DatabaseApi<D>,
  id: string,
  how: ReturnType<typeof deleteOptions>,
): Promise<void> {
  const late = cloud.deadline(10 * minute)
  // The code for "it is protected", also for a moment after the protection was switched off.
  const busy = ({ code }: { code: string }) => code === 'InvalidParameterCombination' && !late()
  try {
    await orAbsent(() => api.delete(cloud, id, how, { ...repeatable, busy, patience: 30 * minute }))
  } catch (error) {
    // One that is being deleted, perhaps by the attempt whose answer was lost, refuses every further call.
    if ((await read(cloud, api, id))?.status !== 'deleting') throw error
  }
}

async function read<D extends Database>(cloud: Aws, api: DatabaseApi<D>, id: string): Promise<D | undefined> {
  return (await api.list(cloud, id))[0]
}

const broken = /^(failed|incompatible-.+|inaccessible-.+|insufficient-capacity|restore-error|storage-full)$/

function failed({ noun }: { noun: string }, id: string, status: string): Problem {
  return new Problem({
    what: `The ${noun} ${id} failed: its status is "${status}".`,
    why: 'RDS does not recover from this status by itself.',
    next: 'Look at its events in the RDS console. Then tear the stack down and build it again with other settings.',
  })
}
