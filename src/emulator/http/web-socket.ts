import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Whether the request is the handshake of a WebSocket; others may want HTTP/2, for example. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    headers['sec-websocket-key'] !== undefined
  )
}

/** Opens the WebSocket and says in a message that nobody is behind it; whatever comes next closes it. */
export function openSimulated({ headers }: IncomingMessage, socket: Duplex): void {
  const accept = createHash('sha1')
    .update(headers['sec-websocket-key'] + GUID)
    .digest('base64')
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    'X-Stackwright-Simulated: true',
  ]
  socket.on('error', () => socket.destroy())
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(frame(0x81, Buffer.from('Simulated load balancer: no application runs here.')))
  socket.once('data', () => socket.end(frame(0x88, Buffer.from([0x03, 0xe8]))))
  socket.resume()
}

/** An unmasked frame of at most 125 bytes. */
function frame(head: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([head, payload.length]), payload])
}
