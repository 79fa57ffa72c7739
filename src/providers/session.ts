import { Exit, Problem } from '../errors.ts'
import type { Cloud, Secret, Text } from '../kind.ts'
import { createLimit, type Limit } from '../limit.ts'
import type { Connection } from './provider.ts'

/** What every cloud's client can do besides its calls: time, secrets, texts, taking turns. */
export interface Session extends Cloud {
  /** The secret behind a reference; from then on it is blackened in every error text. */
  reveal(secret: Secret): string
  /** A secret made once under this name. */
  keep(name: string, make: () => string): Promise<string>
  /** The long text behind its hash. */
  text(text: Text): string
  /** Works on one `key` one after the other. */
  lane<T>(key: string, work: () => Promise<T>): Promise<T>
  /** What kinds remember between a call and the next, by keys of their own; gone with the connection. */
  memory: Map<string, string>
  /** Blackens every secret known to this connection. */
  clean(text: string): string
  /** Tells people something while they wait. */
  note(text: string): void
  /** Milliseconds of the cloud's time since a moment of its own; for measuring. */
  now(): number
  /**
   * Answers true once `ms` of the cloud's time have passed, and at least `real` milliseconds of ours (ten seconds, or
   * `ms` if that is shorter; three minutes where machines are containers): a fast embedded cloud must not make a slow
   * machine give up.
   */
  deadline(ms: number, real?: number): () => boolean
}

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

export function openSession(connection: Connection, speed: number): Common {
  const limits = new Map<string, Limit>()
  const lanes = new Map<string, Promise<unknown>>()
  const secrets = new Set<string>()
  const session: Omit<Session, 'at'> = {
    sleep: sleeper(connection.drain, speed),
    note: text => connection.emit({ is: 'note', text }),
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
    keep: async (name, make) => connection.keep(name, make),
    text({ $text }) {
      const content = connection.texts.get($text)
      if (content === undefined) throw new Error(`a text was not drawn in this run: ${$text}`)
      return content
    },
    lane: (key, work) => queue(lanes, key, work),
    memory: new Map(),
    clean: text => blacken(text, secrets),
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
    next: 'Run the same command again to go on where it stopped.',
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
