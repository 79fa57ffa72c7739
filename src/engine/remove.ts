import { Problem } from '../base/errors.ts'
import type { AnyKind, Found } from './kind.ts'
import { forget, intentOf, isInterruption, kindOf, markOf, type Run, reporter } from './run.ts'
import { runTasks, type Task } from './schedule.ts'
import type { Entry } from './state.ts'

/** A resource that is still being removed after this long is reported. Milliseconds of the cloud's time. */
const REMOVE_WITHIN_MS = 45 * 60_000
/** How long a resource whose create was sent just before a kill can be missing from look-ups. Milliseconds of the cloud's time. */
const VISIBLE_WITHIN_MS = 30_000

/** A resource that could not be removed, with the reason in sentences. */
export interface Left {
  address: string
  type: string
  title: string
  id?: string
  why: string
}

/** The result of a removal; `criticalPathMs` is the longest chain that was waited for, in milliseconds. */
export interface Removal {
  left: Left[]
  criticalPathMs: number
}

/**
 * Removes these addresses, dependents first, independent ones at the same time. What lives inside another resource that
 * is removed too needs no call of its own. A resource that cannot be removed is listed in `left`, with those it depends
 * on; everything else is removed. Throws a Problem with exit 130 after an interruption.
 */
export async function removeAll(run: Run, addresses: string[]): Promise<Removal> {
  const { entries } = run.store.state
  const going = new Set(addresses.filter(address => entries[address]))
  const absorbed = new Map<string, string>()
  for (const address of going) {
    const home = homeOf(entries, going, address)
    if (home) absorbed.set(address, home)
  }
  const left: Left[] = []
  const stuck = new Set<string>()
  const tasks = [...going]
    .filter(address => !absorbed.has(address))
    .map<Task>(address => {
      const entry = entries[address]!
      const kind = kindOf(run, entry.type)
      const inside = [...absorbed].filter(([, home]) => home === address).map(([inner]) => inner)
      const dependents = [...going].filter(other => !absorbed.has(other) && entries[other]!.needs.includes(address))
      return {
        address,
        needs: dependents,
        expectMs: kind.expectMs,
        async work(rank) {
          if (dependents.some(dependent => stuck.has(dependent))) {
            stuck.add(address)
            left.push({ ...nameOf(address, entry, kind), why: 'A resource that depends on it still exists.' })
            return
          }
          try {
            await remove({ ...run, cloud: run.cloud.at(rank) }, address, inside)
          } catch (error) {
            if (isInterruption(error)) throw error
            if (!(error instanceof Problem)) throw error
            stuck.add(address)
            left.push({ ...nameOf(address, entry, kind), why: [error.message, error.next].filter(Boolean).join(' ') })
          }
        },
      }
    })
  const criticalPathMs = await runTasks(run, tasks)
  return { left, criticalPathMs }
}

/**
 * The addresses that an earlier run began to remove, with everything that depends on them or lives in them: all of it is
 * removed before anything is created again.
 */
export function pendingRemovals(entries: Record<string, Entry>): Set<string> {
  const going = new Set(Object.keys(entries).filter(address => entries[address]!.is === 'removing'))
  for (let size = -1; size !== going.size; ) {
    size = going.size
    for (const [address, entry] of Object.entries(entries)) {
      if (entry.needs.some(need => going.has(need))) going.add(address)
    }
  }
  return going
}

/** Removes one resource and what lives inside it: saves the intent, requests the removal until it is gone, saves that. */
async function remove(run: Run, address: string, inside: string[]): Promise<void> {
  const { state } = run.store
  const entry = state.entries[address]!
  const kind = kindOf(run, entry.type)
  const report = reporter(run, address, kind, entry.step)
  report('removing', 'id' in entry && entry.id ? { id: entry.id } : {})
  const ids = await idsOf(run, address, entry, kind)
  state.entries[address] = { ...intentOf(entry), is: 'removing', ...(ids[0] && { id: ids[0] }) }
  await run.store.save()
  try {
    for (const id of ids) await untilGone(run, kind, id, address, entry)
  } catch (error) {
    if (!isInterruption(error)) report('failed', ids[0] ? { id: ids[0] } : {})
    throw error
  }
  for (const gone of [...inside, address]) {
    const inner = state.entries[gone]
    if (inner && gone !== address)
      reporter(run, gone, kindOf(run, inner.type), inner.step)('removed', { note: `with ${address}` })
    forget(state, gone)
  }
  await run.store.save()
  report('removed', ids[0] ? { id: ids[0] } : {})
}

/** The saved id; for an intent without one, whatever the create before the kill has left. */
async function idsOf(run: Run, address: string, entry: Entry, kind: AnyKind): Promise<string[]> {
  if ('id' in entry && entry.id) return [entry.id]
  const where = { stack: run.store.state.stack, address, input: entry.input }
  for (let waited = 0; ; waited += VISIBLE_WITHIN_MS / 10) {
    const found: Found[] = await kind.find(run.cloud, where)
    const mine = found.filter(thing => thing.tags['stackwright:token'] === entry.token)
    if (mine.length > 0 || waited >= VISIBLE_WITHIN_MS) return mine.map(thing => thing.id)
    await run.cloud.sleep(VISIBLE_WITHIN_MS / 10)
  }
}

/**
 * Requests the removal of one resource until it is gone. Throws a Problem when it still exists after 45 minutes of the
 * cloud's time, and whatever the kind's `remove` throws.
 */
export async function untilGone(run: Run, kind: AnyKind, id: string, address: string, entry: Entry): Promise<void> {
  const mark = markOf(run.store.state, address, entry)
  let pause = 1000
  for (let waited = 0; waited < REMOVE_WITHIN_MS; waited += pause) {
    if ((await kind.remove(run.cloud, id, entry.input, mark)) === 'gone') return
    await run.cloud.sleep(pause)
    // Most resources are gone within seconds, databases take minutes: ask less often the longer it takes.
    pause = Math.min(15_000, Math.max(1000, waited * 0.08))
  }
  throw new Problem({
    what: `${kind.title} ${id} still exists after ${REMOVE_WITHIN_MS / 60_000} minutes.`,
    next: 'Check it in the console, then run the same command again.',
  })
}

/** The outermost resource that is removed too and contains this one. */
function homeOf(entries: Record<string, Entry>, going: Set<string>, address: string): string | undefined {
  const within = entries[address]?.within
  if (!within || !going.has(within)) return undefined
  return homeOf(entries, going, within) ?? within
}

function nameOf(address: string, entry: Entry, kind: AnyKind): Omit<Left, 'why'> {
  return { address, type: entry.type, title: kind.title, ...('id' in entry && entry.id && { id: entry.id }) }
}
