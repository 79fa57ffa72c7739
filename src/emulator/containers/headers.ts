import type { IncomingMessage } from 'node:http'

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
]

/** What the backend is told: all that was asked, and, where the listener wants it, by whom. */
export function headersFor(
  spec: { forwardedFor: boolean; forwardedProto: boolean },
  incoming: IncomingMessage,
): Record<string, string | string[]> {
  const headers = endToEnd(incoming)
  const before = incoming.headers['x-forwarded-for']
  const client = incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  if (spec.forwardedFor) headers['x-forwarded-for'] = [before, client].flat().filter(Boolean).join(', ')
  if (spec.forwardedProto) headers['x-forwarded-proto'] = 'http'
  return headers
}

/** Headers without those that mean this connection only; repeated ones stay repeated. */
export function endToEnd(message: IncomingMessage): Record<string, string | string[]> {
  const named = String(message.headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
  const kept: Record<string, string | string[]> = {}
  for (const [name, value] of pairs(message.rawHeaders)) {
    const key = name.toLowerCase()
    if (hopByHop.includes(key) || named.includes(key)) continue
    const before = kept[key]
    kept[key] = before === undefined ? value : [before, value].flat()
  }
  return kept
}

/** Names and values as they were sent. */
export function pairs(raw: string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!])
}

/** Whether the request or response has a body, by its headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
