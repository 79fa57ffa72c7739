import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { JsonObject } from '../../base/json.ts'
import type { Raw, Reply } from '../http/exchange.ts'
import { type Controls, control } from './control.ts'

/** Room for what people upload to a bucket in one go. */
const largestBody = 32_000_000

/** The one port: `/-/…` is control, every other path is the clouds' API. Does not listen yet. */
export function createHttp(api: (raw: Raw) => Reply | Promise<Reply>, controls: Controls): Server {
  const server = createServer((request, response) => {
    answer(request, response, api, controls).catch(error => {
      sendJson(response, 500, { Code: 'SandboxDefect', Message: String(error) })
    })
  })
  // The idle connections that clients keep must outlive the pauses between their calls.
  server.keepAliveTimeout = 65_000
  return server
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  api: (raw: Raw) => Reply | Promise<Reply>,
  controls: Controls,
): Promise<void> {
  const body = await readBody(request)
  const url = request.url ?? '/'
  if (body === 'gone') return
  if (body === 'too large') {
    sendJson(response, 413, { Code: 'RequestEntityTooLarge', Message: 'The request is too large.' })
  } else if (!url.startsWith('/-/')) {
    const reply = await api({ method: request.method ?? '', url, headers: flatHeaders(request), body })
    await send(reply, request, response)
  } else if (request.headers.origin) {
    sendJson(response, 403, { error: 'A page in a browser has no business here.' })
  } else {
    const reply = await control(request.method ?? '', new URL(url, 'http://sandbox'), body, controls)
    sendJson(response, reply.status, reply.body)
  }
}

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (reply.delayMs > 0) await new Promise(resolve => setTimeout(resolve, reply.delayMs))
  if (reply.reset) {
    request.socket.resetAndDestroy()
    return
  }
  // A HEAD tells the length of what it does not send; some clients want to know it of everything else.
  const silent = request.method === 'HEAD' || reply.status === 204 || reply.status === 304
  const length = silent ? {} : { 'content-length': Buffer.byteLength(reply.body) }
  response.writeHead(reply.status, { 'content-type': reply.contentType, ...length, ...reply.headers })
  response.end(reply.body)
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of request) {
      size += (part as Buffer).length
      if (size <= largestBody) parts.push(part as Buffer)
    }
  } catch {
    return 'gone'
  }
  return size <= largestBody ? Buffer.concat(parts) : 'too large'
}

function sendJson(response: ServerResponse, status: number, body: JsonObject | JsonObject[]): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
}
