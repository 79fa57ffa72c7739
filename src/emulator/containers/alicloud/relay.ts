import { type Agent, type ClientRequest, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { endToEnd, hasBody, headersFor, pairs } from '../headers.ts'

/** Where a request goes on to, and how. */
export interface Onward {
  host: string
  port: number
  /** Our own address on the backend's bridge. */
  from: string
  spec: { forwardedFor: boolean; forwardedProto: boolean; requestTimeout: number }
}

/** The request as it came, and where its answer goes. `last`: no other backend can take it. */
export interface Asked {
  incoming: IncomingMessage
  answer: ServerResponse
  last: boolean
}

/** `again`: nothing of this backend's answer went out, so another may take the request. */
export function forward(to: Onward, agent: Agent, asked: Asked): Promise<'done' | 'again'> {
  const { incoming, answer, last } = asked
  return new Promise(resolve => {
    const outgoing = send({
      ...{ host: to.host, port: to.port, localAddress: to.from, agent, setHost: false },
      ...{ method: incoming.method, path: incoming.url, headers: headersFor(to.spec, incoming) },
      timeout: to.spec.requestTimeout * 1000,
    })
    const connected = watchConnection(outgoing)
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
    outgoing.on('error', error => {
      // Without a connection the backend saw nothing of the request; otherwise only a harmless one is sent again.
      if (!answer.headersSent && (!last || (!connected() && !hasBody(incoming)))) return resolve('again')
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

function watchConnection(outgoing: ClientRequest): () => boolean {
  let connected = false
  outgoing.on('socket', (socket: Socket) => {
    connected = !socket.connecting
    if (!connected) socket.once('connect', () => (connected = true))
  })
  return () => connected
}

/** A connection that changes over to another protocol: from then on bytes go both ways. */
export function upgrade(to: Onward, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const headers = { ...headersFor(to.spec, incoming), connection: 'Upgrade', upgrade: incoming.headers.upgrade }
  const outgoing = send({
    ...{ host: to.host, port: to.port, localAddress: to.from, setHost: false },
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

/** The load balancer's own answer. */
export function refuse(incoming: IncomingMessage, answer: ServerResponse, status: number): void {
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
