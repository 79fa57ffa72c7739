/** Exit codes of the command line; scripts rely on them. */
export const Exit = {
  done: 0,
  failed: 1,
  usage: 2,
  locked: 3,
  preflight: 4,
  leftover: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof Exit)[keyof typeof Exit]

export interface ProblemParts {
  /** What happened, one sentence. */
  what: string
  /** Why, as far as it is known. */
  why?: string
  /** What the person can do next: a command, an answer to change. */
  next?: string
  /** Several problems reported at once; each a sentence of its own. */
  list?: string[]
  exit?: ExitCode
  /** The cloud's own error code, for example `InvalidVpcId.NotFound`. */
  code?: string
  /** The cloud's request id, which its support asks for. */
  requestId?: string
  cause?: unknown
}

/**
 * The one error of this program: what happened, why, what to do next, and the exit code it leads to.
 * It is built where the meaning is known; everything above only passes it on.
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
 * What a failed call means for the thing it was to make:
 * - `refused` the cloud said no, nothing was made;
 * - `unsure`  nobody knows: a time-out, a reset, a 5xx. Recover before doing it again;
 * - `exists`  the name is taken, perhaps by ourselves before a kill;
 * - `gone`    the thing the call was about is not there;
 * - `again`   it was made and came to nothing (a command that never reached its machine): make a new one.
 */
export type Outcome = 'refused' | 'unknown' | 'exists' | 'notFound' | 'retry'

/** A cloud's refusal or silence, with what it means for the engine. Built only in `providers/<cloud>/errors.ts`. */
export class CloudProblem extends Problem {
  readonly outcome: Outcome
  /** The same call was sent before and got no answer: a refusal of this one says nothing about that one. */
  readonly open: boolean

  constructor(outcome: Outcome, parts: ProblemParts, open = false) {
    super(parts)
    this.name = 'CloudProblem'
    this.outcome = outcome
    this.open = open
  }
}

/** True when `error` is a cloud's answer with this outcome. */
export function hasOutcome(error: unknown, outcome: Outcome): error is CloudProblem {
  return error instanceof CloudProblem && error.outcome === outcome
}
