import { readdir, rmdir } from 'node:fs/promises'
import { Exit, Problem } from '../base/errors.ts'
import { acquire, type Lease } from '../base/lock.ts'
import { down, type Left, type Run, tracesOf } from '../engine/engine.ts'
import { planDown } from '../engine/plan.ts'
import { newState, openStore, readState, type State, type Store } from '../engine/state.ts'
import { draftIn } from '../wizard/draft.ts'
import { askYes, confirmTeardown } from './confirm.ts'
import { announce, connect, type Link } from './connect.ts'
import type { Flags, Offer } from './flags.ts'
import { byStep, savedTitles } from './prepare.ts'
import { againOf } from './receipt.ts'
import { done, needsYes, perform, type Session } from './session.ts'
import { blueprintsFor, type Target, targetByName, targetsFor, targetThatIs } from './target.ts'

/** `stackwright teardown`: removes everything of a stack, by its saved state or by its tags. */
export function teardown(flags: Flags, offer: Offer): Promise<number> {
  return perform(flags, offer, session => (flags.fromTags ? fromTags(session) : fromState(session)))
}

async function fromState(session: Session): Promise<number> {
  const target = await targetThatIs(session)
  needsYes(session, { verb: 'teardown', look: 'status' })
  const link = await connect(session, target)
  announce(session, target, link.connected, target.saved.blueprint)
  await show(session, target, target.saved)
  const backup = await wantsBackup(session, target)
  await confirmTeardown(session, target.stack)
  const lease = await lock(session, target)
  const state = await sameState(target)
  if (backup) keepBackup(state)
  // From the first removal on nothing serves any more: `status` must not tell the address of a half-removed stack.
  state.outputs = {}
  const store = openStore(target.folder, state, lease.check)
  const { left, criticalPathMs } = await down(runOf(session, target, link, store))
  session.figures.criticalPathMs = criticalPathMs
  refuseLeft(left)
  // A kill between the two leaves a state with nothing in it, which the next teardown ends; never secrets alone.
  await link.vault.secrets.discard()
  await store.discard()
  return removed(session, target, state)
}

/** Without a state: whatever carries the stack's name in its tags, and is what its tags say. */
async function fromTags(session: Session): Promise<number> {
  const target = await targetByName(session)
  needsYes(session, { verb: 'teardown --from-tags', look: 'status' })
  const link = await connect(session, target)
  const { cloud, region } = link.connected
  session.view.know({ doing: `Looking in ${region} for what carries the tags of "${target.stack}"` })
  const looking = tracesOf({ cloud, kinds: target.provider.kinds }, target.stack)
  const { entries, foreign } = await looking.finally(() => session.view.know({ doing: '' }))
  const blueprint = blueprintOf(session, target, entries)
  announce(session, target, link.connected, blueprint)
  for (const { kind, found } of foreign) {
    const text = `${kind.title} ${found.id} carries the tags of "${target.stack}" without being what they say; it is left alone.`
    session.view.emit({ is: 'warning', text })
  }
  const state = newState({
    stack: target.stack,
    blueprint: blueprint ?? 'unknown',
    cloud: target.provider.id,
    account: link.connected.account,
    region,
    sandbox: target.sandbox,
  })
  Object.assign(state.entries, entries)
  if (Object.keys(entries).length === 0) {
    session.view.emit({ is: 'note', text: `Nothing in ${region} carries the tags of a stack "${target.stack}".` })
    return done(session, {})
  }
  await show(session, target, state)
  await confirmTeardown(session, target.stack)
  const lease = await lock(session, target)
  const { left, criticalPathMs } = await down(runOf(session, target, link, inMemory(target, state, lease)))
  session.figures.criticalPathMs = criticalPathMs
  refuseLeft(left)
  await forgetSaved(target, link)
  return removed(session, target, state)
}

/** What was saved, what the tags say (those of version 0.1 do not), or the only one that this cloud has. */
function blueprintOf(
  { blueprints }: Session,
  { saved, provider }: Target,
  entries: State['entries'],
): string | undefined {
  const tagged = Object.values(entries).flatMap(({ blueprint }) => blueprint ?? [])
  const told = saved?.blueprint ?? tagged[0]
  if (told !== undefined || Object.keys(entries).length === 0) return told
  const [only, ...others] = blueprintsFor(blueprints, provider.id)
  return others.length === 0 ? only?.id : undefined
}

/** What goes, with the data and the money in it. */
async function show(session: Session, target: Target, state: State): Promise<void> {
  const titles = await savedTitles(session, state.blueprint, target.provider.id)
  session.view.know({ titles })
  const changes = byStep(planDown(state.entries, target.provider.kinds), Object.keys(titles).reverse())
  session.view.emit({ is: 'plan', verb: 'teardown', changes })
}

async function lock(session: Session, target: Target): Promise<Lease> {
  const lease = await acquire(target.folder, 'teardown')
  session.onEnd.push(() => removeFolder(target.folder))
  session.onEnd.push(() => lease.release())
  return lease
}

async function sameState(target: Target & { saved: State }): Promise<State> {
  const now = await readState(target.folder)
  if (now?.serial === target.saved.serial && now.id === target.saved.id) return now
  throw new Problem({
    what: 'Another run has just changed this stack, after this one looked at it.',
    next: 'Run the same command again.',
    exit: Exit.locked,
  })
}

/** Offered where somebody can be asked, there is a database that can keep one, and it was not wanted anyway. */
async function wantsBackup(session: Session, { saved, provider }: Target & { saved: State }): Promise<boolean> {
  if (!session.interactive || !without(saved)) return false
  const known = session.blueprints.filter(({ id }) => id === saved.blueprint)
  const questions = (await targetsFor(known, provider.id)).flatMap(({ steps }) => steps.flatMap(({ asks }) => asks))
  const question = questions.find(({ key }) => key.endsWith('.finalBackup') && saved.answers[key] === false)
  if (!question || question.check?.(true, saved.answers)) return false
  const help = 'It stays after the removal, costs storage, and is deleted in the console of the database.'
  return askYes(session, 'Keep a final backup of the database?', false, help)
}

/** Whether something of the stack would go without leaving a backup behind. */
function without({ entries }: State): boolean {
  return Object.values(entries).some(({ input }) => input.finalBackup === false)
}

function keepBackup(state: State): void {
  for (const entry of Object.values(state.entries)) {
    if (entry.input.finalBackup === false) entry.input.finalBackup = true
  }
}

function runOf(session: Session, target: Target, link: Link, store: Store): Run {
  return {
    store,
    cloud: link.connected.cloud,
    kinds: target.provider.kinds,
    emit: session.view.emit,
    drain: session.drain,
    secretVersion: name => link.vault.secrets.version(name),
    startedAt: Date.now(),
  }
}

/** The tags are the state: nothing needs saving, only the lock is minded. */
function inMemory(target: Target, state: State, lease: Lease): Store {
  return { folder: target.folder, state, save: lease.check, discard: async () => {} }
}

/** A state of the same place whose things are all gone says nothing true any more. */
async function forgetSaved(target: Target, link: Link): Promise<void> {
  const { saved } = target
  if (!saved || saved.account !== link.connected.account || saved.region !== link.connected.region) return
  await link.vault.secrets.discard()
  await openStore(target.folder, saved).discard()
}

function refuseLeft(left: Left[]): void {
  if (left.length === 0) return
  throw new Problem({
    what: `${left.length} ${left.length === 1 ? 'thing is' : 'things are'} left in the cloud.`,
    list: left.map(thing => `${thing.title} ${thing.id ?? ''} (${thing.address}): ${thing.why}`),
    next: 'Clear what blocks them, then run the same command again.',
    exit: Exit.leftover,
  })
}

function removed(session: Session, target: Target, state: State): number {
  const kept = Object.entries(state.entries).filter(([, entry]) => entry.input.finalBackup === true)
  if (kept.length > 0) {
    const text =
      'A final backup of the database is kept. It costs storage until you delete it in the console of the database.'
    session.view.emit({ is: 'note', text })
  }
  return done(session, { stack: target.stack, removed: 'everything', ...againOf(target) })
}

/** The folder goes with the last file in it. The answers stay: they hold no secret, and the same stack can be built from them. */
async function removeFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => ['?'])
  if (names.includes('state.json')) return
  await draftIn(folder).clear()
  await rmdir(folder).catch(() => undefined)
}
