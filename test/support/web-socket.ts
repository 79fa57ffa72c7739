import { createHash, randomBytes } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, request as plainly, type RequestOptions } from 'node:http'
import { request as securely } from 'node:https'
import type { Duplex } from 'node:stream'

/** A WebSocket as a test holds it. Messages are texts of less than 64 KiB. */
export interface Held {
  send(text: string): void
  /** The next message that comes. */
  next(): Promise<string>
  /** Resolves when the other side has ended it. */
  closed: Promise<void>
  close(): void
}

/** What a server must answer to this key (RFC 6455, 4.2.2). */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** Opens a WebSocket as a browser would; rejects with the status where none opens. */
export function openSocket(options: RequestOptions & { servername?: string; ca?: string }): Promise<Held> {
  const key = randomBytes(16).toString('base64')
  const headers = {
    ...(options.headers as Record<string, string>),
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key },
  }
  return new Promise((resolve, reject) => {
    const send: (all: RequestOptions) => ClientRequest = options.ca ? securely : plainly
    const asked = send({ ...options, headers, agent: false })
    asked.on('response', (reply: IncomingMessage) => reject(new Error(`status ${reply.statusCode}`)))
    asked.on('upgrade', (reply: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (reply.headers['sec-websocket-accept'] !== acceptOf(key)) reject(new Error('a wrong Sec-WebSocket-Accept'))
      else resolve(held(socket, head))
    })
    asked.on('error', reject)
    asked.end()
  })
}

function held(socket: Duplex, head: Buffer): Held {
  const messages: string[] = []
  const waiting: ((text: string) => void)[] = []
  let bytes = head
  const read = (more: Buffer) => {
    bytes = Buffer.concat([bytes, more])
    for (let frame = frameOf(bytes); frame; frame = frameOf(bytes)) {
      bytes = bytes.subarray(frame.end)
      // A server that gets no answer to its ping closes.
      if (frame.kind === 9) socket.write(masked(10, frame.payload))
      if (frame.kind !== 1) continue
      const text = String(frame.payload)
      const taker = waiting.shift()
      if (taker) taker(text)
      else messages.push(text)
    }
  }
  socket.on('data', read)
  socket.on('error', () => undefined)
  read(Buffer.alloc(0))
  return {
    send: text => void socket.write(masked(1, Buffer.from(text))),
    next: () => {
      const [first] = messages.splice(0, 1)
      return first === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(first)
    },
    closed: new Promise(resolve => socket.on('close', () => resolve())),
    close: () => void socket.destroy(),
  }
}

/** The first frame, when it is there as a whole (RFC 6455, 5.2); servers do not mask theirs. */
function frameOf(bytes: Buffer): { kind: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 4 && bytes.length < 2 + (bytes[1] ?? 255)) return undefined
  const long = bytes[1] === 126
  const start = long ? 4 : 2
  const end = start + (long ? bytes.readUInt16BE(2) : bytes[1]!)
  return bytes.length < end ? undefined : { kind: bytes[0]! & 0x0f, payload: bytes.subarray(start, end), end }
}

/** A frame as clients send it, with a mask of zeros. */
function masked(kind: number, payload: Buffer): Buffer {
  const size = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([0x80 | kind, ...size, 0, 0, 0, 0]), payload])
}
