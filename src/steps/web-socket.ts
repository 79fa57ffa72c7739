import { createHash, randomBytes } from 'node:crypto'
import { type IncomingMessage, request as plainly, type RequestOptions } from 'node:http'
import { request as overTls } from 'node:https'
import type { Duplex } from 'node:stream'
import { type Secure, securely } from './secure.ts'

/** What a server appends to the key before it hashes it, so that no other protocol answers by accident (RFC 6455, 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * Opens a WebSocket at `base` + `path` as the page at that address would, and closes it again. Returns 101 when it
 * opened, otherwise the status that came instead, or a sentence. Rejects with the system's or TLS's error.
 */
export function handshake(
  base: string,
  path: string,
  secure: Secure | undefined,
  withinMs: number,
): Promise<number | string> {
  const key = randomBytes(16).toString('base64')
  const options: RequestOptions = { ...placeOf(base, secure), path, signal: AbortSignal.timeout(withinMs) }
  options.headers = {
    ...(options.headers as Record<string, string>),
    connection: 'Upgrade',
    upgrade: 'websocket',
    // Servers let in only pages of their own (`AllowedHostsOriginValidator` of Django Channels, for one).
    origin: secure ? `https://${secure.name}` : new URL(base).origin,
    'sec-websocket-key': key,
    'sec-websocket-version': '13',
  }
  return new Promise((resolve, reject) => {
    const asked = secure ? overTls(options) : plainly(options)
    asked.on('upgrade', (response, socket) => {
      close(socket)
      resolve(accepts(response, key) ? 101 : STRANGE)
    })
    asked.on('response', response => {
      response.resume()
      response.on('error', () => undefined)
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

const STRANGE =
  'It answered 101, but not to this handshake (Sec-WebSocket-Accept is wrong): something on the way answers in place of the WebSocket server.'

function placeOf(base: string, secure: Secure | undefined): RequestOptions {
  if (secure) return securely(base, secure)
  const { hostname, port } = new URL(base)
  return { hostname, port: port || 80, agent: false }
}

function accepts({ headers }: IncomingMessage, key: string): boolean {
  const wanted = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  return headers['sec-websocket-accept'] === wanted && headers.upgrade?.toLowerCase() === 'websocket'
}

/** A close frame with code 1000, masked as a client's must be, with a mask of zeros: the server logs no broken connection. */
function close(socket: Duplex): void {
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]))
}
