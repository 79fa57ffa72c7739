import { Problem } from '../base/errors.ts'
import { audit, dropVanished, isOurs, type Live, liveThings } from './audit.ts'
import { ensure } from './create.ts'
import type { Sheet } from './kind.ts'
import { type Left, pendingRemovals, type Removal, removeAll } from './remove.ts'
import { interrupted, type Run } from './run.ts'
import { runTasks } from './schedule.ts'
import type { Entry } from './state.ts'

export type { Left, Removal } from './remove.ts'
export type { Run } from './run.ts'

/**
 * Creates what was drawn, exactly once, and removes what is no longer drawn (the caller has had that confirmed).
 * Can be killed at any instant and called again. Ends with an audit by tag. Returns the longest chain of what was
 * actually waited for, in milliseconds, and what could not be removed. Throws a Problem: exit 1 when running it again
 * can help, 4 for a change that needs a replacement, 130 after an interruption.
 */
export async function up(run: Run, sheet: Sheet): Promise<{ criticalPathMs: number; left: Left[] }> {
  const { state } = run.store
  const known = Object.keys(state.entries).length > 0
  // An empty state is saved too: from here on the stack has an id.
  await run.store.save()
  if (known) {
    for (const address of await dropVanished(run))
      run.emit({ is: 'warning', text: `${address} no longer exists in the cloud; it is created again.` })
  }
  await finishRemovals(run)
  const built = await runTasks(
    run,
    sheet.nodes.map(node => ({
      address: node.address,
      needs: node.needs,
      expectMs: node.kind.expectMs,
      work: rank => ensure({ ...run, cloud: run.cloud.at(rank) }, node),
    })),
  )
  const drawn = new Set(sheet.nodes.map(node => node.address))
  const removal = await removeAll(
    run,
    Object.keys(state.entries).filter(address => !drawn.has(address)),
  )
  await run.store.save()
  await audit(run)
  return { criticalPathMs: built + removal.criticalPathMs, left: removal.left }
}

/**
 * Removes everything in the state, then looks by tag for anything left. Can be killed at any instant and called again.
 * What could not be removed is in `left`, with the reason. Throws a Problem with exit 130 after an interruption.
 */
export async function down(run: Run): Promise<Removal> {
  const { state } = run.store
  await run.store.save()
  const removal = await removeAll(run, Object.keys(state.entries))
  const known = new Set(removal.left.map(thing => thing.id))
  const strays = (await lingering(run)).filter(({ found }) => !known.has(found.id))
  return { ...removal, left: [...removal.left, ...strays.map(leftBehind)] }
}

/** What carries a stack's mark, where there is no state: for `teardown --from-tags`. */
export interface Traces {
  /** Entries as a state would hold them, by address. */
  entries: Record<string, Entry & { id: string }>
  /** Carry our tags but are not what the tags say, or share an address: not touched, only reported. */
  foreign: Live[]
}

/** Rebuilds from the tags in a region the entries that a state would have. Changes nothing. */
export async function tracesOf(run: Pick<Run, 'cloud' | 'kinds'>, stack: string): Promise<Traces> {
  const live = await liveThings(run, stack)
  const entries: Traces['entries'] = {}
  const foreign: Live[] = []
  const claims = new Map<string, Live[]>()
  for (const thing of live) {
    if (!isOurs(thing, stack)) foreign.push(thing)
    else {
      const claim = `${thing.found.tags['stackwright:id']} ${thing.found.tags['stackwright:address']}`
      claims.set(claim, [...(claims.get(claim) ?? []), thing])
    }
  }
  for (const things of claims.values()) {
    if (things.length > 1) foreign.push(...things)
    else traceEntry(things[0]!, entries)
  }
  for (const entry of Object.values(entries)) entry.needs = standsOn(entry, entries, run)
  return { entries, foreign }
}

function traceEntry({ kind, found }: Live, entries: Traces['entries']): void {
  const tags = found.tags
  const step = tags['stackwright:address']!.split('/')[0]!
  // Two stacks of one name (a lost state, built again) can share addresses: the second gets its id appended.
  const address = entries[tags['stackwright:address']!]
    ? `${tags['stackwright:address']} ${tags['stackwright:id']}`
    : tags['stackwright:address']!
  entries[address] = {
    is: 'created',
    id: found.id,
    type: kind.type,
    step,
    input: {},
    token: tags['stackwright:token']!,
    since: found.since ?? new Date(0).toISOString(),
    needs: [],
    ...(tags['stackwright:blueprint'] && { blueprint: tags['stackwright:blueprint'] }),
  }
}

/** Without a state the edges come from the kinds: every resource of a type that this type depends on. */
function standsOn(entry: Entry, entries: Traces['entries'], { kinds }: Pick<Run, 'kinds'>): string[] {
  const after = kinds.find(kind => kind.type === entry.type)?.after ?? []
  return Object.keys(entries).filter(address => after.includes(entries[address]!.type))
}

/** Finishes the removals that an earlier run began, before anything is created on what is going away. */
async function finishRemovals(run: Run): Promise<void> {
  const going = pendingRemovals(run.store.state.entries)
  if (going.size === 0) return
  if (run.drain.aborted) throw interrupted()
  const { left } = await removeAll(run, [...going])
  if (left.length === 0) return
  throw new Problem({
    what: 'An earlier run could not delete some resources. Nothing new is created until they are gone.',
    list: left.map(thing => `${thing.title} ${thing.id ?? thing.address}: ${thing.why}`),
    next: 'Delete what blocks them in the console, then run the same command again.',
  })
}

/** Lists lag: a resource deleted a moment ago can still be in them, so they are read again for up to a minute. */
async function lingering(run: Run): Promise<Live[]> {
  const { stack, id, entries } = run.store.state
  let live: Live[] = []
  for (let look = 0; look < 12; look++) {
    live = (await liveThings(run, stack, entries)).filter(thing => isOurs(thing, stack, id))
    if (live.length === 0) break
    await run.cloud.sleep(5000)
  }
  return live
}

function leftBehind({ kind, found }: Live): Left {
  return {
    address: found.tags['stackwright:address'] ?? '',
    type: kind.type,
    title: kind.title,
    id: found.id,
    why: 'It carries the mark of this stack, but is not in the state. Run: stackwright teardown --from-tags',
  }
}
