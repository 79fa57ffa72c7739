import type { Server } from 'node:http'
import { type Check, type Checker, checkOf, type HealthState } from './health.ts'

/** The servers behind a listener: their health, and whose turn it is. */

/** A server behind a listener. */
export interface Backend {
  serverId: string
  port: number
  /** 0 to 100; 0 gets no requests. */
  weight: number
}

/** What a listener is to do. */
export interface ListenerSpec {
  /** Names it: `lb-1:80`. */
  key: string
  running: boolean
  backends: Backend[]
  /** Nothing: no checks, every backend counts as healthy. */
  check?: Check
  forwardedFor: boolean
  forwardedProto: boolean
  /** Seconds a backend may take to begin its answer. */
  requestTimeout: number
  /** The local port to use if it is free. */
  localPort?: number | undefined
}

/** How to reach a backend: the address this system knows it by, and our own on its bridge. Nothing: it does not run. */
export type Resolve = (backend: Backend) => { host: string; from: string } | undefined

/** The health of one backend of a listener. */
export interface BackendHealth {
  backend: Backend
  state: HealthState
  /** Why the last check failed. */
  why: string
}

/** A listener that is there: its local port stays while it is stopped. */
export interface Listener {
  spec: ListenerSpec
  server: Server
  checkers: Map<string, Checker>
  /** Of the smooth weighted round robin. */
  scores: Map<string, number>
}

/** How backends are reached and how fast they are checked. */
export interface BackendsDeps {
  resolve: Resolve
  /** Real milliseconds a second of a check's interval takes. */
  secondMs: number
}

/** Nothing of a listener that is not there. */
export function healthOf(listener: Listener | undefined): BackendHealth[] {
  if (!listener) return []
  return listener.spec.backends.map(backend => {
    const checker = listener.checkers.get(keyOf(backend))
    if (!listener.spec.running) return { backend, state: 'unavailable', why: 'The listener does not run.' }
    if (!listener.spec.check) return { backend, state: 'normal', why: '' }
    return { backend, state: checker?.state() ?? 'unavailable', why: checker?.why() ?? 'It was not checked yet.' }
  })
}

/** Checks what the listener specs to have checked, and nothing else. */
export function updateChecks(listener: Listener, deps: BackendsDeps): void {
  const { spec, checkers } = listener
  const wanted = new Map(spec.running && spec.check ? spec.backends.map(one => [keyOf(one), one]) : [])
  for (const [key, checker] of checkers) {
    if (wanted.has(key)) continue
    checker.stop()
    checkers.delete(key)
  }
  for (const [key, backend] of wanted) {
    const reach = () => {
      const place = deps.resolve(backend)
      return place && { ...place, port: spec.check?.port || backend.port }
    }
    const checker = checkers.get(key)
    if (checker) checker.use(spec.check!)
    else checkers.set(key, checkOf(spec.check!, reach, deps.secondMs))
  }
}

/** Ends all health checks of a listener. */
export function stopChecks(listener: Listener): void {
  for (const checker of listener.checkers.values()) checker.stop()
  listener.checkers.clear()
}

/** The backends that may get a request now. */
export function pickable(listener: Listener, tried: Set<string>): Backend[] {
  return healthOf(listener)
    .filter(({ backend, state }) => state === 'normal' && backend.weight > 0 && !tried.has(keyOf(backend)))
    .map(({ backend }) => backend)
}

/** Smooth weighted round robin: each gets its share, and the shares are mixed evenly. */
export function pick(listener: Listener, tried: Set<string>): Backend | undefined {
  const candidates = pickable(listener, tried)
  const total = candidates.reduce((sum, one) => sum + one.weight, 0)
  let best: Backend | undefined
  for (const one of candidates) {
    const score = (listener.scores.get(keyOf(one)) ?? 0) + one.weight
    listener.scores.set(keyOf(one), score)
    if (!best || score > (listener.scores.get(keyOf(best)) ?? 0)) best = one
  }
  if (best) listener.scores.set(keyOf(best), (listener.scores.get(keyOf(best)) ?? 0) - total)
  return best
}

/** `server-id:port`, by which a listener knows a backend. */
export function keyOf({ serverId, port }: Backend): string {
  return `${serverId}:${port}`
}
