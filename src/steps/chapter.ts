import type { Values } from '../answers/question.ts'
import { type Drawing, draw } from '../engine/kind.ts'
import type { Chapters, Setup, Stack } from '../providers/provider.ts'
import type { SoFar, Step } from './step.ts'

/** What a chapter draws on: the results of all steps before it. Those the blueprint has not drawn are refused by name. */
export type Drawn = Stack & { stack: string; setup: Setup }

type Draws<K extends keyof Stack> = (chapter: Chapters[K], on: Drawing, values: Values, sofar: Drawn) => void

/** A step whose title, questions and drawing are the cloud's chapter of the same name. */
export function stepFor<K extends keyof Stack>(id: K, draws: Draws<K>): Step {
  return {
    id,
    title: chapters => chapters[id].title,
    asks: chapters => chapters[id].asks,
    draw(sheet, chapters, values, sofar) {
      draws(chapters[id], draw(id, sheet), values, seen(id, sofar))
    },
  }
}

/** Reads through to `sofar`; a blueprint whose steps are in the wrong order says which one is missing. */
function seen(step: string, sofar: SoFar): Drawn {
  return new Proxy(sofar, {
    get(target, name) {
      if (name === 'setup') return target.setup({ database: needed(step, sofar, 'database') })
      return typeof name === 'string' && name !== 'stack'
        ? needed(step, sofar, name as keyof Stack)
        : Reflect.get(target, name)
    },
  }) as unknown as Drawn
}

function needed<K extends keyof Stack>(step: string, sofar: SoFar, name: K): Stack[K] {
  const result = sofar[name]
  if (result === undefined) throw new Error(`the step ${step} needs ${name}, which no step before it has drawn`)
  return result as Stack[K]
}
