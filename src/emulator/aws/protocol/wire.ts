import type { JsonObject } from '../../../base/json.ts'
import type { Raw } from '../../http/exchange.ts'
import { readJson } from './json.ts'
import { readQuery } from './query.ts'
import { refusal } from './refusals.ts'
import { readRest } from './rest.ts'
import type { Action, Service } from './schema.ts'
import type { ServiceEntry } from './service.ts'
import { type Claim, readClaim } from './signature.ts'
import { unwrapped } from './streaming.ts'

/** Who a request is for and who it says it is from; its input is read once the service's schemas are there. */
export interface Envelope {
  raw: Raw
  query: [string, string][]
  entry: ServiceEntry
  claim: Claim | 'broken' | undefined
}

/** Whether a request speaks to AWS at all: it is signed as AWS wants it, or shaped as only AWS's are. */
export function isAws(raw: Raw): boolean {
  const { headers, url } = raw
  if (headers.authorization) return headers.authorization.startsWith('AWS4-')
  if (/[?&]X-Amz-(Signature|Algorithm)=/.test(url)) return true
  // What remains is anonymous: an object of S3, whose path is longer than the other cloud's ever is.
  return Object.keys(headers).some(name => name.startsWith('x-amz-')) || /^\/[^?]/.test(url)
}

/** Finds the service a request is for. Nothing for one that is signed for a service that is not among `services`. */
export function open(raw: Raw, services: ServiceEntry[]): Envelope | undefined {
  const query = pairs(raw.url.split('?').slice(1).join('?'))
  const claim = readClaim(raw, query)
  const entry =
    claim && claim !== 'broken' ? services.find(service => service.signedAs === claim.service) : guess(raw, services)
  return entry && { raw, query, entry, claim }
}

/** The action and its input by the official schema. Throws the service's refusals. */
export function read(service: Service, envelope: Envelope): { action: Action; input: JsonObject } {
  const { raw } = envelope
  if (service.family === 'json') return readTargeted(service, raw)
  if (service.family === 'ec2' || service.family === 'query') return readForm(service, envelope)
  const { headers, body } = unwrapped(raw, service.family)
  const path = (service.family === 's3' ? bucketOf(raw) : '') + (raw.url.split('?')[0] ?? '/')
  return readRest(service, { method: raw.method, path, query: envelope.query, headers, body })
}

/** The action's name before anything is read, for the log; empty when it cannot be told. */
export function actionNamed({ raw, query, entry }: Envelope): string {
  if (entry.family === 'json') return (raw.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
  if (entry.family !== 'ec2' && entry.family !== 'query') return ''
  return [...query, ...formPairs(raw)].find(([name]) => name === 'Action')?.[1] ?? ''
}

function readTargeted(service: Service, raw: Raw): { action: Action; input: JsonObject } {
  const [target, name = ''] = (raw.headers['x-amz-target'] ?? '').split('.')
  const action = target === service.target ? service.action(name) : undefined
  if (!action) throw refusal('json', 'unknown action', `The operation ${name} is not known.`)
  return { action, input: readJson(action, raw.body) }
}

function readForm(service: Service, { raw, query }: Envelope): { action: Action; input: JsonObject } {
  const { family, version } = service
  const signing = /^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)$/
  const params = [...query.filter(([name]) => !signing.test(name)), ...formPairs(raw)]
  const named = (name: string) => params.find(([key]) => key === name)?.[1] ?? ''
  const action = named('Version') === version ? service.action(named('Action')) : undefined
  if (!action) {
    const what = `${named('Action') || '(none)'} for version ${named('Version') || '(none)'}`
    throw refusal(family, 'unknown action', `Could not find operation ${what}`)
  }
  return { action, input: readQuery(action, params, family) }
}

function formPairs(raw: Raw): [string, string][] {
  const type = raw.headers['content-type'] ?? ''
  return raw.body.length > 0 && type.startsWith('application/x-www-form-urlencoded')
    ? pairs(raw.body.toString('utf8'))
    : []
}

/** A request without a usable signature is refused in the shape of the service it was probably meant for. */
function guess(raw: Raw, services: ServiceEntry[]): ServiceEntry | undefined {
  const [target] = (raw.headers['x-amz-target'] ?? '').split('.')
  if (target) return services.find(service => service.target === target)
  const version = formPairs(raw).find(([name]) => name === 'Version')?.[1]
  if (version) return services.find(service => service.version === version)
  return services.find(({ name }) => name === (raw.url.startsWith('/2013-04-01/') ? 'route53' : 's3'))
}

/** The bucket of a host such as `images.s3.ap-northeast-1.amazonaws.com` or `images.localhost`, as a path. */
function bucketOf(raw: Raw): string {
  const host = (raw.headers.host ?? '').replace(/:\d+$/, '')
  const bucket = /^(.+)\.(?:s3[.-][a-z0-9.-]*amazonaws\.com|localhost)$/.exec(host)?.[1]
  return bucket ? `/${bucket}` : ''
}

/** Query and form text; what is not properly encoded stays as it is. */
function pairs(text: string): [string, string][] {
  return text
    .split('&')
    .filter(Boolean)
    .map(part => {
      const at = part.indexOf('=')
      return at < 0 ? [plain(part), ''] : [plain(part.slice(0, at)), plain(part.slice(at + 1))]
    })
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return text
  }
}
