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

/** `stackwright teardown`: removes everything of a stack, by its saved state or by its tags. Returns the exit code. */
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
  // From the first removal on the stack does not serve: `status` must not show the address of a half-removed stack.
  state.outputs = {}
  const store = openStore(target.folder, state, lease.check)
  const { left, criticalPathMs } = await down(runOf(session, target, link, store))
  session.figures.criticalPathMs = criticalPathMs
  refuseLeft(left)
  // A kill between the two leaves an empty state, which the next teardown removes; never secrets without a state.
  await link.secrets.discard()
  await store.discard()
  return removed(session, target, state)
}

/** Without a state: removes every resource that carries the stack's name in its tags and is what its tags say. */
async function fromTags(session: Session): Promise<number> {
  const target = await targetByName(session)
  needsYes(session, { verb: 'teardown --from-tags', look: 'status' })
  const link = await connect(session, target)
  const { cloud, region } = link.connected
  session.view.know({ doing: `Looking in ${region} for resources with the tags of "${target.stack}"` })
  const looking = tracesOf({ cloud, kinds: target.provider.kinds }, target.stack)
  const { entries, foreign } = await looking.finally(() => session.view.know({ doing: '' }))
  const blueprint = blueprintOf(session, target, entries)
  announce(session, target, link.connected, blueprint)
  for (const { kind, found } of foreign) {
    const text = `${kind.title} ${found.id} carries the tags of "${target.stack}" but is not what they say; it is not touched.`
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
    session.view.emit({ is: 'note', text: `No resource in ${region} carries the tags of a stack "${target.stack}".` })
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

/** The saved one, the one in the tags (those of version 0.1 have none), or the only one that this cloud has. */
function blueprintOf(
  { blueprints }: Session,
  { saved, provider }: Target,
  entries: State['entries'],
): string | undefined {
  const tagged = Object.values(entries).flatMap(({ blueprint }) => blueprint ?? [])
  const known = saved?.blueprint ?? tagged[0]
  if (known !== undefined || Object.keys(entries).length === 0) return known
  const [only, ...others] = blueprintsFor(blueprints, provider.id)
  return others.length === 0 ? only?.id : undefined
}

/** Shows what is removed, with the data that is deleted and what is paid in advance. */
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
    what: 'Another run has just changed this stack.',
    next: 'Run the same command again.',
    exit: Exit.locked,
  })
}

/** Offered in an interactive session when a database can keep a final backup and its answer did not already ask for one. */
async function wantsBackup(session: Session, { saved, provider }: Target & { saved: State }): Promise<boolean> {
  if (!session.interactive || !without(saved)) return false
  const known = session.blueprints.filter(({ id }) => id === saved.blueprint)
  const questions = (await targetsFor(known, provider.id)).flatMap(({ steps }) => steps.flatMap(({ asks }) => asks))
  const question = questions.find(({ key }) => key.endsWith('.finalBackup') && saved.answers[key] === false)
  if (!question || question.check?.(true, saved.answers)) return false
  const help = 'It stays after the removal, and its storage is billed until you delete it in the database console.'
  return askYes(session, 'Keep a final backup of the database?', false, help)
}

/** Whether a resource of the stack would be removed without a backup. */
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
    secretVersion: name => link.secrets.version(name),
    startedAt: Date.now(),
  }
}

/** The tags are the state: nothing needs saving, only the lock is checked. */
function inMemory(target: Target, state: State, lease: Lease): Store {
  return { folder: target.folder, state, save: lease.check, discard: async () => {} }
}

/** Discards a saved state of the same account and region: all its resources are gone. */
async function forgetSaved(target: Target, link: Link): Promise<void> {
  const { saved } = target
  if (!saved || saved.account !== link.connected.account || saved.region !== link.connected.region) return
  await link.secrets.discard()
  await openStore(target.folder, saved).discard()
}

function refuseLeft(left: Left[]): void {
  if (left.length === 0) return
  throw new Problem({
    what: `${left.length} ${left.length === 1 ? 'resource' : 'resources'} could not be removed.`,
    list: left.map(thing => `${thing.title} ${thing.id ?? ''} (${thing.address}): ${thing.why}`),
    next: 'Fix what blocks them, then run the same command again.',
    exit: Exit.leftover,
  })
}

function removed(session: Session, target: Target, state: State): number {
  const kept = Object.entries(state.entries).filter(([, entry]) => entry.input.finalBackup === true)
  if (kept.length > 0) {
    const text =
      'A final backup of the database is kept. Its storage is billed until you delete it in the database console.'
    session.view.emit({ is: 'note', text })
  }
  return done(session, { stack: target.stack, removed: 'everything', ...againOf(target) })
}

/** Removes the folder when it is empty. The answers stay: they contain no secret, and the same stack can be built from them. */
async function removeFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => ['?'])
  if (names.includes('state.json')) return
  await draftIn(folder).clear()
  await rmdir(folder).catch(() => undefined)
}
