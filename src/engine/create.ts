import { CloudProblem, Exit, hasOutcome, Problem } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { AnyKind, Found, Node } from './kind.ts'
import { untilGone } from './remove.ts'
import {
  canChange,
  changedKeys,
  forget,
  frozenInput,
  intentOf,
  interrupted,
  isInterruption,
  markOf,
  type Run,
  reporter,
  tokenOf,
} from './run.ts'
import type { Entry } from './state.ts'

/** How often one create is sent when its answers leave open whether it worked. */
const TRIES = 8
/** How long a new resource can be missing from look-ups where its kind does not say. Milliseconds of the cloud's time. */
const VISIBLE_WITHIN_MS = 30_000

type Report = ReturnType<typeof reporter>

/**
 * Brings one node to `ready`, whatever an earlier run left of it: saves the intent, sends one marked call, saves the id,
 * waits until the resource can be used, and saves that. Everything the node needs is ready.
 * Throws a Problem: 1 when the cloud fails, 4 for a change that needs a replacement, 130 after Ctrl-C.
 */
export async function ensure(run: Run, node: Node): Promise<void> {
  const { entries } = run.store.state
  const report = reporter(run, node.address, node.kind, node.step)
  const input = frozenInput(run, node)
  let entry = entries[node.address]

  if (entry?.is === 'ready' && changedKeys(entry.input, input).length === 0) {
    entry.needs = node.needs
    return report('kept', { id: entry.id })
  }
  if (entry?.is === 'creating') {
    report('recovering')
    if (node.kind.idempotency === 'upsert') entry.input = input
    await recover(run, node, entry, report)
  } else if (!entry) {
    report('creating')
    await create(run, node, input, report)
  }
  entry = entries[node.address]
  if (entry?.is === 'created') {
    if (isOutdated(node, entry, input)) await replaceInput(run, node, entry, input, report)
    await settle(run, node, report, input)
  }
  entry = entries[node.address]
  if (entry?.is === 'ready') {
    const changed = changedKeys(entry.input, input)
    if (changed.length > 0) await change(run, node, entry, input, changed, report)
  }
  report('ready', idOf(entries[node.address]))
}

/** Saves the intent, sends the call once, saves the id before anything else. */
async function create(run: Run, node: Node, input: JsonObject, report: Report): Promise<void> {
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
  await send(run, node, entry, report)
}

/** One create call and what its answer means. A lost answer is like a kill: the same recovery follows. */
async function send(run: Run, node: Node, entry: Entry, report: Report, recovery?: { attempt: number }): Promise<void> {
  const { kind, address } = node
  let id: string
  try {
    id = await kind.create(run.cloud, entry.input, markOf(run.store.state, address, entry))
  } catch (error) {
    if (hasOutcome(error, 'exists')) return adopt(run, node, entry, report, error)
    const attempt = recovery?.attempt ?? 1
    if (hasOutcome(error, 'unknown') && attempt < TRIES) {
      report('recovering', { note: error.what })
      await run.cloud.sleep(1000 * attempt)
      return recover(run, node, entry, report, attempt + 1)
    }
    if (hasOutcome(error, 'refused')) {
      // After a lost answer this refusal says nothing about the call before it: look once more before forgetting.
      const [found] = (recovery || error.open) && kind.tagged ? await lookUntilVisible(run, node, entry) : []
      if (found) return created(run, node, entry, found.id, report)
      forget(run.store.state, address)
      await run.store.save()
    }
    if (!isInterruption(error)) report('failed')
    throw error
  }
  await created(run, node, entry, id, report)
}

/** An intent without an id: the resource may or may not exist. What to do depends on the kind's idempotency. */
async function recover(run: Run, node: Node, entry: Entry, report: Report, attempt = 1): Promise<void> {
  const { kind } = node
  if (kind.idempotency === 'token' && kind.tagged) {
    // How long the cloud remembers a token is not documented: a look-up costs one call, a forgotten token a duplicate.
    const [found] = await ours(run, node, entry)
    if (found) return created(run, node, entry, found.id, report)
  }
  if (kind.idempotency === 'tagLookup') {
    const [keep, ...doubles] = await lookUntilVisible(run, node, entry)
    for (const double of doubles) await removeDouble(run, kind, double, entry, node)
    if (keep) return created(run, node, entry, keep.id, report)
  }
  if (run.drain.aborted) throw interrupted()
  entry.since = new Date().toISOString()
  await run.store.save()
  await send(run, node, entry, report, { attempt })
}

/** The name is taken: by our own resource if that carries our mark, otherwise by one that must not be touched. */
async function adopt(run: Run, node: Node, entry: Entry, report: Report, clash: CloudProblem): Promise<void> {
  const { kind, address } = node
  for (let look = 1; look <= TRIES; look++) {
    const found = await kind.find(run.cloud, { stack: run.store.state.stack, address, input: entry.input })
    const mine = found.find(thing => carries(thing, entry))
    if (mine) return created(run, node, entry, mine.id, report)
    if (found.length > 0) break
    // The name is taken but the resource is not listed: it is too new.
    await run.cloud.sleep(2000)
  }
  forget(run.store.state, address)
  await run.store.save()
  report('failed')
  throw new Problem({
    what: `${kind.title} for ${address}: the name is taken by a resource that this stack did not create.`,
    why: clash.what,
    next: 'Choose another name, or delete the other resource if you do not need it.',
    exit: Exit.failed,
    ...(clash.code && { code: clash.code }),
    ...(clash.requestId && { requestId: clash.requestId }),
  })
}

async function created(run: Run, node: Node, entry: Entry, id: string, report: Report): Promise<void> {
  run.store.state.entries[node.address] = { ...intentOf(entry), is: 'created', id }
  await run.store.save()
  report('created', { id })
}

/** Waits until the resource can be used. One that was created and failed is created again, up to three times in all. */
async function settle(run: Run, node: Node, report: Report, wanted: JsonObject, attempt = 1): Promise<void> {
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
      await create(run, node, wanted, report)
      return settle(run, node, report, wanted, attempt + 1)
    }
    if (!isInterruption(error)) report('failed', { id: entry.id })
    throw error
  }
}

/** An `upsert` that failed in an earlier run would stay failed: it is sent again. One of this run has just failed. */
function isLeftOver(run: Run, entry: Entry, error: unknown): boolean {
  return error instanceof CloudProblem && Date.parse(entry.since) < run.startedAt
}

/** Changes inputs of an existing resource in place, or throws a Problem (exit 4) where that needs a replacement. */
async function change(
  run: Run,
  node: Node,
  entry: Entry & { is: 'ready' },
  input: JsonObject,
  keys: string[],
  report: Report,
): Promise<void> {
  const { state } = run.store
  const { kind, address } = node
  if (!canChange(kind, keys)) throw unchangeable(node, keys)
  if (run.drain.aborted) throw interrupted()
  report('updating', { id: entry.id })
  if (kind.idempotency === 'upsert') await replacePut(run, node, input, report)
  else {
    const { out: _, ...rest } = entry
    state.entries[address] = { ...rest, is: 'created', input, needs: node.needs }
    await run.store.save()
  }
  await settle(run, node, report, input)
}

/**
 * The input has changed before the resource was ready: the old input is dropped. The cloud may have refused it, and of
 * an `upsert` even the text behind its hash is no longer known.
 */
async function replaceInput(run: Run, node: Node, entry: Entry, input: JsonObject, report: Report): Promise<void> {
  if (node.kind.idempotency === 'upsert') return replacePut(run, node, input, report)
  entry.input = input
  entry.needs = node.needs
  await run.store.save()
}

function isOutdated({ kind }: Node, entry: Entry, input: JsonObject): boolean {
  const changed = changedKeys(entry.input, input)
  return changed.length > 0 && canChange(kind, changed)
}

/** Sends an `upsert` again under a new token, which sets it apart from the one sent before. */
async function replacePut(run: Run, node: Node, input: JsonObject, report: Report): Promise<void> {
  forget(run.store.state, node.address)
  await create(run, node, input, report)
}

function unchangeable(node: Node, keys: string[]): Problem {
  return new Problem({
    what: `${node.kind.title} ${node.address}: ${keys.join(', ')} cannot be changed in place.`,
    next: `Restore the previous ${keys.length === 1 ? 'value' : 'values'}, or tear the stack down and build it again.`,
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

/** Looks by tag until even a new resource would be visible. */
async function lookUntilVisible(run: Run, node: Node, entry: Entry): Promise<Found[]> {
  const within = node.kind.visibleWithinMs ?? VISIBLE_WITHIN_MS
  const old = Date.now() - Date.parse(entry.since) > within
  for (let waited = 0; ; waited += within / 10) {
    const found = await ours(run, node, entry)
    if (found.length > 0 || old || waited >= within) return found
    await run.cloud.sleep(within / 10)
  }
}

/** Two were created before either id was saved: nothing can depend on the second. */
async function removeDouble(run: Run, kind: AnyKind, double: Found, entry: Entry, node: Node): Promise<void> {
  run.emit({ is: 'warning', text: `${kind.title} ${double.id} is a duplicate of ${node.address}; deleting it.` })
  await untilGone(run, kind, double.id, node.address, entry)
}

function idOf(entry: Entry | undefined): { id?: string } {
  return entry && 'id' in entry && entry.id ? { id: entry.id } : {}
}
