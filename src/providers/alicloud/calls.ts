import type { Json, JsonObject } from '../../base/json.ts'
import { type Common, interrupted, pause } from '../session.ts'
import type { Alicloud, CallOptions, Paging } from './cloud.ts'
import type { Product } from './endpoints.ts'
import { type failureOf, isBusy, isThrottling, problemOf } from './errors.ts'
import { at, rows, str } from './read.ts'
import type { Transport } from './transport.ts'
import type { Answer, Params } from './wire.ts'

/** Attempts when throttled or without an answer; with the pauses between them about two minutes of the cloud's time. */
const tries = 11
const defaultPatience = 5 * 60_000

/** The connected cloud as one caller sees it: its calls are queued by `rank`. */
export function build(common: Common, transport: Transport, account: string, rank: number): Alicloud {
  const cloud: Alicloud = {
    ...common.session,
    region: common.connection.region,
    account,
    at: other => build(common, transport, account, other),
    call: (product, action, params = {}, options = {}) =>
      persist(common, transport, cloud, rank, product, action, params, options),
    pages: (product, action, params, list, paging) => allPages(cloud, product, action, params, list, paging),
  }
  return cloud
}

/** Sends a call until its outcome is known, as far as sending again is safe. */
async function persist(
  common: Common,
  transport: Transport,
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
  let unknown = false
  for (let failed = 1, busyFor = 1; ; ) {
    const failure = await attempt(common, transport, rank, product, action, params, safe)
    if (!('is' in failure)) return failure.answer
    const problem = () =>
      problemOf(product, action, failure, {
        unknown,
        embedded: common.connection.sandbox !== undefined,
        redact: cloud.redact,
      })
    if (failure.is === 'refusal' && (isBusy(failure.code) || options.busy?.includes(failure.code))) {
      if (impatient()) throw problem()
      // What makes it busy takes seconds, so it is tried more often than an overloaded cloud.
      await cloud.sleep(pause(busyFor++, 10_000, 1.25))
      continue
    }
    const throttled = failure.is === 'refusal' && isThrottling(failure.code)
    if (failure.is === 'refusal' && !throttled) throw problem()
    if (failure.is === 'silence') {
      unknown = true
      if (!safe) throw problem()
    }
    if (++failed > (failure.is === 'unsent' ? 5 : tries)) throw problem()
    await cloud.sleep(pause(failed - 1, 20_000))
  }
}

type Outcome = { answer: Answer } | ReturnType<typeof failureOf>

async function attempt(
  common: Common,
  transport: Transport,
  rank: number,
  product: Product,
  action: string,
  params: Params,
  safe: boolean,
): Promise<Outcome> {
  const { connection, calls } = common
  // Alibaba throttles per account and action and publishes no numbers; products do not count against each other.
  const limit = common.limit(product)
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

function isRead(action: string): boolean {
  return /^(Describe|List|Get|Query)/.test(action)
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
