import { type Drawing, draw, type Sheet } from '../engine/kind.ts'
import type { Place } from './results.ts'
import type { Step } from './step.ts'

/** Where the parts of one step draw. */
export interface StepDrawing<Lookups = unknown> extends Drawing {
  /** The stack's name. */
  stack: string
  /**
   * What the cloud would refuse in the middle of the run is looked for before its start, when any of `places` is still
   * to be made: what exists already needs no stock. Without places: before every run.
   */
  check(places: Place[], check: Check<Lookups>): void
}

/** Returns all problems, each a sentence that names the answer to change and values that would work. Reads only. */
export type Check<Lookups = unknown> = (lookups: Lookups, run: CheckedRun) => Promise<string[]>

/** What a check may know of the run it stands before. */
export interface CheckedRun {
  /** Whether this is still to be made. */
  makes(place: Place): boolean
  /** A cloud on the internet, whose domains can be looked up; false in the embedded cloud. */
  real: boolean
}

/** A check and what it is about. */
export interface DrawnCheck {
  places: Place[]
  check: Check<never>
}

/** A whole stack while it is drawn. */
export interface StackDrawing {
  /** The stack's name. */
  stack: string
  /** Where the parts of this step draw. Throws on a step that the target does not list. */
  step(id: string): StepDrawing<never>
  checks: DrawnCheck[]
}

/** An empty drawing of a stack whose nodes go on `sheet`. */
export function drawingOf(stack: string, steps: Step<never>[], sheet: Sheet): StackDrawing {
  const checks: DrawnCheck[] = []
  return {
    stack,
    checks,
    step(id) {
      if (!steps.some(step => step.id === id)) throw new Error(`the target lists no step ${id}`)
      return { ...draw(id, sheet), stack, check: (places, check) => checks.push({ places, check }) }
    },
  }
}
