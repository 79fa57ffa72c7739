import type { Json } from '../../../base/json.ts'
import type { Raw } from '../../http/exchange.ts'
import { ApiError } from '../../world/model.ts'
import { type Signer, signerOf, unknownKey } from './accounts.ts'
import { compareSignatures, readAuthorization, signV2, signV3, stringToSignV2, stringToSignV3 } from './signature.ts'
import { productOf } from './table.ts'

/** The call inside a request, whichever of the two dialects it was written in. */
export interface Wire {
  product: string
  action: string
  /** The action's own parameters, flat, as sent. */
  params: Map<string, string>
  timestamp: string
  nonce: string
  keyId: string
  /** Checks the signature; throws the cloud's refusal. */
  verify(env: NodeJS.ProcessEnv): Signer
}

/** Parameters of the protocol, not of the action (signature version 1.0). */
const common = new Set([
  'Action',
  'Version',
  'Format',
  'AccessKeyId',
  'Timestamp',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'SignatureType',
  'SecurityToken',
  'Signature',
])

/** Takes a request apart; throws the cloud's refusals for what is not a call of a known product. */
export function readWire(raw: Raw): Wire {
  if (raw.method !== 'GET' && raw.method !== 'POST')
    throw new ApiError(405, 'UnsupportedHTTPMethod', 'This http method is not supported.')
  const [path = '/', search = ''] = splitOnce(raw.url, '?')
  const query = readPairs(search)
  // pop-core sends x-acs-action too, so only the Authorization header tells the dialect.
  return raw.headers.authorization ? readV3(raw, path, query) : readV2(raw, query)
}

function readV2(raw: Raw, query: Map<string, string>): Wire {
  const all = merge(query, readForm(raw))
  const get = (name: string) => all.get(name) ?? ''
  const { product, action } = identify(get('Version'), get('Action'))
  if (get('Format').toUpperCase() !== 'JSON') {
    throw new ApiError(400, 'InvalidParameter.Format', 'The emulator answers in JSON only: send Format=JSON.')
  }
  if (get('SignatureMethod') !== 'HMAC-SHA1' || get('SignatureVersion') !== '1.0') {
    throw new ApiError(
      400,
      'UnsupportedSignatureMethod',
      'Only SignatureMethod=HMAC-SHA1 with SignatureVersion=1.0 is supported.',
    )
  }
  return {
    product,
    action,
    params: new Map([...all].filter(([name]) => !common.has(name))),
    timestamp: get('Timestamp'),
    nonce: get('SignatureNonce'),
    keyId: get('AccessKeyId'),
    verify(env) {
      const signer = signerOf(get('AccessKeyId'), all.get('SecurityToken'), env)
      const text = stringToSignV2(raw.method, all)
      judge(signer, get('Signature'), signV2(signer.secret, text), text)
      return signer
    },
  }
}

function readV3(raw: Raw, path: string, query: Map<string, string>): Wire {
  const header = (name: string) => raw.headers[name] ?? ''
  const { product, action } = identify(header('x-acs-version'), header('x-acs-action'))
  const { id, signedHeaders, signature } = readAuthorization(header('authorization'))
  return {
    product,
    action,
    params: merge(query, isJson(raw) ? readJson(raw) : readForm(raw)),
    timestamp: header('x-acs-date'),
    nonce: header('x-acs-signature-nonce'),
    keyId: id,
    verify(env) {
      const signer = signerOf(id, raw.headers['x-acs-security-token'], env)
      unsignedHeaders(raw, signedHeaders)
      const text = stringToSignV3({
        method: raw.method,
        path,
        query,
        headers: raw.headers,
        signedHeaders,
        body: raw.body,
      })
      judge(signer, signature, signV3(signer.secret, text), text)
      return signer
    },
  }
}

function judge(signer: Signer, given: string, expected: string, signed: string): void {
  if (signer.known) compareSignatures(given, expected, signed)
  else if (given !== expected) throw unknownKey()
}

/** `host` and every `x-acs-` header must be covered by the signature. */
function unsignedHeaders(raw: Raw, signed: string[]): void {
  const bare = Object.keys(raw.headers).find(
    name => (name === 'host' || name.startsWith('x-acs-')) && !signed.includes(name),
  )
  if (bare) throw new ApiError(400, 'SignatureDoesNotMatch', `The header ${bare} is not signed.`)
}

function identify(version: string, action: string): { product: string; action: string } {
  if (!action) throw new ApiError(400, 'MissingAction', 'Action is mandatory for this action.')
  if (!version) throw new ApiError(400, 'MissingVersion', 'Version is mandatory for this action.')
  const product = productOf(version)
  if (!product) throw new ApiError(400, 'InvalidVersion', `Specified parameter Version is not valid: ${version}.`)
  return { product, action }
}

function isJson(raw: Raw): boolean {
  return (raw.headers['content-type'] ?? '').startsWith('application/json')
}

function readForm(raw: Raw): Map<string, string> {
  if (raw.body.length === 0) return new Map()
  const type = raw.headers['content-type'] ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw new ApiError(400, 'InvalidContentType', `The content type "${type}" is not supported.`)
  }
  return readPairs(raw.body.toString('utf8'))
}

function readJson(raw: Raw): Map<string, string> {
  const flat = new Map<string, string>()
  if (raw.body.length > 0) flatten(parse(raw.body), '', flat)
  return flat
}

function parse(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json
  } catch {
    throw new ApiError(400, 'InvalidJSON', 'The body is not JSON.')
  }
}

function flatten(value: Json, path: string, into: Map<string, string>): void {
  if (value === null) return
  if (typeof value !== 'object') {
    into.set(path, String(value))
    return
  }
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index + 1), item] as const)
    : Object.entries(value)
  for (const [name, item] of entries) flatten(item, path ? `${path}.${name}` : name, into)
}

/** A name that is there twice could be read two ways, so it is refused. */
function merge(...maps: Map<string, string>[]): Map<string, string> {
  const all = new Map<string, string>()
  for (const map of maps) {
    for (const [name, value] of map) {
      if (all.has(name)) throw twice(name)
      all.set(name, value)
    }
  }
  return all
}

function readPairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const part of text.split('&').filter(Boolean)) {
    const [name = '', value = ''] = splitOnce(part, '=').map(decode)
    if (pairs.has(name)) throw twice(name)
    pairs.set(name, value)
  }
  return pairs
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    throw new ApiError(400, 'InvalidParameter', 'The request is not properly percent-encoded.')
  }
}

function twice(name: string): ApiError {
  return new ApiError(400, 'InvalidParameter', `The specified parameter "${name}" is not valid: it is there twice.`)
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
