import type { Common } from '../session.ts'
import { interrupted, pause } from '../session.ts'
import type { Aws, CallOptions } from './cloud.ts'
import { isBusy, isLag, isRead, isThrottling, problemOf, type Refusal } from './errors.ts'
import type { Action, Input, Output, Service } from './services/index.ts'
import type { Outcome, Transport } from './transport.ts'

/** Attempts when throttled or without an answer; with the pauses between them about two minutes of the cloud's time. */
const tries = 11
const busyFor = 5 * 60_000
/** How long something new can stay unknown to other services: the longest that was reported. */
const lagFor = 2 * 60_000

/** The connected cloud for one caller: its calls are queued by `rank`. */
export function build(common: Common, transport: Transport, account: string, rank: number): Aws {
  const cloud: Aws = {
    ...common.session,
    region: common.connection.region,
    account,
    at: other => build(common, transport, account, other),
    call: (service, action, input, options = {}) =>
      persist(common, transport, cloud, rank, service, action, input, options),
    async pages(service, action, input, rows) {
      const all = []
      for (let next: Record<string, unknown> | undefined = {}; next; ) {
        const page = { ...(input as object), ...next } as typeof input
        const key = `${service}.${action} ${JSON.stringify(page)}`
        const answer = await atOnce(common, key, () => cloud.call(service, action, page))
        all.push(...(rows(answer) ?? []))
        next = nextPage(answer as Record<string, unknown>)
      }
      return all
    },
  }
  return cloud
}

/** Sends a call until its outcome is known, as far as repeating it is safe. */
async function persist<S extends Service, A extends Action<S>>(
  common: Common,
  transport: Transport,
  cloud: Aws,
  rank: number,
  service: S,
  action: A,
  input: Input<S, A>,
  options: CallOptions,
): Promise<Output<S, A>> {
  const safe = options.repeatable || isRead(action) || hasToken(input as Record<string, unknown>)
  const patience = {
    busy: cloud.deadline(options.patience ?? busyFor),
    lag: cloud.deadline(options.patience ?? lagFor),
  }
  let unsure = false
  for (let failed = 1, notNow = 1; ; ) {
    const failure = await attempt(common, transport, rank, service, action, input as object, safe)
    if (!('is' in failure)) return failure.answer as Output<S, A>
    const give = () => problemOf(service, action, failure, { unsure, redact: cloud.redact })
    if (failure.is === 'unsigned') throw give()
    if (failure.is === 'refusal' && !isThrottling(failure)) {
      const kind = whyNotNow(failure, action, options)
      if (!kind || patience[kind]()) throw give()
      // What makes it busy takes seconds, so it is retried sooner than an overloaded cloud.
      await cloud.sleep(pause(notNow++, 10_000, 1.25))
      continue
    }
    if (failure.is === 'silence') {
      unsure = true
      if (!safe) throw give()
    }
    if (++failed > (failure.is === 'unsent' ? 5 : tries)) throw give()
    await cloud.sleep(pause(failed - 1, 20_000))
  }
}

function whyNotNow(failure: Refusal, action: string, { busy, sure }: CallOptions): 'busy' | 'lag' | undefined {
  if (isBusy(failure) || busy?.(failure)) return 'busy'
  return !sure && isLag(failure, action) ? 'lag' : undefined
}

async function attempt(
  { connection, calls, limit: limitOf }: Common,
  transport: Transport,
  rank: number,
  service: Service,
  action: string,
  input: object,
  safe: boolean,
): Promise<Outcome> {
  const limit = limitOf(service)
  return limit.run(rank, async () => {
    if (connection.drain.aborted) throw interrupted()
    const startedAt = limit.now()
    const name = `${service}.${action}`
    calls[name] = (calls[name] ?? 0) + 1
    const outcome = await transport.send(service, action, input, { fresh: !safe })
    if ('answer' in outcome) limit.succeeded()
    else if (outcome.is === 'refusal' && isThrottling(outcome)) limit.throttled(startedAt)
    return outcome
  })
}

const asked = new WeakMap<Common, Map<string, Promise<unknown>>>()

/**
 * Coalesces what several callers read in the same tick: kinds that read the same list in a search by tag. Not what is
 * read later, even while the first read is still running: it would miss what was created in between.
 */
function atOnce<T>(common: Common, key: string, ask: () => Promise<T>): Promise<T> {
  const now = asked.get(common) ?? new Map<string, Promise<unknown>>()
  asked.set(common, now)
  const known = now.get(key) as Promise<T> | undefined
  if (known) return known
  const answer = ask()
  now.set(key, answer)
  process.nextTick(() => now.delete(key))
  return answer
}

/** The same token means the same request: AWS returns the first answer again. */
function hasToken(input: Record<string, unknown>): boolean {
  return ['ClientToken', 'ClientRequestToken', 'IdempotencyToken', 'CallerReference'].some(key => input[key])
}

/** Every service pages in its own way; all return what the next call needs. */
function nextPage(answer: Record<string, unknown>): Record<string, unknown> | undefined {
  if (answer.NextToken) return { NextToken: answer.NextToken }
  if (answer.nextToken) return { nextToken: answer.nextToken }
  if (answer.NextMarker) return { Marker: answer.NextMarker }
  if (answer.ContinuationToken) return { ContinuationToken: answer.ContinuationToken }
  if (answer.Marker && answer.IsTruncated !== false) return { Marker: answer.Marker }
  return undefined
}
