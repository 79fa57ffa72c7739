import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Exit, Problem } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Emit, Phase } from '../events.ts'
import { type AnyKind, type Cloud, isSecret, type Mark, type Node, resolve } from './kind.ts'
import type { Entry, State, Store } from './state.ts'

/** Everything a run works with. The engine knows no cloud, no step and no screen. */
export interface Run {
  store: Store
  cloud: Cloud
  /** Every kind of the cloud: the state can hold resources that are no longer drawn. */
  kinds: AnyKind[]
  emit: Emit
  /** Aborted by the first Ctrl-C: nothing new is started. */
  drain: AbortSignal
  /** How often a secret's value has changed, from 1; part of the frozen input, so that a new password is a change. */
  secretVersion(name: string): number
  /** When this run began, milliseconds since 1970: what is older was left by an earlier run. */
  startedAt: number
}

/**
 * The token of an address, 40 hexadecimal characters, from the stack's id, the address and its generation: the cloud
 * recognises a create that is sent again by it.
 */
export function tokenOf(state: State, address: string): string {
  const generation = state.generations[address] ?? 0
  return createHash('sha256').update(`${state.id} ${address} ${generation}`).digest('hex').slice(0, 40)
}

/** The mark of an entry's resource, with the tags by which it is found without the state. */
export function markOf(state: State, address: string, entry: Pick<Entry, 'type' | 'token' | 'blueprint'>): Mark {
  return {
    stack: state.stack,
    address,
    token: entry.token,
    tags: {
      'stackwright:stack': state.stack,
      'stackwright:id': state.id,
      'stackwright:address': address,
      'stackwright:type': entry.type,
      'stackwright:token': entry.token,
      ...(entry.blueprint && { 'stackwright:blueprint': entry.blueprint }),
    },
  }
}

/** What an entry keeps from its intent to its removal, whatever becomes of it in between. */
export function intentOf({ type, step, input, token, since, needs, blueprint, within }: Omit<Entry, 'is'>): Intent {
  const frozen = { type, step, input, token, since, needs }
  return { ...frozen, ...(blueprint && { blueprint }), ...(within && { within }) }
}

type Intent = Omit<Entry, 'is' | 'id' | 'out'>

/**
 * The node's input with every reference replaced by its value and every secret with its version. Throws an Error for a
 * reference to something that is not ready: a fault of this program.
 */
export function frozenInput(run: Run, node: Node): JsonObject {
  const { entries } = run.store.state
  const filled = resolve(node.input, ref => {
    const entry = entries[ref.$ref]
    const value = entry?.is === 'ready' ? entry.out[ref.field] : undefined
    if (value === undefined) throw new Error(`${node.address} mentions ${ref.$ref}.${ref.field}, which is not there`)
    return value
  })
  return withVersions(filled, run.secretVersion) as JsonObject
}

/** The input with the version of its value beside the name of each secret. */
export function withVersions(value: Json, version: (name: string) => number): Json {
  if (isSecret(value)) return { $secret: value.$secret, version: version(value.$secret) }
  if (Array.isArray(value)) return value.map(item => withVersions(item, version))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withVersions(item, version)]))
}

/** The top-level keys whose values differ. */
export function changedKeys(before: JsonObject, after: JsonObject): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.filter(key => !isDeepStrictEqual(before[key], after[key]))
}

/** Whether these inputs of a kind can be changed in place. */
export function canChange(kind: AnyKind, keys: string[]): boolean {
  if (kind.idempotency === 'upsert' && !kind.mutable) return true
  const mutable: string[] = kind.mutable ?? []
  return keys.every(key => mutable.includes(key))
}

/** The kind of a type in the state. Throws a Problem (exit 4) when this version has none. */
export function kindOf(run: Pick<Run, 'kinds'>, type: string): AnyKind {
  const kind = run.kinds.find(candidate => candidate.type === type)
  if (kind) return kind
  throw new Problem({
    what: `The state contains a resource of type "${type}", which this version does not know.`,
    next: 'Use the version of Stackwright that created it.',
    exit: Exit.preflight,
  })
}

/** Returns a function that emits what happens to one resource, with the milliseconds since `reporter` was called. */
export function reporter(
  run: Run,
  address: string,
  kind: AnyKind,
  step: string,
): (phase: Phase, more?: { id?: string; note?: string }) => void {
  const begun = performance.now()
  return (phase, more = {}) =>
    run.emit({
      is: 'resource',
      address,
      type: kind.type,
      title: kind.title,
      step,
      phase,
      ms: Math.round(performance.now() - begun),
      expectMs: kind.expectMs,
      ...more,
    })
}

/** Removes an address from the snapshot; if it is created again, it gets another token. Saves nothing. */
export function forget(state: State, address: string): void {
  delete state.entries[address]
  state.generations[address] = (state.generations[address] ?? 0) + 1
}

/** The Problem (exit 130) that is thrown in place of starting something after the first Ctrl-C. */
export function interrupted(): Problem {
  return new Problem({
    what: 'Interrupted.',
    why: 'The calls in progress were finished and their results saved.',
    next: 'Run the same command again: it continues where it stopped.',
    exit: Exit.interrupted,
  })
}

/** Whether an error is the end by Ctrl-C and not a failure. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Problem && error.exit === Exit.interrupted
}

/**
 * Several failures as one error to throw: a defect of the program first, otherwise one Problem that lists all; an
 * interruption only where nothing else failed.
 */
export function together(failures: unknown[]): unknown {
  const real = failures.filter(failure => !isInterruption(failure))
  if (real.length === 0) return failures[0]
  const defect = real.find(failure => !(failure instanceof Problem))
  if (defect || real.length === 1) return defect ?? real[0]
  const problems = real as Problem[]
  return new Problem({
    what: `${problems.length} resources failed.`,
    list: problems.map(problem => [problem.message, problem.next].filter(Boolean).join(' ')),
    next: 'Fix these problems, then run the same command again: it continues where it stopped.',
    exit: problems[0]!.exit,
    cause: problems,
  })
}
