import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext } from 'node:tls'
import type { Authority } from './authority.ts'
import { asksForWebSocket, openSimulated } from './web-socket.ts'

/** What a load balancer's listener would do with a request now. */
export interface FrontDoor {
  loadBalancerId: string
  listening: boolean
  /** Backends that pass the health check. */
  healthy: string[]
  backends: string[]
  /** The names of each certificate, the default one first, where the listener speaks TLS. */
  tls?: string[][]
  /** What the load balancer answers by itself instead. */
  redirect?: Redirect
  fixed?: { status: number; type: string; body: string }
}

/** Where to, with `#{host}`, `#{path}` and the like for the parts of the request. */
export interface Redirect {
  status: number
  protocol: string
  host: string
  port: string
  path: string
  query: string
}

/** The local ports that stand for listeners of simulated load balancers. */
export interface Fronts {
  /** The local address that answers for a listener, opened when first asked for; nothing without such a listener. */
  reach(host: string, port: number): Promise<string | undefined>
  close(): Promise<void>
}

/** What the fronts need of the server around them. */
export interface FrontDeps {
  /** `request`: what is asked for, where a rule of the listener may decide. */
  look(host: string, port: number, request?: IncomingMessage): FrontDoor | undefined
  /** A request was passed on to a backend. */
  passed?(host: string, port: number, request: IncomingMessage): void
  /** Local ports used before, so that a printed address still holds after a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
  /** Issues the certificates of listeners that speak TLS. */
  authority?(): Authority
}

/** One local port per listener. What answers there says that it is simulated. */
export function createFronts(deps: FrontDeps): Fronts {
  const open = new Map<string, Promise<Server>>()
  const sockets = new Set<Duplex>()
  return {
    async reach(host, port) {
      const door = deps.look(host, port)
      if (!door) return undefined
      const name = `${host}:${port}${speaksTls(door) ? '/tls' : ''}`
      const opening = open.get(name) ?? openFront({ deps, sockets }, name, host, port)
      open.set(name, opening)
      // One that could not be opened is tried again the next time it is asked for.
      opening.catch(() => open.delete(name))
      const server = await opening
      const local = (server.address() as AddressInfo).port
      if (deps.ports.get(name) !== local) deps.keepPort(name, local)
      return `${speaksTls(door) ? 'https' : 'http'}://127.0.0.1:${local}`
    },
    async close() {
      const servers = await Promise.all(open.values())
      // A server no longer knows what it has handed over.
      for (const socket of sockets) socket.destroy()
      await Promise.all(servers.map(closeServer))
    },
  }
}

interface Opening {
  deps: FrontDeps
  /** WebSockets that are open. */
  sockets: Set<Duplex>
}

async function openFront({ deps, sockets }: Opening, name: string, host: string, port: number): Promise<Server> {
  const look = (request: IncomingMessage) => {
    const door = deps.look(host, port, request)
    if (passesOn(door)) deps.passed?.(host, port, request)
    return door
  }
  const serve = (request: IncomingMessage, response: ServerResponse) =>
    page(look(request), host, port, request, response)
  const create = () => {
    const server = name.endsWith('/tls') ? createTls(deps, host, port, serve) : createServer(serve)
    return server.on('upgrade', (request, socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      const door = look(request)
      if (asksForWebSocket(request) && passesOn(door)) openSimulated(request, socket)
      else page(door, host, port, request, answerOn(request, socket))
    })
  }
  const former = deps.ports.get(name)
  try {
    return await listen(create(), former ?? 0)
  } catch (error) {
    if (former === undefined) throw error
    return await listen(create(), 0)
  }
}

function passesOn(door: FrontDoor | undefined): boolean {
  return Boolean(door?.listening && door.healthy.length > 0 && !door.redirect && !door.fixed)
}

/** A request that asks for another protocol is answered in HTTP like any other, once. */
function answerOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  response.on('finish', () => socket.end())
  return response
}

/** A server that shows the certificate of the name it is asked for, as the listener has them at that moment. */
function createTls(
  deps: FrontDeps,
  host: string,
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const context = (names: string[]) => {
    const { certificate, key } = deps.authority!().issue(names)
    return createSecureContext({ cert: certificate, key })
  }
  const choose = (server: string) => {
    const certificates = deps.look(host, port)?.tls ?? []
    return certificates.find(names => names.some(name => covers(name, server))) ?? certificates[0] ?? [host]
  }
  const { certificate, key } = deps.authority!().issue(choose(host))
  const SNICallback = (server: string, done: (error: Error | null, made?: ReturnType<typeof context>) => void) =>
    done(null, context(choose(server)))
  return createTlsServer({ cert: certificate, key, SNICallback }, serve)
}

function covers(name: string, server: string): boolean {
  return name === server || (name.startsWith('*.') && server.split('.').slice(1).join('.') === name.slice(2))
}

function speaksTls(door: FrontDoor): boolean {
  return door.tls !== undefined
}

/** Listens on this machine only; 0 means any free port. Rejects with the system's error. */
export function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve(server)
    })
  })
}

/** Ends the server and the connections it has. */
export function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function page(
  door: FrontDoor | undefined,
  host: string,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume()
  if (!door?.listening) {
    // A stopped or removed listener does not answer at all.
    request.socket.destroy()
    return
  }
  if (door.redirect) {
    const location = locationOf(door.redirect, door, port, request)
    response.writeHead(door.redirect.status, { location, 'content-length': 0 }).end()
    return
  }
  if (door.fixed) {
    response.writeHead(door.fixed.status, { 'content-type': door.fixed.type }).end(door.fixed.body)
    return
  }
  const status = door.healthy.length > 0 ? 200 : 503
  const json = (request.headers.accept ?? '').includes('application/json')
  const type = json ? 'application/json' : 'text/html; charset=utf-8'
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-stackwright-simulated': 'true' })
  response.end(json ? `${JSON.stringify({ simulated: true, address: host, port, ...door })}\n` : html(door, host, port))
}

/** As a load balancer fills it in; the port of the address only where it is not the protocol's own. */
function locationOf(redirect: Redirect, door: FrontDoor, port: number, request: IncomingMessage): string {
  const [path = '/', query = ''] = (request.url ?? '/').split('?')
  const parts: Record<string, string> = {
    protocol: speaksTls(door) ? 'https' : 'http',
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    port: String(port),
    path: path.replace(/^\//, ''),
    query,
  }
  const filled = (text: string) => text.replace(/#\{(\w+)\}/g, (all, name: string) => parts[name] ?? all)
  const protocol = filled(redirect.protocol).toLowerCase()
  const own = protocol === 'https' ? '443' : '80'
  const to = filled(redirect.port)
  const asked = filled(redirect.query)
  return `${protocol}://${filled(redirect.host)}${to === own ? '' : `:${to}`}${filled(redirect.path)}${asked ? `?${asked}` : ''}`
}

function html(door: FrontDoor, host: string, port: number): string {
  const rows = door.backends.map(
    id => `<tr><td>${escapeHtml(id)}</td><td>${door.healthy.includes(id) ? 'healthy' : 'not healthy'}</td></tr>`,
  )
  const verdict =
    door.healthy.length > 0
      ? 'A real load balancer would now pass your request to one of them.'
      : 'None of them is healthy, so a real load balancer would answer 503, as this page does.'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated load balancer</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}td{padding-right:2em}</style></head>
<body><h1>Simulated load balancer</h1>
<p>This page is not your application. It comes from stackwright's embedded cloud, which stands in for the listener on
port ${port} of load balancer <b>${escapeHtml(door.loadBalancerId)}</b> (${escapeHtml(host)}).</p>
<table>${rows.join('')}</table>
<p>${verdict}</p>
<p>Simulated: the load balancer, its backends, the machines behind them and everything that was installed on them.
No application runs here.</p></body></html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`)
}
