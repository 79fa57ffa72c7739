import { Exit, Problem } from '../errors.ts'

export interface Visit {
  /** Where this machine reaches the load balancer: `http://47.74.0.1`, without a path. */
  base: string
  /** The health page. */
  path: string
  /** The load balancer's own address, for people. */
  host: string
  drain: AbortSignal
  withinMs: number
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 3000
const ANSWER_WITHIN_MS = 10_000

/**
 * A stack is done when its address answers 200 through the load balancer. Asks until it does; answers how long that
 * took, milliseconds. Otherwise throws a Problem that says which hop fails.
 */
export async function verify({ base, path, host, drain, withinMs }: Visit): Promise<number> {
  const begun = performance.now()
  let last = ''
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
    if (drain.aborted) throw interrupted()
    const answer = await visit(base + path)
    if (answer === 200) return performance.now() - begun
    last = typeof answer === 'number' ? meaningOf(answer) : answer
    if (performance.now() - begun + pause > withinMs) break
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  throw new Problem({
    what: `Everything is built, but ${base}${path} did not answer 200 within ${Math.round(withinMs / 1000)} seconds.`,
    why: `The load balancer is ${host}. ${last}`,
    next: 'Look at its health checks with the console, mend what is named, then run the same command again: nothing is built twice.',
  })
}

/** The status, or a sentence why there was no answer. A redirect is not followed: the page itself must answer. */
async function visit(url: string): Promise<number | string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    await response.body?.cancel()
    return response.status
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const code = (cause as NodeJS.ErrnoException | undefined)?.code
    if (error instanceof Error && error.name === 'TimeoutError') return 'It did not answer in time.'
    return `It could not be reached (${code ?? 'no reason given'}): is its listener running, and does a firewall stand in between?`
  }
}

function meaningOf(status: number): string {
  if (status === 502 || status === 504) {
    return `It answered ${status}: it reaches a machine, but nginx or the application there does not answer.`
  }
  if (status === 503) return 'It answered 503: none of its machines passes the health check.'
  if (status === 400) return 'It answered 400: the application refuses the host name; see ALLOWED_HOSTS.'
  if (status === 404) return 'It answered 404: the application has no such page; see app.healthPath.'
  if (status >= 500) return `It answered ${status}: the application fails; its log says why.`
  return `It answered ${status}.`
}

function interrupted(): Problem {
  return new Problem({
    what: 'Interrupted.',
    why: 'Everything is built; whether the address answers was not seen.',
    next: 'Run the same command again.',
    exit: Exit.interrupted,
  })
}
