import type { Question } from '../src/answers/question.ts'
import { type SchemaOf, schemaOf } from '../src/answers/schema.ts'
import type { Json } from '../src/base/json.ts'
import { stepsOf } from '../src/blueprints/draw.ts'
import { blueprints } from '../src/blueprints/index.ts'
import { cloudTitle } from '../src/providers/index.ts'

/** Every JSON Schema of an answers file by file name: one for each blueprint on each of its clouds. */
export async function schemas(): Promise<Record<string, Json>> {
  const files: Record<string, Json> = {}
  for (const blueprint of blueprints) {
    for (const [cloud, load] of Object.entries(blueprint.targets)) {
      const file = `${blueprint.id}-${cloud}.json`
      const of: SchemaOf = {
        id: file,
        title: `Answers for Stackwright: ${blueprint.title} on ${cloudTitle(cloud)}`,
        blueprint: blueprint.id,
        cloud,
        // Depends on who asks: the first key in their own folder.
        withoutDefault: ['machine.keyFile'],
      }
      const questions = stepsOf(await load()).flatMap(step => step.asks)
      files[file] = schemaOf(of, questions as Question<never>[])
    }
  }
  return files
}
