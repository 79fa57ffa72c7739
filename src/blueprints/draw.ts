import type { Values } from '../answers/question.ts'
import type { Sheet } from '../engine/kind.ts'
import { type DrawnCheck, drawingOf } from '../steps/drawing.ts'
import type { Step } from '../steps/step.ts'
import type { BlueprintTarget, Served } from './blueprint.ts'

/** What the answers mean: the nodes, what preflight has to look at, and where the stack will answer. */
export interface Drawn {
  sheet: Sheet
  checks: DrawnCheck[]
  served: Served
}

/** Draws a blueprint. `texts` is filled with the long texts that inputs mention by hash. Reads nothing of the cloud. */
export function drawBlueprint(
  target: BlueprintTarget,
  { stack, values, texts }: { stack: string; values: Values; texts: Map<string, string> },
): Drawn {
  const sheet: Sheet = { nodes: [], texts }
  const on = drawingOf(stack, target.steps, sheet)
  const served = target.draw(on, values)
  const order = target.steps.map(({ id }) => id)
  // People read the plan step by step, whatever order the parts were drawn in.
  sheet.nodes.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step))
  return { sheet, checks: on.checks, served }
}

/** The steps of a target with their questions; a question that two of them ask stands in the first. */
export function stepsOf(target: BlueprintTarget): Step[] {
  const seen = new Set<string>()
  return target.steps.map(({ id, title, asks }) => {
    const own = asks.filter(question => !seen.has(question.key))
    for (const question of own) seen.add(question.key)
    return { id, title, asks: own } as Step
  })
}
