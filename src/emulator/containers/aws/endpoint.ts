import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer } from '../../http/front.ts'
import { pairs } from '../headers.ts'
import type { Network } from '../network.ts'

/** The API's addresses on the bridges of the machines. */
export interface Endpoints {
  /** The API's address for the machines of a network; the network's bridge must be up. */
  open(network: Network): Promise<string>
  close(): Promise<void>
}

/** What an endpoint needs of the server. */
export interface EndpointDeps {
  /** The local port of the embedded cloud's own API. */
  apiPort(): number
  /** Local ports by name, kept over a restart: machines have written the address down. */
  ports: Map<string, number>
  keepPort(name: string, port: number): void
}

/**
 * The way from the machines to the API: this system's own address on their bridge. Requests go on as they are, since
 * their host is signed. The sandbox's control (`/-/…`) is not for machines.
 */
export function createEndpoints(deps: EndpointDeps): Endpoints {
  const servers = new Map<string, Server>()

  function serve(): Server {
    return createServer((incoming, answer) => {
      if (incoming.url?.startsWith('/-/')) {
        answer.writeHead(404).end()
        return
      }
      const outgoing = request({
        ...{ host: '127.0.0.1', port: deps.apiPort(), agent: false, setHost: false },
        ...{ method: incoming.method, path: incoming.url, headers: headersOf(incoming.rawHeaders) },
      })
      outgoing.on('error', () => {
        if (answer.headersSent) answer.destroy()
        else answer.writeHead(502).end()
      })
      outgoing.on('response', reply => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      })
      incoming.pipe(outgoing)
    })
  }

  return {
    async open(network) {
      const name = `api ${network.name}`
      const server = servers.get(name) ?? serve()
      if (!server.listening) {
        await listenAt(server, network.gateway, deps.ports.get(name) ?? 0)
        servers.set(name, server)
      }
      const { port } = server.address() as AddressInfo
      if (deps.ports.get(name) !== port) deps.keepPort(name, port)
      return `http://${network.gateway}:${port}`
    },
    async close() {
      await Promise.all([...servers.values()].map(server => closeServer(server)))
      servers.clear()
    },
  }
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Repeated ones stay repeated. */
function headersOf(raw: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of pairs(raw)) {
    const before = headers[name.toLowerCase()]
    headers[name.toLowerCase()] = before === undefined ? value : [before, value].flat()
  }
  return headers
}
