import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { createAwsApi } from '../../../../src/emulator/aws/protocol/api.ts'
import type { Member, Shape, Structure } from '../../../../src/emulator/aws/protocol/schema.ts'
import { services } from '../../../../src/emulator/aws/services/index.ts'
import type { Reply } from '../../../../src/emulator/http/exchange.ts'
import { closeServer, listen } from '../../../../src/emulator/http/front.ts'
import type { Controls } from '../../../../src/emulator/server/control.ts'
import { createHttp } from '../../../../src/emulator/server/http.ts'
import { createFaults, parseFaults } from '../../../../src/emulator/world/faults.ts'
import type { Call, Operation } from '../../../../src/emulator/world/model.ts'
import { createWorld, freshState } from '../../../../src/emulator/world/world.ts'

/** The wire alone: every call reaches one operation, which the test sets. */
export interface Echo {
  url: string
  /** What the last call brought, and from whom. */
  heard: { input: JsonObject; call: Call } | undefined
  /** What the next calls are answered. */
  answer: (input: JsonObject) => JsonObject
  replies: Reply[]
}

export async function echo(): Promise<Echo> {
  const state: Echo = { url: '', heard: undefined, answer: () => ({}), replies: [] }
  const operation: Operation = (input, call) => {
    state.heard = { input, call }
    return state.answer(input)
  }
  const operations = new Proxy({}, { get: () => operation }) as Record<string, Operation>
  const world = createWorld(freshState(50, 1), 50)
  const faults = createFaults(parseFaults(''))
  const entries = services.map(service => service.wire)
  const api = createAwsApi({
    ...{ world, services: entries, operations, tokens: new Map(), env: {} },
    faults: () => faults,
    save() {},
  })
  const server = createHttp(async raw => {
    const reply = await api(raw)
    state.replies.push(reply)
    return reply
  }, {} as Controls)
  await listen(server, 0)
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  afterAll(() => closeServer(server))
  return state
}

/** A value that fits a schema, as operations see it: every member, a few levels deep. */
export function sample(shape: Shape, seed: Seed, depth = 0, place?: Member): Json {
  if (shape.kind === 'structure') return sampleOf(shape, seed, depth)
  if (shape.kind === 'list') return [0, 1].map(() => sample(shape.item.shape, seed, depth + 1, place))
  if (shape.kind === 'map') {
    return Object.fromEntries([0, 1].map(() => [`k${seed()}`, sample(shape.value.shape, seed, depth + 1, place)]))
  }
  if (shape.kind === 'number') return 1 + (seed() % 1000)
  if (shape.kind === 'boolean') return seed() % 2 === 0
  if (shape.kind === 'timestamp')
    return new Date(1_700_000_000_000 + (seed() % 10_000) * 1000).toISOString().replace('.000Z', 'Z')
  if (shape.kind === 'blob') return Buffer.from(`bytes ${seed()}\0\xff`, 'latin1').toString('base64')
  const plain =
    place &&
    (place.traits.httpHeader ||
      place.traits.httpLabel ||
      place.traits.httpPrefixHeaders !== undefined ||
      /Token$/.test(place.name))
  return plain ? `word${seed()}` : `a&b<c>"d'é\u2028 ]]> =%+\n${seed()} 字`
}

export type Seed = () => number

export function counter(start = 0): Seed {
  let count = start
  return () => ++count
}

/** The same value as the official client has it, brought to the operations' form. */
export function plain(value: unknown): Json {
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value as Json
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [name, plain(item)]),
  )
}

/** The operations' form as the official client wants it. */
export function rich(shape: Shape, value: Json): unknown {
  if (shape.kind === 'timestamp') return new Date(value as string)
  if (shape.kind === 'blob') return Buffer.from(value as string, 'base64')
  if (shape.kind === 'list') return (value as Json[]).map(item => rich(shape.item.shape, item))
  if (shape.kind === 'map') return mapped(value, (_name, item) => rich(shape.value.shape, item))
  if (shape.kind === 'structure') return mapped(value, (name, item) => rich(shape.byName.get(name)!.shape, item))
  return value
}

function mapped(value: Json, change: (name: string, item: Json) => unknown): object {
  return Object.fromEntries(Object.entries(value as JsonObject).map(([name, item]) => [name, change(name, item)]))
}

function sampleOf(shape: Structure, seed: Seed, depth: number): JsonObject {
  const within = shape.members.filter(member => depth < 4 || isLeaf(member.shape) || member.required)
  const some = shape.union ? within.slice(seed() % Math.max(1, within.length)).slice(0, 1) : within
  const entries = some.map(member => [member.name, sample(member.shape, seed, depth + 1, member)] as const)
  return Object.fromEntries(entries.filter(([, value]) => !isHollow(value)))
}

/** What the depth limit left nothing of: the query protocols cannot say it. */
function isHollow(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isHollow)
}

function isLeaf(shape: Shape): boolean {
  return !['structure', 'list', 'map'].includes(shape.kind)
}
