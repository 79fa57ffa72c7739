import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { closeServer, listen } from '../front.ts'
import { endToEnd, hasBody, headersFor, pairs } from './headers.ts'
import { type Check, type Checker, checkOf, type HealthState } from './health.ts'

/** A server behind a listener. */
export interface Backend {
  serverId: string
  port: number
  /** 0 to 100; 0 gets no requests. */
  weight: number
}

/** What a listener is to do. */
export interface ListenerWish {
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

export interface BackendHealth {
  backend: Backend
  state: HealthState
  /** Why the last check failed. */
  why: string
}

export interface Balancer {
  /** Makes the listeners be these; one that is not named is closed, requests under way are finished first. */
  set(wishes: ListenerWish[]): Promise<void>
  /** Health of the backends of a listener, as the product tells it. */
  health(key: string): BackendHealth[]
  /** `http://127.0.0.1:PORT`; nothing without such a listener. */
  url(key: string): string | undefined
  close(): Promise<void>
}

/** A listener that is there: its local port stays while it is stopped. */
interface Listener {
  wish: ListenerWish
  server: Server
  checkers: Map<string, Checker>
  /** Of the smooth weighted round robin. */
  scores: Map<string, number>
}

export interface BalancerGround {
  resolve: Resolve
  /** Real milliseconds a second of a check's interval takes. */
  secondMs: number
}

/**
 * HTTP load balancing on local ports, in this process. Requests never leave the bridges of the sandbox: every
 * connection begins at the bridge's own address, which goes with it.
 */
export function createBalancer(ground: BalancerGround): Balancer {
  const listeners = new Map<string, Listener>()
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 8, timeout: 30_000 })
  let turn: Promise<unknown> = Promise.resolve()

  async function apply(wishes: ListenerWish[]): Promise<void> {
    for (const [key, listener] of listeners) {
      if (wishes.some(wish => wish.key === key)) continue
      listeners.delete(key)
      stopChecks(listener)
      drain(listener.server)
    }
    for (const wish of wishes) {
      const listener = listeners.get(wish.key) ?? (await open(wish))
      listeners.set(wish.key, listener)
      listener.wish = wish
      updateChecks(listener, ground)
    }
  }

  async function open(wish: ListenerWish): Promise<Listener> {
    const listener: Listener = { wish, server: createServer(), checkers: new Map(), scores: new Map() }
    listener.server.on('request', (incoming, answer) => void serve(listener, incoming, answer))
    listener.server.on('upgrade', (incoming, socket, head) => upgrade(listener, incoming, socket, head))
    listener.server.keepAliveTimeout = 15_000
    try {
      await listen(listener.server, wish.localPort ?? 0)
    } catch (error) {
      if (!wish.localPort) throw error
      await listen(listener.server, 0)
    }
    return listener
  }

  /** The request goes to one backend after the other until one takes it. */
  async function serve(listener: Listener, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    // A listener that does not run does not answer at all.
    if (!listener.wish.running) return void incoming.socket.destroy()
    const tried = new Set<string>()
    const repeatable = ['GET', 'HEAD', 'OPTIONS'].includes(incoming.method ?? '') && !hasBody(incoming)
    for (;;) {
      const backend = pick(listener, tried)
      if (!backend) return refuse(incoming, answer, tried.size > 0 ? 502 : 503)
      tried.add(keyOf(backend))
      const last = !repeatable || pickable(listener, tried).length === 0
      if ((await forward(listener, backend, incoming, answer, last)) === 'done') return
    }
  }

  /** `again`: nothing of this backend's answer went out, so another may take the request. */
  function forward(
    listener: Listener,
    backend: Backend,
    incoming: IncomingMessage,
    answer: ServerResponse,
    last: boolean,
  ): Promise<'done' | 'again'> {
    return new Promise(resolve => {
      const place = ground.resolve(backend)
      if (!place) return resolve('again')
      const outgoing = send({
        ...{ host: place.host, port: backend.port, localAddress: place.from, agent, setHost: false },
        ...{ method: incoming.method, path: incoming.url, headers: headersFor(listener.wish, incoming) },
        timeout: listener.wish.requestTimeout * 1000,
      })
      let connected = false
      outgoing.on('socket', (socket: Socket) => {
        connected = !socket.connecting
        if (!connected) socket.once('connect', () => (connected = true))
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.on('error', error => {
        // Without a connection the backend saw nothing of the request; otherwise only a harmless one is sent again.
        if (!answer.headersSent && (!last || (!connected && !hasBody(incoming)))) return resolve('again')
        if (answer.headersSent) answer.destroy()
        else refuse(incoming, answer, error.message === 'timeout' ? 504 : 502)
        resolve('done')
      })
      outgoing.on('response', reply => {
        const status = reply.statusCode ?? 502
        if (!last && (status === 502 || status === 504)) {
          reply.resume()
          return resolve('again')
        }
        answer.writeHead(status, reply.statusMessage, endToEnd(reply))
        reply.pipe(answer)
        reply.on('error', () => answer.destroy())
        answer.on('close', () => {
          if (!answer.writableFinished) outgoing.destroy()
          resolve('done')
        })
      })
      if (hasBody(incoming)) incoming.pipe(outgoing)
      else outgoing.end()
    })
  }

  function upgrade(listener: Listener, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const backend = listener.wish.running ? pick(listener, new Set()) : undefined
    const place = backend && ground.resolve(backend)
    if (!backend || !place) return void socket.destroy()
    const headers = { ...headersFor(listener.wish, incoming), connection: 'Upgrade', upgrade: incoming.headers.upgrade }
    const outgoing = send({
      ...{ host: place.host, port: backend.port, localAddress: place.from, setHost: false },
      ...{ method: incoming.method, path: incoming.url, headers },
    })
    const end = () => {
      socket.destroy()
      outgoing.destroy()
    }
    socket.on('error', end)
    outgoing.on('error', end)
    outgoing.on('response', reply => {
      socket.end(`HTTP/1.1 ${reply.statusCode} ${reply.statusMessage}\r\nConnection: close\r\n\r\n`)
      reply.resume()
    })
    outgoing.on('upgrade', (reply, other, rest) => {
      const lines = pairs(reply.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`HTTP/1.1 101 ${reply.statusMessage}\r\n${lines.join('')}\r\n`)
      if (rest.length > 0) socket.write(rest)
      if (head.length > 0) other.write(head)
      other.on('error', end).on('close', end)
      socket.on('close', end)
      socket.pipe(other).pipe(socket)
    })
    outgoing.end()
  }

  return {
    set(wishes) {
      const done = turn.then(() => apply(wishes))
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

function healthOf(listener: Listener | undefined): BackendHealth[] {
  if (!listener) return []
  return listener.wish.backends.map(backend => {
    const checker = listener.checkers.get(keyOf(backend))
    if (!listener.wish.running) return { backend, state: 'unavailable', why: 'The listener does not run.' }
    if (!listener.wish.check) return { backend, state: 'normal', why: '' }
    return { backend, state: checker?.state() ?? 'unavailable', why: checker?.why() ?? 'It was not checked yet.' }
  })
}

function updateChecks(listener: Listener, ground: BalancerGround): void {
  const { wish, checkers } = listener
  const wanted = new Map(wish.running && wish.check ? wish.backends.map(one => [keyOf(one), one]) : [])
  for (const [key, checker] of checkers) {
    if (wanted.has(key)) continue
    checker.stop()
    checkers.delete(key)
  }
  for (const [key, backend] of wanted) {
    const reach = () => {
      const place = ground.resolve(backend)
      return place && { ...place, port: wish.check?.port || backend.port }
    }
    const checker = checkers.get(key)
    if (checker) checker.use(wish.check!)
    else checkers.set(key, checkOf(wish.check!, reach, ground.secondMs))
  }
}

function stopChecks(listener: Listener): void {
  for (const checker of listener.checkers.values()) checker.stop()
  listener.checkers.clear()
}

/** No new requests; those under way end by themselves, within the longest time a request may take. */
function drain(server: Server): void {
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), 180_000).unref()
}

function pickable(listener: Listener, tried: Set<string>): Backend[] {
  return healthOf(listener)
    .filter(({ backend, state }) => state === 'normal' && backend.weight > 0 && !tried.has(keyOf(backend)))
    .map(({ backend }) => backend)
}

/** Smooth weighted round robin: each gets its share, and the shares are mixed evenly. */
function pick(listener: Listener, tried: Set<string>): Backend | undefined {
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

function refuse(incoming: IncomingMessage, answer: ServerResponse, status: number): void {
  const why = { 502: 'No backend gave an answer.', 503: 'No backend is healthy.', 504: 'The backend took too long.' }[
    status
  ]
  incoming.resume()
  answer.writeHead(status, {
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    'x-stackwright-balancer': 'sandbox',
  })
  answer.end(`${status} ${why}\n`)
}

function keyOf({ serverId, port }: Backend): string {
  return `${serverId}:${port}`
}
