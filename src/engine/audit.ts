import { Problem } from '../base/errors.ts'
import type { AnyKind, Found } from './kind.ts'
import { forget, type Run } from './run.ts'

export interface Live {
  kind: AnyKind
  found: Found
}

/** Everything of this cloud that carries the stack's name in its tags, all kinds at once. */
export async function liveThings(run: Pick<Run, 'cloud' | 'kinds'>, stack: string): Promise<Live[]> {
  const tagged = run.kinds.filter(kind => kind.tagged)
  const lists = await Promise.all(
    tagged.map(async kind => {
      const found: Found[] = await kind.find(run.cloud, { stack })
      return found.map(thing => ({ kind, found: thing }))
    }),
  )
  return lists.flat()
}

/** True when a thing's own tags say that it is what it is: a tag copied onto another type is not our mark. */
export function isOurs({ kind, found }: Live, stack: string, id?: string): boolean {
  const { tags } = found
  if (tags['stackwright:stack'] !== stack || tags['stackwright:type'] !== kind.type) return false
  if (!tags['stackwright:address'] || !tags['stackwright:token']) return false
  return id === undefined || tags['stackwright:id'] === id
}

/**
 * Before a second `up`: what was removed behind our back is no longer in the state afterwards, and will be made anew.
 * Returns the addresses that were missing.
 */
export async function dropVanished(run: Run): Promise<string[]> {
  const { state } = run.store
  const live = new Set((await liveThings(run, state.stack)).map(({ found }) => found.id))
  const vanished: string[] = []
  const goneIds: string[] = []
  for (const [address, entry] of Object.entries(state.entries)) {
    const kind = run.kinds.find(candidate => candidate.type === entry.type)
    if (!kind?.tagged || (entry.is !== 'ready' && entry.is !== 'created') || live.has(entry.id)) continue
    // A list may lag behind; only the thing's own page says that it is gone.
    if ((await kind.find(run.cloud, { id: entry.id, input: entry.input })).length > 0) continue
    vanished.push(address)
    goneIds.push(entry.id)
  }
  const also = Object.entries(state.entries).filter(([, entry]) => {
    if (entry.within && vanished.includes(entry.within)) return true
    // What was set for the thing that is gone (a backend server) is set again for the one that takes its place.
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
 * The end of every `up`: by their tags there is one living thing for each address, and nothing else of ours. Throws a
 * Problem that names what is double, missing or unknown.
 */
export async function audit(run: Run): Promise<void> {
  const { state } = run.store
  let wrong: string[] = []
  for (let look = 0; look < 12; look++) {
    wrong = findings(run, await liveThings(run, state.stack))
    if (wrong.length === 0) return
    // Fresh things hide from lists for a while, and removed ones linger in them.
    await run.cloud.sleep(5000)
  }
  throw new Problem({
    what: 'The audit by tag found something else than what was built.',
    list: wrong,
    next: 'Nothing was changed. Compare with "stackwright status"; remove doubles in the console, or tear down and build anew.',
  })

  function findings({ store: { state } }: Run, live: Live[]): string[] {
    const found = live.filter(thing => isOurs(thing, state.stack, state.id))
    const problems: string[] = []
    for (const { kind, found: thing } of found) {
      const address = thing.tags['stackwright:address']!
      const entry = state.entries[address]
      if (!entry || !('id' in entry) || entry.id !== thing.id)
        problems.push(
          `${kind.title} ${thing.id} carries the mark of ${address}, but is not what the state holds there.`,
        )
    }
    const ids = new Set(found.map(({ found: thing }) => thing.id))
    for (const [address, entry] of Object.entries(state.entries)) {
      const kind = run.kinds.find(candidate => candidate.type === entry.type)
      if (kind?.tagged && entry.is === 'ready' && !ids.has(entry.id))
        problems.push(
          `${kind.title} ${address} (${entry.id}) is in the state, but carries no mark of ours or does not exist.`,
        )
    }
    return problems
  }
}
