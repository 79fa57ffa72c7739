import { Problem } from '../base/errors.ts'
import { audit, dropVanished, isOurs, type Live, liveThings } from './audit.ts'
import { bringUp } from './create.ts'
import type { Sheet } from './kind.ts'
import { type Left, onWhatGoes, type Removal, removeAll } from './remove.ts'
import { interrupted, type Run } from './run.ts'
import { runTasks } from './schedule.ts'
import type { Entry } from './state.ts'

export type { Left, Removal } from './remove.ts'
export type { Run } from './run.ts'

/**
 * Builds what was drawn, exactly once, and removes what is no longer drawn (the caller has had that confirmed).
 * Can be killed at any instant and called again. Ends with an audit by tag. Returns the longest chain of what was
 * really waited for, milliseconds. Throws a Problem: exit 1 to be run again, 130 after an interruption.
 */
export async function up(run: Run, sheet: Sheet): Promise<{ criticalPathMs: number; left: Left[] }> {
  const { state } = run.store
  const known = Object.keys(state.entries).length > 0
  // A state without anything in it is saved too: from here on the stack has an id.
  await run.store.save()
  if (known) {
    for (const address of await dropVanished(run))
      run.emit({ is: 'warning', text: `${address} is gone from the cloud; it is made anew.` })
  }
  await finishRemovals(run)
  const built = await runTasks(
    run,
    sheet.nodes.map(node => ({
      address: node.address,
      needs: node.needs,
      expectMs: node.kind.expectMs,
      work: rank => bringUp({ ...run, cloud: run.cloud.at(rank) }, node),
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
 * Removes everything in the state, then looks by tag for anything left. Can be killed at any instant and called
 * again. What would not go is in `left`, with the reason.
 */
export async function down(run: Run): Promise<Removal> {
  const { state } = run.store
  await run.store.save()
  const removal = await removeAll(run, Object.keys(state.entries))
  const known = new Set(removal.left.map(thing => thing.id))
  const strays = (await lingering(run)).filter(({ found }) => !known.has(found.id))
  return { ...removal, left: [...removal.left, ...strays.map(leftBehind)] }
}

/** What carries a stack's mark, when there is no state to tell: for `teardown --from-tags`. */
export interface Traces {
  /** Entries as a state would hold them, by address. */
  entries: Record<string, Entry & { id: string }>
  /** Carry our tags without being what the tags say, or twice: left alone and named. */
  foreign: Live[]
}

/** Reads the tags of a whole region and rebuilds the entries a state would have. Changes nothing. */
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
  // Two stacks of one name (a lost state, built again) may share addresses: the second gets its id appended.
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

/** Without a state the edges come from the kinds: everything of a type that this type stands on. */
function standsOn(entry: Entry, entries: Traces['entries'], { kinds }: Pick<Run, 'kinds'>): string[] {
  const after = kinds.find(kind => kind.type === entry.type)?.after ?? []
  return Object.keys(entries).filter(address => after.includes(entries[address]!.type))
}

/** Removals that an earlier run began are finished before anything is built on what goes. */
async function finishRemovals(run: Run): Promise<void> {
  const going = onWhatGoes(run.store.state.entries)
  if (going.size === 0) return
  if (run.drain.aborted) throw interrupted()
  const { left } = await removeAll(run, [...going])
  if (left.length === 0) return
  throw new Problem({
    what: 'An earlier run began to remove things that will not go; nothing is built beside them.',
    list: left.map(thing => `${thing.title} ${thing.id ?? thing.address}: ${thing.why}`),
    next: 'Clear the way in the console, then run the same command again.',
  })
}

/** Lists lag: what was removed a moment ago may still be shown, so it is looked at for a while. */
async function lingering(run: Run): Promise<Live[]> {
  const { stack, id } = run.store.state
  let live: Live[] = []
  for (let look = 0; look < 12; look++) {
    live = (await liveThings(run, stack)).filter(thing => isOurs(thing, stack, id))
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
    why: 'It carries the mark of this stack, but the state does not know it. Run: stackwright teardown --from-tags',
  }
}
