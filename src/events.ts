import type { Json } from './base/json.ts'

/** What happened to one resource. Times are milliseconds. */
export type Phase =
  | 'waiting' // not started: something it needs is not ready
  | 'creating'
  | 'recovering' // an earlier attempt may have created it: look before creating
  | 'created' // has an id; not usable yet
  | 'ready'
  | 'kept' // exists already, unchanged
  | 'updating'
  | 'removing'
  | 'removed'
  | 'failed'

/** A change of one resource. */
export interface ResourceEvent {
  is: 'resource'
  address: string
  type: string
  title: string
  step: string
  phase: Phase
  id?: string
  /** Milliseconds since work on this resource started. */
  ms?: number
  /** How long this kind typically takes, in milliseconds of the cloud's time. */
  expectMs?: number
  note?: string
}

/**
 * Everything that a run reports: the terminal view, the plain view and `--json` are three readers of these events.
 * No value ever contains a secret.
 */
export type Event =
  | {
      is: 'stack'
      stack: string
      /** Absent when only tags are left of the stack, and they do not name it. */
      blueprint?: string
      cloud: string
      region: string
      account: string
      sandbox: boolean
    }
  | { is: 'plan'; verb: 'up' | 'teardown'; changes: PlanLine[] }
  | { is: 'step'; step: string; title: string; phase: 'started' | 'done'; ms?: number }
  | ResourceEvent
  | { is: 'throttled'; limit: number }
  | { is: 'note'; text: string }
  | { is: 'warning'; text: string }
  | ({ is: 'done' } & Outcome)
  | {
      is: 'failed'
      exit: number
      problem: ProblemView
      wallMs: number
      criticalPathMs: number
      calls: Record<string, number>
    }

/** What a run will do with one resource. */
export interface PlanLine {
  address: string
  type: string
  title: string
  step: string
  action: 'create' | 'resume' | 'update' | 'keep' | 'remove' | 'refused'
  /** What is set, without secrets; references read `<network/vpc.id>`. */
  input?: { [key: string]: Json }
  id?: string
  /** For `update` and `refused`: the inputs that differ. */
  changes?: { key: string; from: Json; to: Json }[]
  /** Sentences: data that is deleted, what is paid in advance. */
  notes?: string[]
}

/** The result of a run; times in milliseconds. */
export interface Outcome {
  /** `url` and everything else people need of the stack: addresses, ids, the teardown command. */
  outputs: Record<string, string>
  wallMs: number
  /** The longest chain of what was actually waited for. */
  criticalPathMs: number
  /** API calls by action, for example `vpc.CreateVpc: 1`. */
  calls: Record<string, number>
}

/** A Problem without its exit code. */
export interface ProblemView {
  what: string
  why?: string
  next?: string
  list?: string[]
  code?: string
  requestId?: string
}

/** Passes an event on to the reader; never throws. */
export type Emit = (event: Event) => void
