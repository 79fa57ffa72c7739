import type { Json, JsonObject } from '../../kind.ts'
import { createLimit, type Limit } from '../../limit.ts'
import type { Connection } from '../provider.ts'
import type { Alicloud, CallOptions, Paging } from './client.ts'
import type { Product } from './endpoints.ts'
import { type failureOf, interrupted, isBusy, isThrottling, problemOf } from './errors.ts'
import { at, rows, str } from './read.ts'
import type { Transport } from './transport.ts'
import type { Answer, Params } from './wire.ts'

/** Attempts when throttled or without an answer; with the pauses between them about two minutes of the cloud's time. */
const tries = 11
const defaultPatience = 5 * 60_000

/** What all `at(rank)` views of one connection have in common. */
export interface Shared {
  connection: Connection
  transport: Transport
  speed: number
  limits: Map<Product, Limit>
  calls: Record<string, number>
  lanes: Map<string, Promise<unknown>>
  secrets: Set<string>
  sleepers: Set<() => void>
}

export function share(connection: Connection, transport: Transport, speed: number): Shared {
  const sleepers = new Set<() => void>()
  // One listener for all sleepers: hundreds of listeners on one signal make Node warn.
  const wakeAll = () => {
    for (const wake of [...sleepers]) wake()
  }
  connection.drain.addEventListener('abort', wakeAll, { once: true })
  return {
    connection,
    transport,
    speed,
    limits: new Map(),
    calls: {},
    lanes: new Map(),
    secrets: new Set(),
    sleepers,
  }
}

/** The connected cloud as one caller sees it: its calls queued by `rank`. */
export function build(shared: Shared, account: string, rank: number): Alicloud {
  const { connection, speed, secrets } = shared
  const cloud: Alicloud = {
    region: connection.region,
    account,
    at: other => build(shared, account, other),
    call: (product, action, params = {}, options = {}) =>
      persist(shared, cloud, rank, product, action, params, options),
    pages: (product, action, params, list, paging) => allPages(cloud, product, action, params, list, paging),
    sleep: ms => sleep(shared, ms),
    now: () => performance.now() * speed,
    deadline(ms, real = connection.sandbox?.machines === 'container' ? 180_000 : 10_000) {
      const end = performance.now() + Math.max(ms / speed, Math.min(ms, real))
      return () => performance.now() > end
    },
    reveal(secret) {
      const value = connection.reveal(secret)
      secrets.add(value)
      return value
    },
    async keep(name, make) {
      return connection.keep(name, make)
    },
    text({ $text }) {
      const content = connection.texts.get($text)
      if (content === undefined) throw new Error(`a text was not drawn in this run: ${$text}`)
      return content
    },
    lane: (key, work) => queue(shared.lanes, key, work),
    clean: text => blacken(text, secrets),
  }
  return cloud
}

/** Sends a call until its outcome is known, as far as sending again is safe. */
async function persist(
  shared: Shared,
  cloud: Alicloud,
  rank: number,
  product: Product,
  action: string,
  given: Params,
  options: CallOptions,
): Promise<Answer> {
  const params = { RegionId: cloud.region, ...given }
  const safe = options.repeatable || isRead(action) || given.ClientToken !== undefined
  const impatient = cloud.deadline(options.patience ?? defaultPatience)
  let unsure = false
  for (let failed = 1, busyFor = 1; ; ) {
    const failure = await attempt(shared, rank, product, action, params, safe)
    if (!('is' in failure)) return failure.answer
    const give = () =>
      problemOf(product, action, failure, {
        unsure,
        embedded: shared.connection.sandbox !== undefined,
        clean: cloud.clean,
      })
    if (failure.is === 'refusal' && (isBusy(failure.code) || options.busy?.includes(failure.code))) {
      if (impatient()) throw give()
      // What makes it busy takes seconds: looked at more often than an overloaded cloud.
      await cloud.sleep(pause(busyFor++, 10_000, 1.25))
      continue
    }
    const throttled = failure.is === 'refusal' && isThrottling(failure.code)
    if (failure.is === 'refusal' && !throttled) throw give()
    if (failure.is === 'silence') {
      unsure = true
      if (!safe) throw give()
    }
    if (++failed > (failure.is === 'unsent' ? 5 : tries)) throw give()
    await cloud.sleep(pause(failed - 1, 20_000))
  }
}

type Outcome = { answer: Answer } | ReturnType<typeof failureOf>

async function attempt(
  shared: Shared,
  rank: number,
  product: Product,
  action: string,
  params: Params,
  safe: boolean,
): Promise<Outcome> {
  const { connection, calls, transport } = shared
  const limit = limitOf(shared, product)
  return limit.run(rank, async () => {
    if (connection.drain.aborted) throw interrupted()
    const startedAt = limit.now()
    const name = `${product}.${action}`
    calls[name] = (calls[name] ?? 0) + 1
    const outcome = await transport.send(product, action, params, { fresh: !safe })
    if ('answer' in outcome) limit.succeeded()
    else if (outcome.is === 'refusal' && isThrottling(outcome.code)) limit.throttled(startedAt)
    return outcome
  })
}

/** Alibaba throttles per account and action and publishes no numbers; products do not count against each other. */
function limitOf({ limits, connection }: Shared, product: Product): Limit {
  const known = limits.get(product)
  if (known) return known
  const onHalved = (limit: number) => connection.emit({ is: 'throttled', limit })
  const limit = createLimit({ start: 16, min: 4, max: 64, onHalved })
  limits.set(product, limit)
  return limit
}

function isRead(action: string): boolean {
  return /^(Describe|List|Get|Query)/.test(action)
}

/** Grows from half a second, with jitter so that many do not come back together. */
function pause(failed: number, most: number, growth = 1.66): number {
  return Math.min(most, 500 * growth ** (failed - 1)) * (0.6 + 0.8 * Math.random())
}

async function allPages(
  cloud: Alicloud,
  product: Product,
  action: string,
  params: Params,
  list: string,
  { by, size }: Paging = { by: 'number', size: 50 },
): Promise<JsonObject[]> {
  const all: JsonObject[] = []
  for (let page = 1, token = ''; ; page++) {
    const paging =
      by === 'number' ? { PageNumber: page, PageSize: size } : { MaxResults: size, NextToken: token || null }
    const answer: Json = await cloud.call(product, action, { ...params, ...paging })
    const found = rows(answer, list)
    all.push(...found)
    token = str(answer, 'NextToken')
    const last = by === 'number' ? found.length < size || all.length >= totalIn(answer) : !token
    if (last) return all
  }
}

function totalIn(answer: Json): number {
  const total = at(answer, 'TotalCount') ?? at(answer, 'TotalRecordCount')
  return total === undefined ? Number.POSITIVE_INFINITY : Number(total)
}

function sleep({ connection, speed, sleepers }: Shared, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (connection.drain.aborted) return reject(interrupted())
    const wake = () => {
      clearTimeout(timer)
      sleepers.delete(wake)
      reject(interrupted())
    }
    const timer = setTimeout(
      () => {
        sleepers.delete(wake)
        resolve()
      },
      Math.max(5, ms / speed),
    )
    sleepers.add(wake)
  })
}

function queue<T>(lanes: Map<string, Promise<unknown>>, key: string, work: () => Promise<T>): Promise<T> {
  const before = lanes.get(key) ?? Promise.resolve()
  const mine = before.then(work, work)
  lanes.set(key, mine)
  const clear = () => {
    if (lanes.get(key) === mine) lanes.delete(key)
  }
  mine.then(clear, clear)
  return mine
}

function blacken(text: string, secrets: Set<string>): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, '***')
  }
  return clean
}
