import type { Question } from '../src/answers/question.ts'
import { type SchemaOf, schemaOf } from '../src/answers/schema.ts'
import type { Json } from '../src/base/json.ts'
import { blueprints } from '../src/blueprints/index.ts'
import { chaptersOf } from '../src/commands/prepare.ts'
import { providers } from '../src/providers/index.ts'

/** Every JSON Schema of an answers file by file name: one for each blueprint on each of its clouds. */
export async function schemas(): Promise<Record<string, Json>> {
  const files: Record<string, Json> = {}
  for (const load of Object.values(blueprints)) {
    const blueprint = await load()
    for (const cloud of blueprint.clouds) {
      const provider = await providers[cloud]?.()
      if (!provider) continue
      const file = `${blueprint.id}-${cloud}.json`
      const of: SchemaOf = {
        id: file,
        title: `Answers for Stackwright: ${blueprint.title} on ${provider.title}`,
        blueprint: blueprint.id,
        cloud,
        defaults: blueprint.defaults,
        // Depends on who asks: the first key in their own folder.
        withoutDefault: ['machine.keyFile'],
      }
      const questions = chaptersOf(blueprint, provider).flatMap(chapter => chapter.asks)
      files[file] = schemaOf(of, questions as Question<never>[])
    }
  }
  return files
}
