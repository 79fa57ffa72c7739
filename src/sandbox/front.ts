import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a load balancer's listener would do with a request now. */
export interface FrontDoor {
  loadBalancerId: string
  listening: boolean
  /** Backends that pass the health check. */
  healthy: string[]
  backends: string[]
}

export interface Fronts {
  /** The local address that answers for a listener, opened when first asked for; nothing without such a listener. */
  reach(host: string, port: number): Promise<string | undefined>
  close(): Promise<void>
}

export interface FrontGround {
  look(host: string, port: number): FrontDoor | undefined
  /** Local ports used before, so that a printed address still holds after a restart. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/** One local port per listener. What answers there says that it is simulated. */
export function createFronts(ground: FrontGround): Fronts {
  const open = new Map<string, Promise<Server>>()
  return {
    async reach(host, port) {
      if (!ground.look(host, port)) return undefined
      const name = `${host}:${port}`
      const opening = open.get(name) ?? openFront(ground, host, port)
      open.set(name, opening)
      const server = await opening
      const local = (server.address() as AddressInfo).port
      if (ground.ports.get(name) !== local) ground.keepPort(name, local)
      return `http://127.0.0.1:${local}`
    },
    async close() {
      const servers = await Promise.all(open.values())
      await Promise.all(servers.map(closeServer))
    },
  }
}

async function openFront(ground: FrontGround, host: string, port: number): Promise<Server> {
  const serve = (request: IncomingMessage, response: ServerResponse) =>
    page(ground.look(host, port), host, port, request, response)
  const former = ground.ports.get(`${host}:${port}`)
  try {
    return await listen(createServer(serve), former ?? 0)
  } catch (error) {
    if (former === undefined) throw error
    return await listen(createServer(serve), 0)
  }
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
  const status = door.healthy.length > 0 ? 200 : 503
  const json = (request.headers.accept ?? '').includes('application/json')
  const type = json ? 'application/json' : 'text/html; charset=utf-8'
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-stackwright-simulated': 'true' })
  response.end(json ? `${JSON.stringify({ simulated: true, address: host, port, ...door })}\n` : html(door, host, port))
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
