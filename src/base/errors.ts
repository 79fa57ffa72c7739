/**
 * Exit codes of the command line; scripts rely on them. `failed`: run it again to continue. `preflight`: found before
 * anything was created. `leftover`: teardown could not delete everything.
 */
export const Exit = {
  done: 0,
  failed: 1,
  usage: 2,
  locked: 3,
  preflight: 4,
  leftover: 5,
  interrupted: 130,
} as const

/** One of the exit codes. */
export type ExitCode = (typeof Exit)[keyof typeof Exit]

/** What a Problem is made of. */
export interface ProblemParts {
  /** What happened, one sentence. */
  what: string
  /** Why, as far as it is known. */
  why?: string
  /** What to do next, as an imperative: a command to run, an answer to change. */
  next?: string
  /** Several problems reported at once, each a sentence of its own. */
  list?: string[]
  /** Default: `Exit.failed`. */
  exit?: ExitCode
  /** The cloud's own error code, for example `InvalidVpcId.NotFound`. */
  code?: string
  /** The cloud's request id, which its support asks for. */
  requestId?: string
  cause?: unknown
}

/**
 * The one error type of this program: what happened, why, what to do next, and the exit code.
 * It is created where the meaning is known; every caller above only passes it on.
 */
export class Problem extends Error {
  readonly what: string
  readonly why: string | undefined
  readonly next: string | undefined
  readonly list: string[]
  readonly exit: ExitCode
  readonly code: string | undefined
  readonly requestId: string | undefined

  constructor(parts: ProblemParts) {
    super([parts.what, parts.why, ...(parts.list ?? [])].filter(Boolean).join(' '), { cause: parts.cause })
    this.name = 'Problem'
    this.what = parts.what
    this.why = parts.why
    this.next = parts.next
    this.list = parts.list ?? []
    this.exit = parts.exit ?? Exit.failed
    this.code = parts.code
    this.requestId = parts.requestId
  }
}

/**
 * What a failed call means for the resource it was about:
 * - `refused`  the cloud rejected the call, nothing was created;
 * - `unknown`  a timeout, a reset, a 5xx: it may have been created. Look for it before sending the call again;
 * - `exists`   the name is taken, perhaps by ourselves before a kill;
 * - `notFound` the resource does not exist;
 * - `retry`    it was created and failed (a command that never reached its machine): create a new one.
 */
export type Outcome = 'refused' | 'unknown' | 'exists' | 'notFound' | 'retry'

/** An error answer of a cloud, or none at all, with what it means for the engine. Created only in `src/providers`. */
export class CloudProblem extends Problem {
  readonly outcome: Outcome
  /** The same call was sent before and got no answer: that this one was refused says nothing about the earlier one. */
  readonly open: boolean
  /** The account's rights do not cover the call. */
  readonly denied: boolean

  constructor(outcome: Outcome, parts: ProblemParts, { open = false, denied = false } = {}) {
    super(parts)
    this.name = 'CloudProblem'
    this.outcome = outcome
    this.open = open
    this.denied = denied
  }
}

/** Whether `error` is a CloudProblem with this outcome. */
export function hasOutcome(error: unknown, outcome: Outcome): error is CloudProblem {
  return error instanceof CloudProblem && error.outcome === outcome
}
