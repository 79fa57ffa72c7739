import { keepSecrets, type Resolved } from '../answers/answers.ts'
import { proveRoom } from '../base/disk.ts'
import { Exit, Problem } from '../base/errors.ts'
import { acquire, holderOf, isDead, lockedBy } from '../base/lock.ts'
import { up as build, type Run, tracesOf } from '../engine/engine.ts'
import { newState, openStore, readState, type State, type Store } from '../engine/state.ts'
import { confirmPlan } from './confirm.ts'
import { announce, connect, type Link, refuseUnknownRegion } from './connect.ts'
import type { Flags, Offer } from './flags.ts'
import { forgetInterview, interviewed } from './guided.ts'
import { answersNow, type Prepared, prepare, problemBeforehand, tellCautions, titlesOf } from './prepare.ts'
import { receipt } from './receipt.ts'
import { replayOf, saveAnswersFile } from './replay.ts'
import { refuseBroken, served } from './served.ts'
import { done, needsYes, perform, type Session } from './session.ts'
import { startOf } from './start.ts'
import { type BuildTarget, targetToBuild } from './target.ts'

/** `stackwright up`: from answers to a stack that serves. */
export function up(flags: Flags, offer: Offer): Promise<number> {
  return perform(flags, offer, work)
}

async function work(session: Session): Promise<number> {
  const target = await targetToBuild(session, session.interactive ? await startOf(session) : {})
  needsYes(session, { verb: 'up', look: 'plan' }, await problemBeforehand(session, target))
  await refuseWhenHeld(target)
  const link = await connect(session, target)
  announce(session, target, link.connected, target.blueprint.id)
  await refuseUnknownRegion(target, link)
  const resolved = await answered(session, target, link)
  const prepared = await prepare(target, link, resolved)
  session.view.know({ titles: titlesOf(target.drawing.steps) })
  session.view.emit({ is: 'plan', verb: 'up', changes: prepared.lines })
  tellCautions(session, resolved)
  await confirmPlan(session, prepared.lines, target.sandbox)
  const store = await openForWriting(session, target, link, prepared)
  await store.save()
  await forgetInterview(target)
  await carryOut(session, target, link, prepared, store)
  const url = await served({ session, target, link, prepared, state: store.state })
  const outputs = receipt(target, store.state, url, prepared.drawn.served)
  store.state.outputs = outputs
  await store.save()
  if (session.interactive) session.view.say(`${replayOf(target, resolved)}\n`)
  return done(session, outputs)
}

/** No questions for a stack that cannot be built; without questions, both look-ups run at the same time. */
async function answered(session: Session, target: BuildTarget, link: Link): Promise<Resolved> {
  if (session.interactive) {
    await refuseLeftovers(target, link)
    return interviewed(session, target, link)
  }
  const answers = answersNow(session, target, link)
  // Problems with the answers are reported after leftovers.
  answers.catch(() => undefined)
  await refuseLeftovers(target, link)
  return answers
}

/** The lock, the secrets and a state with the answers in it; what another run saved meanwhile is not overwritten. */
async function openForWriting(session: Session, target: BuildTarget, link: Link, prepared: Prepared): Promise<Store> {
  const { folder, saved } = target
  const lease = await acquire(folder, 'up')
  session.onEnd.push(() => lease.release())
  await proveRoom(folder)
  const now = await readState(folder)
  if (now?.serial !== saved?.serial || now?.id !== saved?.id) {
    throw new Problem({
      what: 'Another run has just changed this stack, after this one read it.',
      next: 'Run the same command again.',
      exit: Exit.locked,
    })
  }
  await link.secrets.writeThrough()
  await keepSecrets(prepared.resolved, link.secrets)
  await saveAnswersFile(target, prepared.resolved)
  const state = saved ?? freshState(target, link)
  state.answers = prepared.values
  return openStore(folder, state, lease.check)
}

async function carryOut(
  session: Session,
  target: BuildTarget,
  link: Link,
  prepared: Prepared,
  store: Store,
): Promise<void> {
  const run: Run = {
    store,
    cloud: link.connected.cloud,
    kinds: target.provider.kinds,
    emit: session.view.emit,
    drain: session.drain,
    secretVersion: name => link.secrets.version(name),
    startedAt: Date.now(),
  }
  const { criticalPathMs, left } = await build(run, prepared.drawn.sheet).catch(async error => {
    // The last thing awaited is the load balancers' own health check: what they lack is said instead of that it waited.
    const awaited = prepared.drawn.served.awaits.some(({ address }) => store.state.entries[address]?.is === 'created')
    if (awaited && !session.drain.aborted) {
      await refuseBroken({ session, target, link, prepared, state: store.state }, 'The load balancer')
    }
    throw error
  })
  session.figures.criticalPathMs = criticalPathMs
  if (left.length === 0) return
  throw new Problem({
    what: 'The stack is built, but some resources that it no longer needs could not be removed.',
    list: left.map(thing => `${thing.title} ${thing.id ?? thing.address}: ${thing.why}`),
    next: 'Fix what blocks them, then run the same command again.',
  })
}

async function refuseWhenHeld({ folder }: BuildTarget): Promise<void> {
  const holder = await holderOf(folder)
  if (holder && !isDead(holder)) throw lockedBy(holder)
}

/** Without a state, things that carry this stack's name would be built a second time beside themselves. */
async function refuseLeftovers(target: BuildTarget, link: Link): Promise<void> {
  if (target.saved) return
  const { entries } = await tracesOf({ cloud: link.connected.cloud, kinds: target.provider.kinds }, target.stack)
  const found = Object.entries(entries)
  if (found.length === 0) return
  await refuseWhenHeld(target)
  throw new Problem({
    what: `There are resources of a stack "${target.stack}" in ${target.region}, but no saved state of it here.`,
    list: found.map(([address, entry]) => `${entry.type} ${entry.id} (${address})`),
    next: `Restore the state, choose another name with --stack, or remove them: stackwright teardown --stack ${target.stack} --cloud ${target.provider.id} --region ${target.region} --from-tags${target.sandbox ? ' --sandbox' : ''}`,
    exit: Exit.preflight,
  })
}

function freshState({ stack, blueprint, provider, sandbox }: BuildTarget, { connected }: Link): State {
  const { account, region } = connected
  return newState({ stack, blueprint: blueprint.id, cloud: provider.id, account, region, sandbox })
}
