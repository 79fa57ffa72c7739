import type { Json } from './base/json.ts'

/** What happened to one resource. Times are milliseconds. */
export type Phase =
  | 'waiting' // not started: something it needs is not ready
  | 'creating'
  | 'recovering' // an earlier try may have made it: looking before making
  | 'created' // has an id; not usable yet
  | 'ready'
  | 'kept' // was there already, unchanged
  | 'updating'
  | 'removing'
  | 'removed'
  | 'failed'

export interface ResourceEvent {
  is: 'resource'
  address: string
  type: string
  title: string
  step: string
  phase: Phase
  id?: string
  /** Since this resource was started. */
  ms?: number
  /** What this kind typically takes, in the cloud's time. */
  expectMs?: number
  note?: string
}

/**
 * Everything the logic tells: the terminal view, the plain view and `--json` are three readers of this one list.
 * A value never holds a secret.
 */
export type Event =
  | {
      is: 'stack'
      stack: string
      /** Absent when only tags tell of the stack, and they do not say. */
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
  /** Data that dies, money paid ahead… */
  notes?: string[]
}

export interface Outcome {
  /** `url` and whatever else the stack gives to people: addresses, ids, the teardown command. */
  outputs: Record<string, string>
  wallMs: number
  /** The longest chain of what was really waited for. */
  criticalPathMs: number
  /** API calls by action, for example `vpc.CreateVpc: 1`. */
  calls: Record<string, number>
}

export interface ProblemView {
  what: string
  why?: string
  next?: string
  list?: string[]
  code?: string
  requestId?: string
}

export type Emit = (event: Event) => void
