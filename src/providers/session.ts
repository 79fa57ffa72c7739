import { Exit, Problem } from '../base/errors.ts'
import type { Cloud, Secret, Text } from '../engine/kind.ts'
import { createLimit, type Limit } from '../engine/limit.ts'
import type { Connection } from './provider.ts'

/** What every cloud's client can do besides its calls: time, secrets, texts, taking turns. */
export interface Session extends Cloud {
  /** The secret behind a reference; from then on `redact` replaces it in every text of an error. */
  reveal(secret: Secret): string
  /** A secret made once under this name. */
  keep(name: string, make: () => string): Promise<string>
  /** The long text behind its hash. */
  text(text: Text): string
  /**
   * Runs the work of one `key` in sequence. `through` waits until the cloud has carried the work out: the next work of
   * the same key calls it before it begins, so that an answer is handed on at once, and nothing waits when no work
   * follows. It gets the answer and how long ago that came, in the cloud's milliseconds. Its failure is ignored: a call
   * that comes too early is refused by the cloud itself, and sent again.
   */
  serialize<T>(key: string, work: () => Promise<T>, through?: Through<T>): Promise<T>
  /** Work of one `key` that is asked for while it runs is not started again: all get the same answer. */
  coalesce<T>(key: string, work: () => Promise<T>): Promise<T>
  /** What kinds remember from one call to the next, by keys of their own; gone with the connection. */
  memory: Map<string, string>
  /** Replaces every secret known to this connection with `***`. */
  redact(text: string): string
  /** Tells people something while they wait. */
  note(text: string): void
  /** Milliseconds of the cloud's time since a moment of its own; for measuring. */
  now(): number
  /**
   * Returns true once `ms` of the cloud's time have passed, and at least `real` milliseconds of ours (ten seconds, or
   * `ms` if that is shorter; ten minutes where machines are containers): a fast embedded cloud must not make a slow
   * machine give up.
   */
  deadline(ms: number, real?: number): () => boolean
}

export type Through<T> = (answer: T, ago: number) => Promise<unknown>

/** What all views of one connection have in common. */
export interface Common {
  connection: Connection
  /** Cloud milliseconds a real millisecond. */
  speed: number
  /** API calls so far, by `product.Action`. */
  calls: Record<string, number>
  /** Everything of a session but what depends on who calls. */
  session: Omit<Session, 'at'>
  /** How many calls to one product run at once: found by trying. */
  limit(product: string): Limit
}

/** What all calls of one connection share: limits, queues, secrets to redact, the clock. `speed`: cloud milliseconds a real one. */
export function openSession(connection: Connection, speed: number): Common {
  const limits = new Map<string, Limit>()
  const queues = new Map<string, Queue>()
  const inFlight = new Map<string, Promise<unknown>>()
  const secrets = new Set<string>()
  const session: Omit<Session, 'at'> = {
    sleep: sleeper(connection.drain, speed),
    note: text => connection.emit({ is: 'note', text }),
    now: () => performance.now() * speed,
    deadline(ms, real = connection.sandbox?.machines === 'container' ? 600_000 : 10_000) {
      const end = performance.now() + Math.max(ms / speed, Math.min(ms, real))
      return () => performance.now() > end
    },
    reveal(secret) {
      const value = connection.reveal(secret)
      secrets.add(value)
      return value
    },
    keep: async (name, make) => connection.keep(name, make),
    text({ $text }) {
      const content = connection.texts.get($text)
      if (content === undefined) throw new Error(`a text was not drawn in this run: ${$text}`)
      return content
    },
    serialize: (key, work, through) => enqueue(queues, speed, key, work, through),
    coalesce: (key, work) => joinOrStart(inFlight, key, work),
    memory: new Map(),
    redact: text => redact(text, secrets),
  }
  return {
    connection,
    speed,
    calls: {},
    session,
    limit(product) {
      const known = limits.get(product)
      if (known) return known
      const onHalved = (limit: number) => connection.emit({ is: 'throttled', limit })
      const limit = createLimit({ start: 16, min: 4, max: 64, onHalved })
      limits.set(product, limit)
      return limit
    },
  }
}

/** First Ctrl-C: waits end with this. */
export function interrupted(): Problem {
  return new Problem({
    what: 'Interrupted.',
    next: 'Run the same command again to continue where it stopped.',
    exit: Exit.interrupted,
  })
}

/** Grows from half a second (`failed` = 1), with jitter so that many do not come back together. Milliseconds. */
export function pause(failed: number, most: number, growth = 1.66): number {
  return Math.min(most, 500 * growth ** (failed - 1)) * (0.6 + 0.8 * Math.random())
}

/** In the embedded cloud no address of a load balancer exists: a local port answers in its place. */
export async function reach({ sandbox }: Connection, host: string, port: number): Promise<string> {
  if (!sandbox) return plainAddress(host, port)
  const url = new URL('/-/reach', sandbox.url)
  url.searchParams.set('host', host)
  url.searchParams.set('port', String(port))
  const answer = (await (await fetch(url)).json()) as { url?: string }
  if (answer.url) return answer.url.replace(/\/+$/, '')
  throw new Problem({ what: `The embedded cloud knows no address ${host}:${port}.` })
}

function plainAddress(host: string, port: number): string {
  if (port === 443) return `https://${host}`
  return port === 80 ? `http://${host}` : `http://${host}:${port}`
}

/** One listener for all sleepers: hundreds of listeners on one signal make Node warn. */
function sleeper(drain: AbortSignal, speed: number): (ms: number) => Promise<void> {
  const sleepers = new Set<() => void>()
  const wakeAll = () => {
    for (const wake of [...sleepers]) wake()
  }
  drain.addEventListener('abort', wakeAll, { once: true })
  return ms =>
    new Promise((resolve, reject) => {
      if (drain.aborted) return reject(interrupted())
      const wake = () => {
        clearTimeout(timer)
        sleepers.delete(wake)
        reject(interrupted())
      }
      const slept = () => {
        sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(slept, Math.max(5, ms / speed))
      sleepers.add(wake)
    })
}

interface Queue {
  last: Promise<unknown>
  through?: () => Promise<unknown>
}

function enqueue<T>(
  queues: Map<string, Queue>,
  speed: number,
  key: string,
  work: () => Promise<T>,
  through?: Through<T>,
): Promise<T> {
  const queue: Queue = queues.get(key) ?? { last: Promise.resolve() }
  queues.set(key, queue)
  const turn = async () => {
    const before = queue.through
    delete queue.through
    await before?.().catch(() => {})
    const answer = await work()
    const answered = performance.now()
    if (through) queue.through = () => through(answer, (performance.now() - answered) * speed)
    return answer
  }
  const mine = queue.last.then(turn, turn)
  queue.last = mine.catch(() => {})
  return mine
}

function joinOrStart<T>(inFlight: Map<string, Promise<unknown>>, key: string, work: () => Promise<T>): Promise<T> {
  const running = inFlight.get(key) as Promise<T> | undefined
  if (running) return running
  const mine = work().finally(() => inFlight.delete(key))
  inFlight.set(key, mine)
  return mine
}

function redact(text: string, secrets: Set<string>): string {
  let redacted = text
  // The longest first: one that begins with another would leave its end to be read.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret.length >= 4) redacted = redacted.replaceAll(secret, '***')
  }
  return redacted
}

/** Nothing was made yet: whatever it is, it is found before the start. */
export function beforeStart(error: unknown): unknown {
  if (!(error instanceof Problem) || error.exit === Exit.interrupted) return error
  const { what, why, next, code, requestId } = error
  return new Problem({
    what,
    exit: Exit.preflight,
    ...(why && { why }),
    ...(next && { next }),
    ...(code && { code }),
    ...(requestId && { requestId }),
  })
}
