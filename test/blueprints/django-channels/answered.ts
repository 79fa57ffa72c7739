import { answersFrom, valuesOf } from '../../../src/answers/answers.ts'
import type { Values } from '../../../src/answers/question.ts'
import type { AwsLookups } from '../../../src/providers/aws/lookups.ts'
import { connected } from '../../providers/aws/connected.ts'
import { drawnFrom, questionsOf, targetOf } from '../../support/blueprints.ts'

const id = 'django-channels'

/** An embedded cloud that the questions are asked of. */
export async function asked() {
  const { lookups, close } = await connected()

  /** What a run without a terminal answers, with what `--set` gives. */
  async function answered(set: Record<string, string> = {}) {
    const sources = { flags: new Map(Object.entries(set)), env: {} }
    return answersFrom<AwsLookups>({
      questions: await questionsOf(id),
      sources,
      asking: { stack: 'demo', lookups },
    })
  }

  /** What is drawn from good answers. */
  async function drawn(set: Record<string, string> = {}) {
    const { answers, missing, problems } = await answered(set)
    if (missing.length + problems.length > 0) throw new Error(JSON.stringify({ missing, problems }))
    const values: Values = valuesOf(answers)
    const { sheet, served, checks } = drawnFrom(await targetOf(id), values)
    return { nodes: sheet.nodes, texts: sheet.texts, served, checks, values }
  }

  return { answered, drawn, close }
}
