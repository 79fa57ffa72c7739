import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../../base/json.ts'
import type { Raw, Reply } from '../../http/exchange.ts'
import type { Fault, Faults } from '../../world/faults.ts'
import { ApiError, type Call, type Operation } from '../../world/model.ts'
import type { Remembered } from '../../world/store.ts'
import type { LiveWorld } from '../../world/world.ts'
import { signerOf } from './accounts.ts'
import { answerDefect, needRequired } from './check.ts'
import type { Parts } from './http-response.ts'
import { type Reason, refusal } from './refusals.ts'
import { writeAnswer, writeRefusal } from './responses.ts'
import { type Action, loadService, type Service } from './schema.ts'
import type { ServiceEntry } from './service.ts'
import { bodyFits, type Claim, sameSignature, signatureFor, timeOf, unsignedHeader } from './signature.ts'
import { before, tokenOf } from './tokens.ts'
import { actionNamed, type Envelope, open, read } from './wire.ts'

/** What the API side needs of the server around it. */
export interface Deps {
  world: LiveWorld
  services: ServiceEntry[]
  operations: Record<string, Operation>
  /** Says why an operation of the official client (`rds.CreateDBProxy`) is not there, where that is known. */
  unimplemented?(operation: string): string | undefined
  tokens: Map<string, Remembered>
  env: NodeJS.ProcessEnv
  faults(): Faults
  /** Saves the world's changes, and what goes with them, before the answer leaves. */
  save(extra?: { token?: [string, Remembered] }): void
}

/** A request whose service is known: what its answer and its refusals are written with. */
interface RequestContext {
  entry: ServiceEntry
  name: string
  requestId: string
  /** A HEAD has no body, not even for an error. */
  head: boolean
}

/**
 * Answers calls of every emulated service: signature, official schema, faults, idempotency tokens, the operation, the
 * schema again. Only the first request of a service waits, for the official client; the work itself is one step.
 */
export function createAwsApi(deps: Deps): (raw: Raw) => Promise<Reply> {
  return async raw => {
    const requestId = randomUUID()
    const envelope = open(raw, deps.services)
    if (!envelope) return notEmbedded(requestId)
    const context: RequestContext = { entry: envelope.entry, name: '', requestId, head: raw.method === 'HEAD' }
    try {
      context.name = nameOf(context, actionNamed(envelope))
      const service = await loadService(envelope.entry)
      const { account, region } = authenticate(envelope, deps.env)
      const { action, input } = read(service, envelope)
      context.name = nameOf(context, action.name)
      needRequired(action.input, input, service.family)
      const { world } = deps
      const call: Call = { cloud: 'aws', product: service.name, action: action.name, region, account, requestId, world }
      return answer(deps, context, service, action, input, call)
    } catch (error) {
      return refused(context, error)
    }
  }
}

/** Whether an action changes anything, by its name. */
export function isMutating(action: string): boolean {
  return !/^(Describe|List|Get|Head|Search|Lookup|Simulate|Test|Decode)/.test(action)
}

function authenticate(
  { raw, query, entry, claim }: Envelope,
  env: NodeJS.ProcessEnv,
): Pick<Call, 'account' | 'region'> {
  const no = (reason: Reason, message: string) => refusal(entry.family, reason, message)
  if (!claim) throw no('not signed', 'Missing Authentication Token')
  if (claim === 'broken') throw no('wrong signature', 'The signature of the request cannot be read.')
  const signer = signerOf(claim.keyId, claim.sessionToken, env)
  if (typeof signer === 'string')
    throw no(signer, signer === 'expired token' ? 'The security token included in the request is expired' : unknownKey)
  checkTime(claim, entry)
  const right = signatureFor(raw, query, claim, signer.secret)
  if (!sameSignature(claim.signature, right) || unsignedHeader(raw, claim)) {
    throw signer.known ? no('wrong signature', wrongSignature) : no('unknown key', unknownKey)
  }
  if (!bodyFits(raw))
    throw entry.family === 's3'
      ? new ApiError(
          400,
          'XAmzContentSHA256Mismatch',
          'The provided x-amz-content-sha256 header does not match what was computed.',
        )
      : no('wrong signature', wrongSignature)
  return { account: signer.account, region: entry.global ? 'us-east-1' : claim.region }
}

/** By our own clock: it is the clients' too, however fast the cloud's runs. */
function checkTime(claim: Claim, { family }: ServiceEntry): void {
  const late = Date.now() - timeOf(claim.date)
  const ahead = 15 * 60_000
  const window = claim.presigned ? Math.min(claim.expires ?? 0, longestPresigned) * 1000 : ahead
  if (late <= window && late >= -ahead) return
  if (claim.presigned && family === 's3') throw new ApiError(403, 'AccessDenied', 'Request has expired')
  throw refusal(family, 'wrong time', `Signature expired or not yet current: ${claim.date} is not close to now.`)
}

const longestPresigned = 7 * 24 * 3600
const unknownKey = 'The security token included in the request is invalid.'
const wrongSignature =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.'

function answer(
  deps: Deps,
  context: RequestContext,
  service: Service,
  action: Action,
  input: JsonObject,
  call: Call,
): Reply {
  const fault = deps.faults().next(context.name)
  if (fault.is !== 'none' && fault.when === 'before') return faulty(fault, context)
  let reply: Reply
  try {
    const output = work(deps, service, action, input, call)
    reply = replyOf(context, writeAnswer(service, action, output, context.requestId), '')
  } catch (error) {
    reply = refused(context, error, service)
  }
  if (fault.is !== 'none') return faulty(fault, context)
  return { ...reply, delayMs: fault.delayMs }
}

/** The operation, once per idempotency token; its changes are saved with its answer. */
function work(deps: Deps, service: Service, action: Action, input: JsonObject, call: Call): JsonObject {
  const name = `${service.name}.${action.name}`
  const operation = deps.operations[name]
  if (!operation) {
    const why = deps.unimplemented?.(name) ?? 'The official client has it.'
    throw new ApiError(400, 'SandboxNotBuilt', `The emulator does not implement ${name}. ${why}`)
  }
  const token = tokenOf(service, action, input, call)
  const known = token && before(deps.tokens, token, deps.world)
  if (known) return known
  try {
    const output = withoutUndefined(operation(input, call))
    const defect = answerDefect(action.output, output, name)
    if (defect) throw new ApiError(500, 'SandboxDefect', `The emulator's own answer is wrong: ${defect}.`)
    if (token) {
      const remembered = { asked: token.asked, answer: output, at: deps.world.now() }
      deps.tokens.set(token.key, remembered)
      deps.save({ token: [token.key, remembered] })
    }
    return output
  } finally {
    deps.save()
  }
}

/** What an operation leaves undefined is not in the answer. */
function withoutUndefined(output: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(output)) as JsonObject
}

function faulty(fault: Fault, context: RequestContext): Reply {
  const { family } = context.entry
  const { delayMs } = fault
  if (fault.is === 'reset') {
    const nothing = { status: 0, contentType: '', headers: {}, body: '' }
    return { ...replyOf(context, nothing, 'reset'), reset: true, delayMs }
  }
  if (fault.is === 'throttle') {
    const message = family === 'ec2' ? 'Request limit exceeded.' : 'Rate exceeded'
    return { ...refused(context, refusal(family, 'throttled', message)), delayMs }
  }
  if (fault.shape === 'html') {
    const body = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'
    return { ...replyOf(context, { status: 502, contentType: 'text/html', headers: {}, body }, 'html'), delayMs }
  }
  const reason = fault.shape === 'unavailable' ? 'unavailable' : 'internal'
  const error = refusal(family, reason, 'An internal error has occurred')
  if (fault.shape !== 'no-code') return { ...refused(context, error), delayMs }
  return { ...replyOf(context, writeRefusal(context.entry, error, context.requestId, false), 'no-code'), delayMs }
}

/**
 * A refusal may bear the official client's name of the error (`DBInstanceNotFoundFault`): the wire then has the code
 * and status that belong to it. Anything but an ApiError is a fault of the emulator itself, and says so.
 */
function refused(context: RequestContext, error: unknown, service?: Service): Reply {
  const given = error instanceof ApiError ? error : defectOf(error)
  const modelled = service?.error(given.code)
  const known = modelled ? new ApiError(modelled.status ?? given.status, modelled.code, given.message) : given
  return replyOf(context, writeRefusal(context.entry, known, context.requestId), known.code)
}

function defectOf(error: unknown): ApiError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new ApiError(500, 'SandboxDefect', `The emulator itself failed: ${text}`)
}

function notEmbedded(requestId: string): Reply {
  const body = JSON.stringify({ __type: 'SandboxNotBuilt', message: 'The emulator does not have this service.' })
  const contentType = 'application/x-amz-json-1.1'
  const headers = { 'x-amzn-requestid': requestId }
  const head = { action: '', mutating: false, code: 'SandboxNotBuilt', delayMs: 0, reset: false }
  return { ...head, status: 400, contentType, headers, body }
}

function replyOf({ name, head }: RequestContext, parts: Parts, code: string): Reply {
  const mutating = isMutating(name.split('.')[1] ?? '')
  const reply = { action: name, mutating, code, delayMs: 0, reset: false, ...parts }
  if (head) return { ...reply, body: '' }
  // A length that does not fit its body would leave the client waiting.
  const { 'content-length': _length, ...headers } = parts.headers
  return { ...reply, headers }
}

function nameOf({ entry }: RequestContext, action: string): string {
  return /^\w{1,100}$/.test(action) ? `${entry.name}.${action}` : ''
}
