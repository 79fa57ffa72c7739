import { Exit, Problem } from '../base/errors.ts'
import { isOurs, liveThings } from '../engine/audit.ts'
import type { AnyKind } from '../engine/kind.ts'
import type { Entry, State } from '../engine/state.ts'
import type { ResourceEvent } from '../events.ts'
import { resourceLine } from '../view/sentences.ts'
import { oneLine } from '../view/text.ts'
import { announce, connect, type Link } from './connect.ts'
import type { Flags, Offer } from './flags.ts'
import { byStep, savedTitles } from './prepare.ts'
import { command } from './receipt.ts'
import { done, perform, type Session } from './session.ts'
import { type Target, targetThatIs } from './target.ts'

/**
 * `stackwright status`: compares the saved stack with the cloud. Returns the exit code: 0 when every resource exists,
 * 1 when something differs or a run did not finish.
 */
export function status(flags: Flags, offer: Offer): Promise<number> {
  return perform(flags, offer, work)
}

async function work(session: Session): Promise<number> {
  const target = await targetThatIs(session)
  const link = await connect(session, target)
  announce(session, target, link.connected, target.saved.blueprint)
  const titles = await savedTitles(session, target.saved.blueprint, target.provider.id)
  const entries = byStep(
    Object.entries(target.saved.entries).map(([address, entry]) => ({ address, entry, step: entry.step })),
    Object.keys(titles),
  )
  const seen = await Promise.all(entries.map(({ address, entry }) => look(target, link, address, entry)))
  if (session.view.kind === 'json') seen.forEach(session.view.emit)
  else session.view.say(table(seen, titles))
  const strangers = await unknown(target, link)
  const differing = [
    ...seen.filter(event => event.phase === 'failed').map(event => `${event.title} ${event.address}: ${event.note}.`),
    ...strangers,
  ]
  if (differing.length === 0) {
    refuseUnfinished(target)
    return done(session, target.saved.outputs)
  }
  throw new Problem({
    what: `${differing.length} ${differing.length === 1 ? 'resource' : 'resources'} of the stack "${target.stack}" ${differing.length === 1 ? 'differs' : 'differ'} from the saved state.`,
    list: differing,
    next: nextOf(target),
    exit: Exit.failed,
  })
}

/** A run that stopped between two resources leaves a state that matches the cloud, of a stack that does not serve. */
function refuseUnfinished(target: Target & { saved: State }): void {
  if (Object.keys(target.saved.outputs).length > 0) return
  throw new Problem({
    what: `The stack "${target.stack}" is not finished: an up or a teardown stopped before its end.`,
    why: 'Every saved resource exists, but they are not the whole stack.',
    next: `To finish it: ${command('up', target)}. To remove it: ${command('teardown', target)}`,
    exit: Exit.failed,
  })
}

/** A teardown that was started is most likely meant to be finished. */
function nextOf(target: Target & { saved: State }): string {
  const make = `To create what is missing: ${command('up', target)}`
  const leaving = Object.values(target.saved.entries).some(entry => entry.is === 'removing')
  return leaving ? `To remove the rest: ${command('teardown', target)}. ${make}` : make
}

/** The result itself, so it goes to standard output. */
function table(seen: ResourceEvent[], titles: Record<string, string>): string {
  const lines = seen.flatMap((event, index) => {
    const title = event.step === seen[index - 1]?.step ? [] : [oneLine(titles[event.step] ?? event.step)]
    return [...title, `  ${resourceLine(event)}`]
  })
  return [...lines, ''].join('\n')
}

async function look(target: Target, link: Link, address: string, entry: Entry): Promise<ResourceEvent> {
  const kind = target.provider.kinds.find(candidate => candidate.type === entry.type)
  const id = 'id' in entry ? entry.id : undefined
  const event = {
    is: 'resource' as const,
    address,
    type: entry.type,
    title: kind?.title ?? entry.type,
    step: entry.step,
    ...(id && { id }),
  }
  if (!kind) return { ...event, phase: 'failed', note: 'its type is unknown to this version' }
  if (entry.is !== 'ready') return { ...event, phase: 'failed', note: unfinished[entry.is] }
  return (await lives(link, kind, entry))
    ? { ...event, phase: 'kept', note: 'exists' }
    : { ...event, phase: 'failed', note: 'is missing' }
}

const unfinished = {
  creating: 'not finished: it may or may not exist',
  created: 'not finished: it exists but was not ready yet',
  removing: 'not finished: its removal has started',
}

/** An `upsert` is a setting of another resource, or work done once: its kind's look-up says whether that still holds. */
async function lives({ connected }: Link, kind: AnyKind, entry: Entry & { is: 'ready' }): Promise<boolean> {
  const found = await kind.find(connected.cloud, { id: entry.id, input: entry.input })
  return found.length > 0
}

/** Resources that carry our mark but are not in the state, as sentences. */
async function unknown(target: Target & { saved: NonNullable<Target['saved']> }, link: Link): Promise<string[]> {
  const { saved, provider } = target
  const known = new Set(Object.values(saved.entries).map(entry => ('id' in entry ? entry.id : undefined)))
  const { cloud } = link.connected
  const live = await liveThings({ cloud, kinds: provider.kinds }, target.stack, saved.entries)
  return live
    .filter(thing => isOurs(thing, target.stack, saved.id) && !known.has(thing.found.id))
    .map(
      ({ kind, found }) => `${kind.title} ${found.id} carries the mark of this stack, but is not in the saved state.`,
    )
}
