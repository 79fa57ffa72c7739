import { CloudProblem, Problem } from '../base/errors.ts'
import type { AnyKind, Found } from './kind.ts'
import { forget, type Run } from './run.ts'
import type { Entry } from './state.ts'

/** A resource that exists in the cloud, with its kind. */
export interface Live {
  kind: AnyKind
  found: Found
}

/**
 * Every resource of the region whose tags carry the stack's name; all kinds are listed at once. With the `entries` of a
 * state, what it has none of and the account may not list counts as absent: rights made for one blueprint do not cover
 * the services of all.
 */
export async function liveThings(
  run: Pick<Run, 'cloud' | 'kinds'>,
  stack: string,
  entries?: Record<string, Pick<Entry, 'type'>>,
): Promise<Live[]> {
  const types = new Set(Object.values(entries ?? {}).map(({ type }) => type))
  const tagged = run.kinds.filter(kind => kind.tagged)
  const lists = await Promise.all(
    tagged.map(async kind => {
      const mayBeHidden = entries !== undefined && !types.has(kind.type)
      const found: Found[] = await kind.find(run.cloud, { stack }).catch(error => {
        if (mayBeHidden && error instanceof CloudProblem && error.denied) return []
        throw error
      })
      return found.map(thing => ({ kind, found: thing }))
    }),
  )
  return lists.flat()
}

/**
 * Whether a resource's tags are our mark: they name this stack and the resource's own type (tags copied onto a resource
 * of another type do not). With `id`, also this stack's id.
 */
export function isOurs({ kind, found }: Live, stack: string, id?: string): boolean {
  const { tags } = found
  if (tags['stackwright:stack'] !== stack || tags['stackwright:type'] !== kind.type) return false
  if (!tags['stackwright:address'] || !tags['stackwright:token']) return false
  return id === undefined || tags['stackwright:id'] === id
}

/**
 * Drops from the state what was deleted outside Stackwright, so that this `up` creates it again. Saves the state and
 * returns the addresses of the missing resources.
 */
export async function dropVanished(run: Run): Promise<string[]> {
  const { state } = run.store
  const live = new Set((await liveThings(run, state.stack, state.entries)).map(({ found }) => found.id))
  const vanished: string[] = []
  const goneIds: string[] = []
  for (const [address, entry] of Object.entries(state.entries)) {
    const kind = run.kinds.find(candidate => candidate.type === entry.type)
    if (!kind?.tagged || (entry.is !== 'ready' && entry.is !== 'created') || live.has(entry.id)) continue
    // Lists can lag behind; only a look-up by id proves that the resource is gone.
    if ((await kind.find(run.cloud, { id: entry.id, input: entry.input })).length > 0) continue
    vanished.push(address)
    goneIds.push(entry.id)
  }
  const also = Object.entries(state.entries).filter(([, entry]) => {
    if (entry.within && vanished.includes(entry.within)) return true
    // A setting of the missing resource (a backend server) has to be made again for its replacement.
    const kind = run.kinds.find(candidate => candidate.type === entry.type)
    return (
      kind?.idempotency === 'upsert' && goneIds.some(id => JSON.stringify(entry.input).includes(JSON.stringify(id)))
    )
  })
  for (const address of new Set([...vanished, ...also.map(([address]) => address)])) forget(state, address)
  if (vanished.length > 0) await run.store.save()
  return vanished
}

/**
 * Ends every `up`: checks by tag that each address has exactly one live resource and that no other carries our mark.
 * Throws a Problem (exit 1) that names what is duplicate, missing or unknown.
 */
export async function audit(run: Run): Promise<void> {
  const { state } = run.store
  let wrong: string[] = []
  for (let look = 0; look < 12; look++) {
    wrong = findings(run, await liveThings(run, state.stack, state.entries))
    if (wrong.length === 0) return
    // New resources are missing from lists for a while, and deleted ones stay in them.
    await run.cloud.sleep(5000)
  }
  throw new Problem({
    what: 'The audit by tag found resources that do not match the state.',
    list: wrong,
    next: 'Compare with "stackwright status". Delete duplicates in the console, or tear the stack down and build it again.',
  })

  function findings({ store: { state } }: Run, live: Live[]): string[] {
    const found = live.filter(thing => isOurs(thing, state.stack, state.id))
    const problems: string[] = []
    for (const { kind, found: thing } of found) {
      const address = thing.tags['stackwright:address']!
      const entry = state.entries[address]
      if (!entry || !('id' in entry) || entry.id !== thing.id)
        problems.push(
          `${kind.title} ${thing.id} carries the mark of ${address}, but the state has another resource at that address.`,
        )
    }
    const ids = new Set(found.map(({ found: thing }) => thing.id))
    for (const [address, entry] of Object.entries(state.entries)) {
      const kind = run.kinds.find(candidate => candidate.type === entry.type)
      if (kind?.tagged && entry.is === 'ready' && !ids.has(entry.id))
        problems.push(
          `${kind.title} ${address} (${entry.id}) is in the state, but does not exist or does not carry our mark.`,
        )
    }
    return problems
  }
}
