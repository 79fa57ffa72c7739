import { Exit, Problem } from '../base/errors.ts'
import { type Secure, visitSecurely } from './secure.ts'
import { handshake } from './web-socket.ts'

export interface Visit {
  /** Where this machine reaches the load balancer: `http://47.74.0.1`, without a path. */
  base: string
  path: string
  /** The load balancer's own address, for people. */
  host: string
  drain: AbortSignal
  withinMs: number
  /** Over HTTPS, for this name. */
  secure?: Secure
  /** Opens a WebSocket there instead of asking for a page: 101 is right then instead of 200. */
  webSocket?: boolean
  /** How many answers in a row count: the load balancer sends each to the next machine. */
  times: number
}

/** `last`: a sentence about what came instead of 200 or 101. */
export type Visited = { is: 'well'; ms: number } | { is: 'late'; ms: number; last: string }

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 3000
const ANSWER_WITHIN_MS = 10_000

/**
 * Asks an address until it answers 200 (a WebSocket 101) so many times in a row, or until the time is over. Returns how long that took,
 * milliseconds. Throws a Problem only when it is interrupted.
 */
export async function visitUntilWell(one: Visit): Promise<Visited> {
  const { drain, withinMs, times } = one
  const right = rightAnswer(one)
  const begun = performance.now()
  let well = 0
  for (let pause = FIRST_PAUSE_MS; ; ) {
    if (drain.aborted) throw interrupted()
    const answer = await visit(one)
    const ms = performance.now() - begun
    well = answer === right ? well + 1 : 0
    if (well >= times) return { is: 'well', ms }
    if (well > 0) continue
    if (ms + pause > withinMs) return { is: 'late', ms, last: sentenceOf(answer, one) }
    await new Promise(resolve => setTimeout(resolve, pause))
    pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)
  }
}

/** Nothing else is known than that the address does not answer. */
export function notAnswering(one: Visit, { ms, last }: { ms: number; last: string }): Problem {
  const { base, path, host } = one
  return new Problem({
    what: `Everything is built, but ${base}${path} did not answer ${rightAnswer(one)} within ${Math.round(ms / 1000)} seconds.`,
    why: `The load balancer is ${host}. ${last}`,
    next: 'Look at its health checks in the console, fix what they report, then run the same command again. Nothing is created twice.',
  })
}

function rightAnswer({ webSocket }: Visit): number {
  return webSocket ? 101 : 200
}

/** The status, or a sentence why there was no answer. A redirect is not followed: the page itself must answer. */
async function visit({ base, path, secure, webSocket }: Visit): Promise<number | string> {
  try {
    if (webSocket) return await handshake(base, path, secure, ANSWER_WITHIN_MS)
    if (secure) return await visitSecurely(base, path, secure, ANSWER_WITHIN_MS)
    const response = await fetch(base + path, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    await response.body?.cancel()
    return response.status
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const code = (cause as NodeJS.ErrnoException | undefined)?.code
    if (/CERT|ALTNAME|SELF_SIGNED|VERIFY/.test(code ?? ''))
      return `Its certificate cannot be trusted (${code}): is it the one that was issued for this name?`
    if (error instanceof Error && /^(Timeout|Abort)Error$/.test(error.name)) return 'It did not answer in time.'
    return `It could not be reached (${code ?? 'no reason given'}): is its listener running, and is a firewall blocking it?`
  }
}

function sentenceOf(answer: number | string, { webSocket }: Visit): string {
  if (typeof answer === 'string') return answer
  return webSocket ? meaningOfHandshake(answer) : meaningOf(answer)
}

function meaningOfHandshake(status: number): string {
  if (status === 403)
    return 'It answered 403: the application refuses the page’s origin or the visitor; see ALLOWED_HOSTS.'
  if (status < 500)
    return `It answered ${status} instead of 101: the path leads to a server that opens no WebSocket there. Does the load balancer’s rule for it forward to the WebSocket server?`
  return meaningOf(status)
}

function meaningOf(status: number): string {
  if (status === 502 || status === 504) {
    return `It answered ${status}: it reaches a machine, but nginx or the application there does not answer.`
  }
  if (status === 503)
    return 'It answered 503: no machine passes the health check, or the application cannot serve requests.'
  if (status === 400) return 'It answered 400: the application refuses the host name; see ALLOWED_HOSTS.'
  if (status === 404) return 'It answered 404: the application has no such page; see app.healthPath.'
  if (status >= 500) return `It answered ${status}: the application fails; its log says why.`
  return `It answered ${status}.`
}

function interrupted(): Problem {
  return new Problem({
    what: 'Interrupted.',
    why: 'Everything is built, but it was not checked that the address answers.',
    next: 'Run the same command again.',
    exit: Exit.interrupted,
  })
}
