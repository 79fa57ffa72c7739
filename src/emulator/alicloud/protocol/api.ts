import { createHash, randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../../base/json.ts'
import type { Raw, Reply } from '../../http/exchange.ts'
import type { Fault, Faults } from '../../world/faults.ts'
import { ApiError, type Call, type Operation } from '../../world/model.ts'
import type { Remembered } from '../../world/store.ts'
import type { LiveWorld } from '../../world/world.ts'
import { createReplayGuard } from './signature.ts'
import { answerDefect, readRequest, takes } from './table.ts'
import { readWire, type Wire } from './wire.ts'

/** What the API side needs of the server around it. */
export interface Deps {
  world: LiveWorld
  operations: Record<string, Operation>
  /** Says why an action of the official table (`slb.CreateRules`) is not there, where that is known. */
  unimplemented?(operation: string): string | undefined
  tokens: Map<string, Remembered>
  env: NodeJS.ProcessEnv
  faults(): Faults
  /** Saves the world's changes, and what goes with them, before the answer leaves. */
  save(extra?: { token?: [string, Remembered] }): void
}

/** Answers calls of every product: signature, official table, faults, client tokens, the operation, the table again. */
export function createAlicloudApi(deps: Deps): (raw: Raw) => Reply {
  const guard = createReplayGuard()
  return raw => {
    const requestId = randomUUID().toUpperCase()
    const host = raw.headers.host ?? ''
    let wire: Wire | undefined
    try {
      wire = readWire(raw)
      const { account } = authenticate(wire, guard, deps.env)
      const input = readRequest(wire.product, wire.action, wire.params)
      const call = {
        cloud: 'alicloud',
        product: wire.product,
        action: wire.action,
        account,
        requestId,
        world: deps.world,
      } as const
      const region = regionOf(raw, input, call.product, deps.world)
      return answer(deps, wire, input, { ...call, region }, host)
    } catch (error) {
      return refusal(wire, error, requestId, host)
    }
  }
}

/** Whether an action changes anything, by its name. */
export function isMutating(action: string): boolean {
  return !/^(Describe|List|Get|Check|Query)/.test(action)
}

function authenticate(
  wire: Wire,
  guard: ReturnType<typeof createReplayGuard>,
  env: NodeJS.ProcessEnv,
): { account: string } {
  const signer = wire.verify(env)
  guard(wire.timestamp, wire.nonce, wire.keyId)
  return signer
}

function answer(deps: Deps, wire: Wire, input: JsonObject, call: Call, host: string): Reply {
  const fault = deps.faults().next(nameOf(wire))
  if (fault.is !== 'none' && fault.when === 'before') return faulty(fault, wire, call.requestId, host)
  let reply: Reply
  try {
    const body = { RequestId: call.requestId, ...work(deps, wire, input, call) }
    reply = { ...replyOf(wire, 200, ''), body: JSON.stringify(body) }
  } catch (error) {
    reply = refusal(wire, error, call.requestId, host)
  }
  if (fault.is !== 'none') return faulty(fault, wire, call.requestId, host)
  return { ...reply, delayMs: fault.delayMs }
}

/** The operation, once per client token; its changes are saved with its answer. */
function work(deps: Deps, wire: Wire, input: JsonObject, call: Call): JsonObject {
  const operation = deps.operations[nameOf(wire)]
  if (!operation) {
    const why = deps.unimplemented?.(nameOf(wire)) ?? 'The official table has it.'
    throw new ApiError(400, 'SandboxNotBuilt', `The emulator does not implement ${nameOf(wire)}. ${why}`)
  }
  const token = tokenOf(wire, call)
  const before = token && deps.tokens.get(token.key)
  if (before) return again(before, token.asked)
  try {
    const body = operation(input, call)
    const defect = answerDefect(wire.product, wire.action, body)
    if (defect) throw new ApiError(500, 'SandboxDefect', `The emulator's own answer is wrong: ${defect}.`)
    if (token) {
      const remembered = { asked: token.asked, answer: body }
      deps.tokens.set(token.key, remembered)
      deps.save({ token: [token.key, remembered] })
    }
    return body
  } finally {
    deps.save()
  }
}

function again(before: Remembered, asked: string): JsonObject {
  if (before.asked === asked) return before.answer
  throw new ApiError(
    400,
    'IdempotentParameterMismatch',
    'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical.',
  )
}

/** Only actions whose official parameters have a client token remember it; Redis calls it `Token`. */
function tokenOf(wire: Wire, call: Call): { key: string; asked: string } | undefined {
  const name = ['ClientToken', 'Token'].find(word => takes(wire.product, wire.action, word))
  const token = name && isMutating(wire.action) ? wire.params.get(name) : undefined
  if (!name || !token) return undefined
  if (!/^[\x20-\x7e]{1,64}$/.test(token)) {
    throw new ApiError(
      400,
      'InvalidClientToken.Malformed',
      'The specified parameter ClientToken is not valid: at most 64 ASCII characters.',
    )
  }
  const asked = [...wire.params].filter(([key]) => key !== name).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    key: `${call.account} ${call.region} ${nameOf(wire)} ${token}`,
    asked: createHash('sha256').update(JSON.stringify(asked)).digest('base64'),
  }
}

/**
 * The region a call means. Real endpoints tell it by their host; here one address serves all, so: `RegionId`, the
 * header, the host if it is a real one's, else where the first resource mentioned lives.
 */
function regionOf(raw: Raw, input: JsonObject, product: string, world: LiveWorld): string {
  if (typeof input.RegionId === 'string' && input.RegionId) return input.RegionId
  const header = raw.headers['x-acs-region-id']
  if (header) return header
  const host = new RegExp(`^${product}\\.([a-z]+-[a-z]+-\\d+)\\.aliyuncs\\.com`).exec(raw.headers.host ?? '')
  if (host?.[1]) return host[1]
  for (const text of textsIn(input)) {
    const resource = world.byId(text)
    if (resource) return resource.region
  }
  return 'ap-northeast-1'
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return value.startsWith('[') ? (value.match(/[\w-]+/g) ?? []) : [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(textsIn)
}

function faulty(fault: Fault, wire: Wire, requestId: string, host: string): Reply {
  const delayMs = fault.delayMs
  if (fault.is === 'reset') return { ...replyOf(wire, 0, 'reset'), reset: true, delayMs }
  if (fault.is === 'throttle') {
    const error = new ApiError(400, 'Throttling.User', 'Request was denied due to user flow control.')
    return { ...refusal(wire, error, requestId, host), delayMs }
  }
  if (fault.shape === 'html') {
    const body = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'
    return { ...replyOf(wire, 502, 'html'), body, contentType: 'text/html', delayMs }
  }
  if (fault.shape === 'no-code') {
    return { ...replyOf(wire, 500, 'no-code'), body: JSON.stringify({ RequestId: requestId, HostId: host }), delayMs }
  }
  const error =
    fault.shape === 'internal'
      ? new ApiError(500, 'InternalError', 'The request processing has failed due to some unknown error.')
      : new ApiError(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.')
  return { ...refusal(wire, error, requestId, host), delayMs }
}

/** Anything but an ApiError is a fault of the emulator itself, and says so. */
function refusal(wire: Wire | undefined, error: unknown, requestId: string, host: string): Reply {
  const known = error instanceof ApiError ? error : defectOf(error)
  const body = {
    RequestId: requestId,
    HostId: host,
    Code: known.code,
    Message: known.message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(known.code)}`,
  }
  return { ...replyOf(wire, known.status, known.code), body: JSON.stringify(body) }
}

function defectOf(error: unknown): ApiError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new ApiError(500, 'SandboxDefect', `The emulator itself failed: ${text}`)
}

function replyOf(wire: Wire | undefined, status: number, code: string): Reply {
  const contentType = 'application/json;charset=utf-8'
  const head = { action: wire ? nameOf(wire) : '', mutating: wire ? isMutating(wire.action) : false }
  return { ...head, status, code, body: '', contentType, delayMs: 0, reset: false }
}

function nameOf(wire: Pick<Wire, 'product' | 'action'>): string {
  return `${wire.product}.${wire.action}`
}
