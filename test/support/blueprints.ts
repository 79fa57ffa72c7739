import type { Question, Values } from '../../src/answers/question.ts'
import type { BlueprintTarget } from '../../src/blueprints/blueprint.ts'
import { type Drawn, drawBlueprint, stepsOf } from '../../src/blueprints/draw.ts'
import { blueprints } from '../../src/blueprints/index.ts'
import type { Connected } from '../../src/providers/provider.ts'
import { preflight } from '../../src/steps/preflight.ts'

/** A blueprint on its only cloud. */
export async function targetOf(id: string): Promise<BlueprintTarget> {
  const blueprint = blueprints.find(one => one.id === id)
  const [load] = Object.values(blueprint?.targets ?? {})
  if (!load) throw new Error(`no blueprint ${id}`)
  return load()
}

/** All questions of a blueprint, in the order in which they are asked. */
export async function questionsOf(id: string): Promise<Question[]> {
  return stepsOf(await targetOf(id)).flatMap(({ asks }) => asks)
}

/** What a blueprint draws from these answers, for a stack `demo`. */
export function drawnFrom(target: BlueprintTarget, values: Values): Drawn {
  return drawBlueprint(target, { stack: 'demo', values, texts: new Map() })
}

/** What the preflight of a stack with these answers says; `making`: the addresses to be made, all when absent. */
export async function preflightOf(
  id: string,
  { lookups }: Pick<Connected, 'lookups'>,
  values: Values,
  making?: ReadonlySet<string>,
): Promise<string[]> {
  const { checks, sheet } = drawnFrom(await targetOf(id), values)
  const all = new Set(sheet.nodes.map(({ address }) => address))
  return preflight(checks, lookups, { making: making ?? all, real: false })
}
