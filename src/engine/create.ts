import { CloudProblem, Exit, hasOutcome, Problem } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { AnyKind, Found, Node } from './kind.ts'
import { untilGone } from './remove.ts'
import {
  canChange,
  changedKeys,
  forget,
  frozenInput,
  interrupted,
  isInterruption,
  markOf,
  type Run,
  teller,
  tokenOf,
} from './run.ts'
import type { Entry } from './state.ts'

/** How often one create is taken up again after answers that left it open. */
const TRIES = 8
/** A kind that says nothing of its own visibility: milliseconds of the cloud's time. */
const VISIBLE_WITHIN_MS = 30_000

type Tell = ReturnType<typeof teller>

/**
 * Brings one node to `ready`, whatever an earlier run left of it (design §5): saved intent, one marked call, saved id,
 * settled, saved. Everything it needs is ready.
 */
export async function bringUp(run: Run, node: Node): Promise<void> {
  const { entries } = run.store.state
  const tell = teller(run, node.address, node.kind, node.step)
  const input = frozenInput(run, node)
  let entry = entries[node.address]

  if (entry?.is === 'ready' && changedKeys(entry.input, input).length === 0) {
    entry.needs = node.needs
    return tell('kept', { id: entry.id })
  }
  if (entry?.is === 'creating') {
    tell('recovering')
    if (node.kind.idempotency === 'upsert') entry.input = input
    await recover(run, node, entry, tell)
  } else if (!entry) {
    tell('creating')
    await create(run, node, input, tell)
  }
  entry = entries[node.address]
  if (entry?.is === 'created') {
    if (isOutdated(node, entry, input)) await wishAnew(run, node, entry, input, tell)
    await settle(run, node, tell, input)
  }
  entry = entries[node.address]
  if (entry?.is === 'ready') {
    const changed = changedKeys(entry.input, input)
    if (changed.length > 0) await change(run, node, entry, input, changed, tell)
  }
  tell('ready', idOf(entries[node.address]))
}

/** Saves the intent, sends the call once, saves the id before anything else. */
async function create(run: Run, node: Node, input: JsonObject, tell: Tell): Promise<void> {
  if (run.drain.aborted) throw interrupted()
  const { state } = run.store
  const entry: Entry = {
    is: 'creating',
    type: node.kind.type,
    step: node.step,
    input,
    token: tokenOf(state, node.address),
    since: new Date().toISOString(),
    needs: node.needs,
    blueprint: state.blueprint,
    ...(node.within && { within: node.within }),
  }
  state.entries[node.address] = entry
  await run.store.save()
  await send(run, node, entry, tell)
}

/** One create call and what its answer means. An open answer is a small kill: the same recovery as after a real one. */
async function send(run: Run, node: Node, entry: Entry, tell: Tell, recovery?: { attempt: number }): Promise<void> {
  const { kind, address } = node
  let id: string
  try {
    id = await kind.create(run.cloud, entry.input, markOf(run.store.state, address, entry))
  } catch (error) {
    if (hasOutcome(error, 'exists')) return adopt(run, node, entry, tell, error)
    const attempt = recovery?.attempt ?? 1
    if (hasOutcome(error, 'unknown') && attempt < TRIES) {
      tell('recovering', { note: error.what })
      await run.cloud.sleep(1000 * attempt)
      return recover(run, node, entry, tell, attempt + 1)
    }
    if (hasOutcome(error, 'refused')) {
      // After an open answer a refusal says nothing about the try before it: look once more before forgetting.
      const [found] = (recovery || error.open) && kind.tagged ? await lookUntilVisible(run, node, entry) : []
      if (found) return created(run, node, entry, found.id, tell)
      forget(run.store.state, address)
      await run.store.save()
    }
    if (!isInterruption(error)) tell('failed')
    throw error
  }
  await created(run, node, entry, id, tell)
}

/** An intent without an id: the thing may be there or not. What to do depends on why two of it cannot exist. */
async function recover(run: Run, node: Node, entry: Entry, tell: Tell, attempt = 1): Promise<void> {
  const { kind } = node
  if (kind.idempotency === 'token' && kind.tagged) {
    // The cloud remembers a token for a while nobody documents: a look costs one call, a forgotten token a double.
    const [found] = await ours(run, node, entry)
    if (found) return created(run, node, entry, found.id, tell)
  }
  if (kind.idempotency === 'tagLookup') {
    const [keep, ...doubles] = await lookUntilVisible(run, node, entry)
    for (const double of doubles) await removeDouble(run, kind, double, entry, node)
    if (keep) return created(run, node, entry, keep.id, tell)
  }
  if (run.drain.aborted) throw interrupted()
  entry.since = new Date().toISOString()
  await run.store.save()
  await send(run, node, entry, tell, { attempt })
}

/** The name is taken: ours if it carries our mark, otherwise nothing of ours may touch it. */
async function adopt(run: Run, node: Node, entry: Entry, tell: Tell, clash: CloudProblem): Promise<void> {
  const { kind, address } = node
  for (let look = 1; look <= TRIES; look++) {
    const found = await kind.find(run.cloud, { stack: run.store.state.stack, address, input: entry.input })
    const mine = found.find(thing => carries(thing, entry))
    if (mine) return created(run, node, entry, mine.id, tell)
    if (found.length > 0) break
    // Taken, yet not to be seen: it is too fresh.
    await run.cloud.sleep(2000)
  }
  forget(run.store.state, address)
  await run.store.save()
  tell('failed')
  throw new Problem({
    what: `${kind.title} for ${address}: the name is taken by something that this stack did not make.`,
    why: clash.what,
    next: 'Choose another name, or remove the other one if you do not need it.',
    exit: Exit.failed,
    ...(clash.code && { code: clash.code }),
    ...(clash.requestId && { requestId: clash.requestId }),
  })
}

async function created(run: Run, node: Node, entry: Entry, id: string, tell: Tell): Promise<void> {
  const { type, step, input, token, since, needs, within } = entry
  const saved: Entry = { is: 'created', type, step, input, token, since, needs, ...(within && { within }), id }
  run.store.state.entries[node.address] = saved
  await run.store.save()
  tell('created', { id })
}

/** Waits until the thing can be used. A command that came to nothing is made anew, a few times. */
async function settle(run: Run, node: Node, tell: Tell, wanted: JsonObject, attempt = 1): Promise<void> {
  const { state } = run.store
  const { kind, address } = node
  const entry = state.entries[address]
  if (entry?.is !== 'created') return
  try {
    const out = await kind.settle(run.cloud, entry.id, entry.input, markOf(state, address, entry))
    state.entries[address] = { ...entry, is: 'ready', out, id: entry.id }
    await run.store.save()
  } catch (error) {
    const startAgain =
      hasOutcome(error, 'retry') || (kind.idempotency === 'upsert' && attempt === 1 && isLeftOver(run, entry, error))
    if (hasOutcome(error, 'notFound') || startAgain) {
      forget(state, address)
      await run.store.save()
    }
    if (startAgain && attempt < 3) {
      await create(run, node, wanted, tell)
      return settle(run, node, tell, wanted, attempt + 1)
    }
    if (!isInterruption(error)) tell('failed', { id: entry.id })
    throw error
  }
}

/** A `put` of an earlier run that failed then would fail for ever: it is done again. One of this run just failed. */
function isLeftOver(run: Run, entry: Entry, error: unknown): boolean {
  return error instanceof CloudProblem && Date.parse(entry.since) < run.startedAt
}

/** Sets other values on a living thing, or says that this needs a new one. */
async function change(
  run: Run,
  node: Node,
  entry: Entry & { is: 'ready' },
  input: JsonObject,
  keys: string[],
  tell: Tell,
): Promise<void> {
  const { state } = run.store
  const { kind, address } = node
  if (!canChange(kind, keys)) throw unchangeable(node, keys)
  if (run.drain.aborted) throw interrupted()
  tell('updating', { id: entry.id })
  if (kind.idempotency === 'upsert') await replacePut(run, node, input, tell)
  else {
    const { out: _, ...rest } = entry
    state.entries[address] = { ...rest, is: 'created', input, needs: node.needs }
    await run.store.save()
  }
  await settle(run, node, tell, input)
}

/**
 * It did not come to its end, and is wanted otherwise by now: the old wish is not pursued. The cloud may have refused
 * it, and of a `put` not even its text is known any more.
 */
async function wishAnew(run: Run, node: Node, entry: Entry, input: JsonObject, tell: Tell): Promise<void> {
  if (node.kind.idempotency === 'upsert') return replacePut(run, node, input, tell)
  entry.input = input
  entry.needs = node.needs
  await run.store.save()
}

function isOutdated({ kind }: Node, entry: Entry, input: JsonObject): boolean {
  const changed = changedKeys(entry.input, input)
  return changed.length > 0 && canChange(kind, changed)
}

/** With a token of its own: what was sent before is another thing. */
async function replacePut(run: Run, node: Node, input: JsonObject, tell: Tell): Promise<void> {
  forget(run.store.state, node.address)
  await create(run, node, input, tell)
}

function unchangeable(node: Node, keys: string[]): Problem {
  return new Problem({
    what: `${node.kind.title} ${node.address} cannot take another ${keys.join(', ')} while it lives.`,
    next: 'Give the earlier value again, or tear the stack down and build it anew.',
    exit: Exit.preflight,
  })
}

async function ours(run: Run, node: Node, entry: Entry): Promise<Found[]> {
  const { stack } = run.store.state
  const found: Found[] = await node.kind.find(run.cloud, { stack, address: node.address, input: entry.input })
  return found.filter(thing => carries(thing, entry)).sort((a, b) => (a.since ?? '').localeCompare(b.since ?? ''))
}

function carries(thing: Found, entry: Entry): boolean {
  return thing.tags['stackwright:token'] === entry.token
}

/** Looks by tag until a fresh one could no longer hide. */
async function lookUntilVisible(run: Run, node: Node, entry: Entry): Promise<Found[]> {
  const within = node.kind.visibleWithinMs ?? VISIBLE_WITHIN_MS
  const old = Date.now() - Date.parse(entry.since) > within
  for (let waited = 0; ; waited += within / 10) {
    const found = await ours(run, node, entry)
    if (found.length > 0 || old || waited >= within) return found
    await run.cloud.sleep(within / 10)
  }
}

/** Two were made before either id was saved: nothing can depend on the second. */
async function removeDouble(run: Run, kind: AnyKind, double: Found, entry: Entry, node: Node): Promise<void> {
  run.emit({ is: 'warning', text: `${kind.title} ${double.id} was made twice; the second one is removed.` })
  await untilGone(run, kind, double.id, node.address, entry)
}

function idOf(entry: Entry | undefined): { id?: string } {
  return entry && 'id' in entry && entry.id ? { id: entry.id } : {}
}
