import { Exit, Problem } from '../../errors.ts'
import type { Cloud, Json, JsonObject, Secret, Text } from '../../kind.ts'
import { createLimit, type Limit } from '../../limit.ts'
import type { Connected, Connection } from '../provider.ts'
import { findKeys, type KeySource } from './credentials.ts'
import { endpointOf, type Product } from './endpoints.ts'
import { type failureOf, interrupted, isBusy, isThrottling, problemOf } from './errors.ts'
import { at, rows, str } from './read.ts'
import { openTransport, type Transport } from './transport.ts'
import type { Answer, Params } from './wire.ts'

export type { Product } from './endpoints.ts'
export type { Answer, Params } from './wire.ts'

/** The connected Alibaba Cloud, as kinds, chapters and live look-ups use it. */
export interface Alicloud extends Cloud {
  region: string
  /** The account's id. */
  account: string
  /** One API call with the retries that are safe for it; `RegionId` is added. Throws a CloudProblem. */
  call(product: Product, action: string, params?: Params, options?: CallOptions): Promise<Answer>
  /** All rows of a list, page by page. `list` is the path to the rows in an answer: `Vpcs.Vpc`. */
  pages(product: Product, action: string, params: Params, list: string, paging?: Paging): Promise<JsonObject[]>
  /** The secret behind a reference; from then on it is blackened in every error text. */
  reveal(secret: Secret): string
  /** A secret made once under this name. */
  keep(name: string, make: () => string): Promise<string>
  /** The long text behind its hash. */
  text(text: Text): string
  /** Works on one `key` one after the other: what Alibaba allows only once at a time per parent. */
  lane<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Blackens every secret known to this connection. */
  clean(text: string): string
  /** Milliseconds of the cloud's time since a moment of its own; for measuring. */
  now(): number
  /**
   * Answers true once `ms` of the cloud's time have passed, and at least `real` milliseconds of ours (ten seconds, or
   * `ms` if that is shorter): a fast embedded cloud must not make a slow machine give up.
   */
  deadline(ms: number, real?: number): () => boolean
}

export interface CallOptions {
  /** Doing it twice is the same as doing it once (deletes, "set to"): sent again after a lost answer even without a token. */
  repeatable?: boolean
  /** More codes that mean "not now". */
  busy?: string[]
  /** How long "not now" is put up with, milliseconds of the cloud's time. Default five minutes. */
  patience?: number
}

/** `number`: PageNumber and PageSize. `token`: MaxResults and NextToken. */
export interface Paging {
  by: 'number' | 'token'
  size: number
}

/** Attempts when throttled or without an answer; with the pauses between them about two minutes of the cloud's time. */
const tries = 11
const defaultPatience = 5 * 60_000

/** Connects and asks who we are. Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
export async function connectAlicloud(
  connection: Connection,
): Promise<Omit<Connected<Alicloud>, 'live' | 'preflight'>> {
  const { region, sandbox } = connection
  const env = sandbox ? { STACKWRIGHT_ALICLOUD_ENDPOINT: sandbox.url } : connection.env
  const keys: KeySource = sandbox
    ? { getCredentials: async () => ({ accessKeyId: 'sandbox', accessKeySecret: 'sandbox' }) }
    : await findKeys(connection.env)
  const speed = sandbox?.speed ?? 1
  // A time-out never tells whether the work was done, so it is long; one that is too short only makes doubt.
  const timeout = Math.max(10_000, 60_000 / speed)
  const transport = await openTransport({ keys, timeout, endpoint: product => endpointOf(product, region, env) })
  const shared = share(connection, transport, speed)
  const cloud = build(shared, '', 0)
  try {
    const { account, name } = await who(cloud)
    return {
      cloud: build(shared, account, 0),
      account,
      accountName: name,
      region,
      calls: () => ({ ...shared.calls }),
      reach: (host, port) => reach(connection, host, port),
      close: () => transport.close(),
    }
  } catch (error) {
    transport.close()
    throw error
  }
}

/** Account and user behind the credentials. */
export async function who(cloud: Alicloud): Promise<{ account: string; name: string }> {
  try {
    const answer = await cloud.call('sts', 'GetCallerIdentity')
    const account = str(answer, 'AccountId')
    const arn = str(answer, 'Arn')
    return { account, name: arn.split(/[:/]/).at(-1) || account }
  } catch (error) {
    if (!(error instanceof Problem) || error.exit === Exit.interrupted) throw error
    // Nothing was made: whatever it is, it is found before the start.
    const { what, why, next, code, requestId } = error
    throw new Problem({
      what,
      exit: Exit.preflight,
      ...(why && { why }),
      ...(next && { next }),
      ...(code && { code }),
      ...(requestId && { requestId }),
    })
  }
}

export interface Until {
  /** What is waited for, for the error: `the instance i-1 to run`. */
  what: string
  /** At most this long, milliseconds of the cloud's time. */
  within: number
  /** First pause; it grows with the time already waited (5 %), up to 10 s. Default one second. */
  every?: number
}

/** Reads again and again until `done`; answers the last reading. Throws a Problem when it takes too long. */
export async function until<T>(
  cloud: Alicloud,
  read: () => Promise<T>,
  done: (reading: T) => boolean,
  { what, within, every = 1000 }: Until,
): Promise<T> {
  const start = cloud.now()
  const late = cloud.deadline(within)
  for (;;) {
    const reading = await read()
    if (done(reading)) return reading
    if (late()) {
      throw new Problem({
        what: `Waited ${Math.round(within / 60_000)} minutes for ${what}.`,
        why: 'The cloud accepted it, but it is not ready yet.',
        next: 'Look at it in the console; run the same command again to go on waiting.',
      })
    }
    await cloud.sleep(Math.min(10_000, Math.max(every, 0.05 * (cloud.now() - start))))
  }
}

/** What all `at(rank)` views of one connection have in common. */
interface Shared {
  connection: Connection
  transport: Transport
  speed: number
  limits: Map<Product, Limit>
  calls: Record<string, number>
  lanes: Map<string, Promise<unknown>>
  secrets: Set<string>
  sleepers: Set<() => void>
}

function share(connection: Connection, transport: Transport, speed: number): Shared {
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

function build(shared: Shared, account: string, rank: number): Alicloud {
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
    deadline(ms, real = 10_000) {
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
    const give = () => problemOf(product, action, failure, { unsure, clean: cloud.clean })
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

/** In the embedded cloud no address of a load balancer exists: a local port answers in its place. */
async function reach({ sandbox }: Connection, host: string, port: number): Promise<string> {
  if (!sandbox) return port === 80 ? `http://${host}` : `http://${host}:${port}`
  const url = new URL('/-/reach', sandbox.url)
  url.searchParams.set('host', host)
  url.searchParams.set('port', String(port))
  const answer = (await (await fetch(url)).json()) as { url?: string }
  if (answer.url) return answer.url.replace(/\/+$/, '')
  throw new Problem({ what: `The embedded cloud knows no address ${host}:${port}.` })
}
