import { request } from 'node:http'

/** A listener's health check. Interval and time-out in seconds. */
export interface Check {
  path: string
  /** The Host header; empty: the backend's address. */
  domain: string
  method: 'head' | 'get'
  /** 0: the backend's own port. */
  port: number
  interval: number
  timeout: number
  /** Checks in a row that change the state. */
  healthy: number
  unhealthy: number
  /** `http_2xx` … `http_5xx`. */
  codes: string[]
}

/** `unavailable`: not known yet. */
export type HealthState = 'normal' | 'abnormal' | 'unavailable'

/** The health check of one backend, under way. */
export interface Checker {
  state(): HealthState
  why(): string
  /** Goes on with other settings. */
  use(check: Check): void
  stop(): void
}

/** Where a check goes; nothing when the backend does not run. */
export type Reach = () => { host: string; from: string; port: number } | undefined

/** Checks one backend again and again until it is stopped. `secondMs`: real milliseconds a second of the interval takes. */
export function checkOf(first: Check, reach: Reach, secondMs: number): Checker {
  let check = first
  let state: HealthState = 'unavailable'
  let why = 'It was not checked yet.'
  let good = 0
  let bad = 0
  let stopped = false
  let timer: NodeJS.Timeout

  async function round(): Promise<void> {
    const problem = await probe(check, reach)
    if (stopped) return
    good = problem ? 0 : good + 1
    bad = problem ? bad + 1 : 0
    why = problem
    if (good >= check.healthy) state = 'normal'
    if (bad >= check.unhealthy) state = 'abnormal'
    next(check.interval * secondMs)
  }
  function next(delay: number): void {
    timer = setTimeout(() => void round(), delay)
    timer.unref()
  }
  next(0)

  return {
    state: () => state,
    why: () => why,
    use(other) {
      check = other
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Why the backend did not pass; empty when it did. */
function probe(check: Check, reach: Reach): Promise<string> {
  const place = reach()
  if (!place) return Promise.resolve('The server does not run.')
  return new Promise(resolve => {
    const outgoing = request({
      ...{ host: place.host, port: place.port, localAddress: place.from, agent: false },
      ...{ method: check.method.toUpperCase(), path: check.path, setHost: false },
      headers: {
        host: check.domain || place.host,
        'user-agent': 'stackwright sandbox health check',
        connection: 'close',
      },
    })
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), check.timeout * 1000)
    const end = (problem: string) => {
      clearTimeout(timer)
      resolve(problem)
    }
    outgoing.on('error', error => end(`${place.port}${check.path}: ${error.message}`))
    outgoing.on('response', reply => {
      reply.resume()
      const status = reply.statusCode ?? 0
      const good = check.codes.includes(`http_${Math.floor(status / 100)}xx`)
      end(good ? '' : `${check.path} answered ${status}, which is none of ${check.codes.join(', ')}.`)
    })
    outgoing.end()
  })
}
