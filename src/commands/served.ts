import type { Ref } from '../engine/kind.ts'
import type { State } from '../engine/state.ts'
import { brokenHop, diagnose, type Failed, type Fix, unexplained } from '../steps/diagnose.ts'
import { notAnswering, type Visit, visitUntilWell } from '../steps/verify.ts'
import type { Link } from './connect.ts'
import type { Prepared } from './prepare.ts'
import type { Session } from './session.ts'
import type { BuildTarget } from './target.ts'

/** After this long without an answer the machines are asked why; if they are healthy, it can still come. */
const FIRST_LOOK_MS = { sandbox: 5_000, real: 15_000 }
const PATIENCE_MS = { sandbox: 60_000, real: 300_000 }
/** Two health checks and a little: a machine that was fixed before this run must not be blamed by it. */
const NOTICED_MS = { sandbox: 5_000, real: 30_000 }
/** A page that proves each machine in turn is asked at most this often. */
const MOST_VISITS = 12
/** WebSockets opened one after the other at least: some that fail now and then are reported behind load balancers. */
const FEWEST_SOCKETS = 3

/** A finished stack, and the run that built it. */
export interface Built {
  session: Session
  target: BuildTarget
  link: Link
  prepared: Prepared
  state: State
}

/**
 * The run is done when the address answered through the load balancer, the database took a write by each machine in
 * turn, WebSockets open where it has them, and every machine is healthy. Returns the address for a browser; otherwise throws a Problem that names the hop.
 */
export async function served(built: Built): Promise<string> {
  const { session, target, link, prepared, state } = built
  const { served } = prepared.drawn
  const host = outputOf(state, served.host)
  if (served.internal) {
    session.view.emit({ is: 'note', text: `${host} answers inside the network only, so it was not called from here.` })
    await refuseBroken(built, host)
    return `http://${host}${served.port === 80 ? '' : `:${served.port}`}/`
  }
  const base = await link.connected.reach(host, served.port)
  const behind = (await link.connected.backends?.(state)) ?? []
  const authority = served.secure && (await link.connected.authority?.())
  const secure = served.secure && { name: served.secure.name, ...(authority && { authority }) }
  const visit = { base, host, drain: session.drain, ...(secure && base.startsWith('https:') && { secure }) }
  const broken: Broken = (url, failed) => refuseBroken(built, url, failed)
  const where = target.sandbox ? 'sandbox' : 'real'
  const patience = { first: FIRST_LOOK_MS[where], withinMs: PATIENCE_MS[where], fixes: served.fixes }
  const times = behind.length < 2 ? 1 : Math.min(2 * behind.length, MOST_VISITS)
  const visits: Wait[] = [
    { ...visit, path: served.healthPath, times: 1, ...patience },
    ...(served.proofPath ? [{ ...visit, path: served.proofPath, times, ...patience }] : []),
  ]
  if (served.webSocketPath) {
    const sockets = Math.max(times, FEWEST_SOCKETS)
    visits.push({ ...visit, path: served.webSocketPath, times: sockets, webSocket: true, ...patience })
  }
  await visitAll(session, visits, broken)
  await broken(base)
  // A machine that was unhealthy got none of these visits. By now it is healthy, so it gets some.
  if (behind.some(one => !one.healthy)) await visitAll(session, visits, broken)
  if (!served.secure) return `${base}/`
  // On the internet the name is what people type; in the embedded cloud no name resolves.
  if (!target.sandbox) return `https://${served.secure.name}/`
  const text = `${served.secure.name} does not resolve here, and only the embedded cloud signs its certificate. docs/sandbox.md says how to visit it.`
  session.view.emit({ is: 'note', text })
  return `${base}/`
}

interface Wait extends Visit {
  /** Milliseconds until the machines are asked why. */
  first: number
  fixes: Record<string, Fix>
}

type Broken = (url: string, failed?: Failed) => Promise<boolean>

async function visitAll({ view, figures }: Session, visits: Wait[], broken: Broken): Promise<void> {
  for (const one of visits) {
    view.know({ doing: `Waiting until ${one.base}${one.path} answers` })
    figures.criticalPathMs += await answered(one, broken).finally(() => view.know({ doing: '' }))
  }
}

/** Milliseconds until the page answered. Throws a Problem with the broken hop. */
async function answered(visit: Wait, broken: Broken): Promise<number> {
  const first = await visitUntilWell({ ...visit, withinMs: visit.first })
  if (first.is === 'well') return first.ms
  const { path, webSocket = false } = visit
  await broken(visit.base + path, { path, answer: first.last, webSocket })
  const second = await visitUntilWell({ ...visit, withinMs: visit.withinMs - visit.first })
  if (second.is === 'well') return first.ms + second.ms
  const failed = { path, answer: second.last, webSocket }
  const looked = await broken(visit.base + path, failed)
  if (looked) throw brokenHop([unexplained(failed)], visit.base + path, visit.fixes)
  throw notAnswering(visit, { ms: visit.withinMs, last: second.last })
}

/**
 * Throws when a machine behind the load balancer is unhealthy or, where a page `failed`, when any hop is broken. Returns
 * whether this cloud can look at all.
 */
export async function refuseBroken(
  { target, link, prepared, state }: Built,
  url: string,
  failed?: Failed,
): Promise<boolean> {
  const { connected } = link
  const found = await diagnose(connected, state, {
    script: prepared.drawn.served.check,
    noticedMs: NOTICED_MS[target.sandbox ? 'sandbox' : 'real'],
    ...(failed && { failed }),
  })
  if (found.length > 0) throw brokenHop(found, url, prepared.drawn.served.fixes)
  return connected.backends !== undefined && connected.runScript !== undefined
}

function outputOf(state: State, ref: Ref<string>): string {
  const entry = state.entries[ref.$ref]
  const value = entry?.is === 'ready' ? entry.out[ref.field] : undefined
  if (typeof value !== 'string') throw new Error(`the state has no ${ref.$ref}.${ref.field}`)
  return value
}
