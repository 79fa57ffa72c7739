import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer, listen } from '../../http/front.ts'
import { hasBody } from '../headers.ts'
import {
  type Backend,
  type BackendHealth,
  type BackendsDeps,
  healthOf,
  keyOf,
  type Listener,
  type ListenerSpec,
  pick,
  pickable,
  stopChecks,
  updateChecks,
} from './backends.ts'
import { forward, type Onward, refuse, upgrade } from './relay.ts'

/** The load balancer (CLB): all listeners of a sandbox. */
export interface Balancer {
  /** Makes the listeners be these; one that is not named is closed, requests under way are finished first. */
  set(specs: ListenerSpec[]): Promise<void>
  /** Health of the backends of a listener, as the product tells it. */
  health(key: string): BackendHealth[]
  /** `http://127.0.0.1:PORT`; nothing without such a listener. */
  url(key: string): string | undefined
  close(): Promise<void>
}

/**
 * HTTP load balancing on local ports, in this process. Requests never leave the bridges of the sandbox: every
 * connection begins at the bridge's own address, which goes with it.
 */
export function createBalancer(deps: BackendsDeps): Balancer {
  const listeners = new Map<string, Listener>()
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 8, timeout: 30_000 })
  let turn: Promise<unknown> = Promise.resolve()

  async function apply(specs: ListenerSpec[]): Promise<void> {
    for (const [key, listener] of listeners) {
      if (specs.some(spec => spec.key === key)) continue
      listeners.delete(key)
      stopChecks(listener)
      drain(listener.server)
    }
    for (const spec of specs) {
      const listener = listeners.get(spec.key) ?? (await open(spec))
      listeners.set(spec.key, listener)
      listener.spec = spec
      updateChecks(listener, deps)
    }
  }

  async function open(spec: ListenerSpec): Promise<Listener> {
    const listener: Listener = { spec, server: createServer(), checkers: new Map(), scores: new Map() }
    listener.server.on('request', (incoming, answer) => void serve(listener, incoming, answer))
    listener.server.on('upgrade', (incoming, socket, head) => {
      const backend = listener.spec.running ? pick(listener, new Set()) : undefined
      const to = backend && onward(listener, backend)
      if (to) upgrade(to, incoming, socket, head)
      else socket.destroy()
    })
    listener.server.keepAliveTimeout = 15_000
    try {
      await listen(listener.server, spec.localPort ?? 0)
    } catch (error) {
      if (!spec.localPort) throw error
      await listen(listener.server, 0)
    }
    return listener
  }

  /** The request goes to one backend after the other until one takes it. */
  async function serve(listener: Listener, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    // A listener that does not run does not answer at all.
    if (!listener.spec.running) return void incoming.socket.destroy()
    const tried = new Set<string>()
    const repeatable = ['GET', 'HEAD', 'OPTIONS'].includes(incoming.method ?? '') && !hasBody(incoming)
    for (;;) {
      const backend = pick(listener, tried)
      if (!backend) return refuse(incoming, answer, tried.size > 0 ? 502 : 503)
      tried.add(keyOf(backend))
      const last = !repeatable || pickable(listener, tried).length === 0
      const to = onward(listener, backend)
      if (to && (await forward(to, agent, { incoming, answer, last })) === 'done') return
    }
  }

  /** Nothing: the backend does not run. */
  function onward({ spec }: Listener, backend: Backend): Onward | undefined {
    const place = deps.resolve(backend)
    return place && { ...place, port: backend.port, spec }
  }

  return {
    set(specs) {
      const done = turn.then(() => apply(specs))
      turn = done.catch(() => undefined)
      return done
    },
    health: key => healthOf(listeners.get(key)),
    url(key) {
      const address = listeners.get(key)?.server.address() as AddressInfo | null | undefined
      return address ? `http://127.0.0.1:${address.port}` : undefined
    },
    async close() {
      await turn
      for (const listener of listeners.values()) stopChecks(listener)
      await Promise.all([...listeners.values()].map(listener => closeServer(listener.server)))
      listeners.clear()
      agent.destroy()
    },
  }
}

/** No new requests; those under way end by themselves, within the longest time a request may take. */
function drain(server: Server): void {
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), 180_000).unref()
}
