import type { Json } from '../base/json.ts'
import type { Choice, Question } from './question.ts'
import { staticChoicesOf, staticDefaultOf } from './validate.ts'

/** What a schema is for. */
export interface SchemaOf {
  /** The schema's own address, for editors. */
  id: string
  title: string
  blueprint: string
  cloud: string
  /** Keys whose default depends on the computer where it is asked. */
  withoutDefault?: readonly string[]
}

/**
 * The JSON Schema (draft-07, which every editor supports) of an answers file: each answer nested in its group, and flat.
 * Values from the live cloud are not in it; `up` and `plan` check those.
 */
export function schemaOf(of: SchemaOf, questions: readonly Question<never>[]): Json {
  const groups = new Map<string, Record<string, Json>>()
  const flat: Record<string, Json> = {}
  for (const question of questions) {
    const dot = question.key.indexOf('.')
    const group = question.key.slice(0, dot)
    const property = propertyOf(question, of)
    groups.set(group, { ...groups.get(group), [question.key.slice(dot + 1)]: property })
    flat[question.key] = property
  }
  const nested = [...groups].map(([group, properties]) => [
    group,
    { type: 'object', additionalProperties: false, properties },
  ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: of.id,
    title: of.title,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      stack: {
        type: 'string',
        pattern: '^[a-z][a-z0-9-]{0,29}$',
        description: "The stack's name, here and in the names of what is made.",
      },
      blueprint: { type: 'string', enum: [of.blueprint] },
      cloud: { type: 'string', enum: [of.cloud] },
      region: { type: 'string', description: 'For example ap-northeast-1 (Tokyo).' },
      ...(Object.fromEntries(nested) as Record<string, Json>),
      ...flat,
    },
  }
}

function propertyOf(question: Question<never>, of: SchemaOf): Json {
  const unknown = question.type === 'secret' || of.withoutDefault?.includes(question.key)
  const fallback = unknown ? undefined : fixedDefaultOf(question)
  return {
    title: question.label,
    description: question.help,
    ...shapeOf(question),
    ...(fallback !== undefined && { default: fallback }),
  }
}

/** The default, where it is the same for every stack. */
function fixedDefaultOf(question: Question<never>): Json | undefined {
  const [one, other] = ['one', 'other'].map(stack => staticDefaultOf(question, stack))
  return JSON.stringify(one) === JSON.stringify(other) ? one : undefined
}

function shapeOf(question: Question<never>): Record<string, Json> {
  const choices = staticChoicesOf(question)
  switch (question.type) {
    case 'number':
      return {
        type: 'integer',
        ...(question.min !== undefined && { minimum: question.min }),
        ...(question.max !== undefined && { maximum: question.max }),
      }
    case 'yesno':
      // `yes` and `no` are strings in YAML 1.2.
      return { enum: [true, false, 'yes', 'no'] }
    case 'list': {
      const item = choices && !question.open ? { enum: choices.map(choice => choice.value) } : scalar
      return { oneOf: [{ type: 'array', items: item }, { type: 'string' }] }
    }
    case 'tags':
      return { oneOf: [{ type: 'object', additionalProperties: scalar }, { type: 'string' }] }
    case 'choice':
      return choiceShape(question, choices)
    default:
      // YAML reads 16.0 or 007 as numbers; the text is kept as it was written.
      return scalar
  }
}

const scalar = { type: ['string', 'number', 'boolean'] }

function choiceShape(question: Question<never>, choices: Choice[] | undefined): Record<string, Json> {
  if (!choices || choices.length === 0) return scalar
  const values = choices.map(choice => choice.value)
  return question.open ? { ...scalar, examples: values } : { enum: values }
}
