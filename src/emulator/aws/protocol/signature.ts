import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Raw } from '../../http/exchange.ts'

/** What a request says of its signature (`AWS4-HMAC-SHA256`), in the header or, presigned, in the query. */
export interface Claim {
  keyId: string
  /** `20261122/ap-northeast-1/ec2/aws4_request` and its parts. */
  scope: string
  day: string
  region: string
  service: string
  signedHeaders: string[]
  signature: string
  /** `20261122T051700Z` */
  date: string
  sessionToken: string | undefined
  /** Seconds it holds; presigned only. */
  expires: number | undefined
  presigned: boolean
}

/** The claim of a request; nothing when it has none, `broken` when it cannot be read. */
export function readClaim(raw: Raw, query: [string, string][]): Claim | 'broken' | undefined {
  const header = raw.headers.authorization
  if (header?.startsWith('AWS4-')) return claimOfHeader(raw, header)
  const asked = new Map(query)
  return asked.has('X-Amz-Signature') ? claimOfQuery(asked) : undefined
}

/** The signature the request ought to have. */
export function signatureFor(raw: Raw, query: [string, string][], claim: Claim, secret: string): string {
  const canonical = [
    raw.method,
    canonicalPath(raw.url.split('?')[0] ?? '/', claim.service),
    canonicalQuery(query.filter(([name]) => name !== 'X-Amz-Signature')),
    claim.signedHeaders.map(name => `${name}:${(raw.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join(''),
    claim.signedHeaders.join(';'),
    payloadHash(raw, claim),
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', claim.date, claim.scope, sha256(canonical)].join('\n')
  return hmac(signingKey(claim, secret), text).toString('hex')
}

/** The key that a day, region, service and secret sign with. */
export function signingKey({ day, region, service }: Claim, secret: string): Buffer {
  return [day, region, service, 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`))
}

/** Compares without telling by the time where the difference is. */
export function sameSignature(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The first header that must be signed and is not. */
export function unsignedHeader(raw: Raw, claim: Claim): string | undefined {
  return Object.keys(raw.headers).find(
    name => (name === 'host' || name.startsWith('x-amz-')) && !claim.signedHeaders.includes(name),
  )
}

/** Milliseconds since 1970 of `20261122T051700Z`; NaN for anything else. */
export function timeOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  return match ? Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : Number.NaN
}

/** Whether the body is the one that was signed; an unsigned or streamed payload says so itself. */
export function bodyFits(raw: Raw): boolean {
  const claimed = raw.headers['x-amz-content-sha256']
  return !claimed || !/^[0-9a-f]{64}$/.test(claimed) || claimed === sha256(raw.body)
}

/** HMAC-SHA256, raw. */
export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function claimOfHeader(raw: Raw, header: string): Claim | 'broken' {
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    header,
  )
  if (!match) return 'broken'
  return claimOf(match[1]!, {
    signedHeaders: match[2]!.split(';'),
    signature: match[3]!,
    date: raw.headers['x-amz-date'] ?? '',
    sessionToken: raw.headers['x-amz-security-token'],
    expires: undefined,
    presigned: false,
  })
}

function claimOfQuery(query: Map<string, string>): Claim | 'broken' {
  return claimOf(query.get('X-Amz-Credential') ?? '', {
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
    expires: Number(query.get('X-Amz-Expires') ?? Number.NaN),
    presigned: true,
  })
}

type Rest = Pick<Claim, 'signedHeaders' | 'signature' | 'date' | 'sessionToken' | 'expires' | 'presigned'>

function claimOf(credential: string, rest: Rest): Claim | 'broken' {
  const match = /^(.+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/.exec(credential)
  if (!match || !rest.date.startsWith(match[2]!)) return 'broken'
  const [, keyId = '', day = '', region = '', service = ''] = match
  return { keyId, day, region, service, scope: `${day}/${region}/${service}/aws4_request`, ...rest }
}

/** S3 signs the path as it is sent; the others a second time encoded, dots resolved. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path || '/'
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const whole = `/${parts.map(encode).join('/')}`
  return whole !== '/' && path.endsWith('/') ? `${whole}/` : whole
}

function canonicalQuery(query: [string, string][]): string {
  return query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** RFC 3986: letters, digits and `-_.~` stay, everything else is escaped. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function payloadHash(raw: Raw, { presigned, service }: Claim): string {
  const claimed = raw.headers['x-amz-content-sha256']
  if (claimed) return claimed
  return presigned && service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(raw.body)
}
