import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../../world/model.ts'

/** RFC 3986: letters, digits and `-_.~` stay, everything else is escaped. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The text that signature version 1.0 (`HMAC-SHA1`) signs: all parameters but `Signature`, sorted. */
export function stringToSignV2(method: string, params: Iterable<[string, string]>): string {
  const pairs = [...params].filter(([name]) => name !== 'Signature').sort(byName)
  const canonical = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  return `${method}&%2F&${encode(canonical)}`
}

/** The signature of `stringToSignV2`: HMAC-SHA1, Base64. */
export function signV2(secret: string, text: string): string {
  return createHmac('sha1', `${secret}&`).update(text).digest('base64')
}

/** What signature version 3 (`ACS3-HMAC-SHA256`) is made over. */
export interface V3Request {
  method: string
  /** Path as sent, percent-encoded. */
  path: string
  query: Iterable<[string, string]>
  /** Lower-case names. */
  headers: Record<string, string>
  signedHeaders: string[]
  body: Uint8Array
}

/** What signature version 3 signs. */
export function stringToSignV3(request: V3Request): string {
  const query = [...request.query].sort(byName).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  const headers = request.signedHeaders.map(name => `${name}:${(request.headers[name] ?? '').trim()}\n`)
  const canonical = [
    request.method,
    request.path,
    query.join('&'),
    headers.join(''),
    request.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
  return `ACS3-HMAC-SHA256\n${sha256(canonical)}`
}

/** The signature of `stringToSignV3`: HMAC-SHA256, hexadecimal. */
export function signV3(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

/** `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=…` taken apart. */
export function readAuthorization(header: string): { id: string; signedHeaders: string[]; signature: string } {
  const match = /^ACS3-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    header,
  )
  if (!match)
    throw new ApiError(
      400,
      'InvalidAuthorization',
      'The Authorization header is not understood: only ACS3-HMAC-SHA256 is.',
    )
  return { id: match[1]!, signedHeaders: match[2]!.split(';'), signature: match[3]! }
}

/** Compares without telling by the time where the difference is. Throws the cloud's refusal, which quotes what it signed. */
export function compareSignatures(given: string, expected: string, signed: string): void {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  if (a.length === b.length && timingSafeEqual(a, b)) return
  throw new ApiError(
    400,
    'SignatureDoesNotMatch',
    `Specified signature is not matched with our calculation. server string to sign is:${signed}`,
  )
}

const window = 15 * 60_000

/** A request older or younger than 15 minutes is refused, and so is a nonce used twice in that time. */
export function createReplayGuard(): (timestamp: string, nonce: string, key: string) => void {
  const seen = new Map<string, number>()
  return (timestamp, nonce, key) => {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN
    if (Number.isNaN(at))
      throw new ApiError(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.')
    if (Math.abs(Date.now() - at) > window) {
      throw new ApiError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
    }
    if (!nonce) throw new ApiError(400, 'MissingSignatureNonce', 'SignatureNonce is mandatory for this action.')
    prune(seen)
    if (seen.has(`${key} ${nonce}`))
      throw new ApiError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.')
    seen.set(`${key} ${nonce}`, Date.now() + 2 * window)
  }
}

/** Entries are in the order they run out. */
function prune(seen: Map<string, number>): void {
  for (const [name, until] of seen) {
    if (until > Date.now()) return
    seen.delete(name)
  }
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
