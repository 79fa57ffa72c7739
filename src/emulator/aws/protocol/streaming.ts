import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Raw } from '../../http/exchange.ts'
import { ApiError } from '../../world/model.ts'
import { refusal } from './refusals.ts'
import type { Family } from './service.ts'

/**
 * The body as the client meant it: `aws-chunked` bodies put together, their trailing headers beside the others.
 * Refuses a body that is cut short or whose checksum does not fit.
 */
export function unwrapped(raw: Raw, family: Family): { headers: Record<string, string>; body: Buffer } {
  const streamed = (raw.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')
  const { body, trailers } = streamed ? unchunk(raw.body, family) : { body: raw.body, trailers: {} }
  const length = raw.headers['x-amz-decoded-content-length']
  if (streamed && length !== undefined && Number(length) !== body.length) throw incomplete()
  const headers: Record<string, string> = { ...raw.headers, ...trailers }
  if (streamed) {
    headers['content-length'] = String(body.length)
    const encoding = (headers['content-encoding'] ?? '').replace(/(^|,\s*)aws-chunked(?=,|$)/, '').replace(/^,\s*/, '')
    headers['content-encoding'] = encoding
  }
  // Where parts are put together, the sums are the whole object's.
  if (!/[?&]uploadId=/.test(raw.url) || raw.method !== 'POST') checkSums(headers, body)
  return { headers, body }
}

/** `size[;chunk-signature=…]\r\n data \r\n` until a size of 0, then `name:value\r\n` lines. */
function unchunk(wrapped: Buffer, family: Family): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = wrapped.indexOf('\r\n', at)
    if (end < 0) throw incomplete()
    const match = /^([0-9a-f]{1,8})(;.*)?$/i.exec(wrapped.toString('latin1', at, end))
    if (!match) throw refusal(family, 'not understood', 'A chunk of the body is not well formed.')
    const size = Number.parseInt(match[1]!, 16)
    at = end + 2
    if (size === 0) return { body: Buffer.concat(parts), trailers: trailersOf(wrapped.toString('latin1', at)) }
    if (at + size > wrapped.length) throw incomplete()
    parts.push(wrapped.subarray(at, at + size))
    at += size + 2
  }
}

function trailersOf(text: string): Record<string, string> {
  const lines = text.split('\r\n').flatMap(line => {
    const at = line.indexOf(':')
    return at > 0 ? [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const] : []
  })
  return Object.fromEntries(lines)
}

/** The checksums Node can work out; the rarer ones are taken as they are. */
const sums: Record<string, (body: Buffer) => string> = {
  'content-md5': body => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-sha1': body => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': body => createHash('sha256').update(body).digest('base64'),
  'x-amz-checksum-crc32': body => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(crc32(body))
    return bytes.toString('base64')
  },
}

function checkSums(headers: Record<string, string>, body: Buffer): void {
  for (const [name, sum] of Object.entries(sums)) {
    const given = headers[name]
    if (given !== undefined && given !== sum(body))
      throw new ApiError(400, 'BadDigest', `The ${name} you specified did not match what we received.`)
  }
}

function incomplete(): ApiError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header'
  return new ApiError(400, 'IncompleteBody', message)
}
