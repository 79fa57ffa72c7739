import type { Json } from '../base/json.ts'
import { isSecret } from '../engine/kind.ts'
import { didYouMean } from './nearest.ts'
import { parseAnswer } from './parse.ts'
import type { Asking, Choice, Question, Values } from './question.ts'

/** What a question needs to be asked: the stack's name, and the cloud where one is connected. */
export interface Deps<Lookups> {
  stack: string
  /** Undefined: no cloud is connected. What only a cloud knows is then left open without a message. */
  lookups: Lookups | undefined
  /** Called when a question looks at the cloud. */
  onLive?: () => void
}

/** The choices; undefined when the question has none or they cannot be known without a cloud. Throws what look-ups throw. */
export async function choicesOf<Lookups>(
  question: Question<Lookups>,
  deps: Deps<Lookups>,
  values: Values,
): Promise<Choice[] | undefined> {
  if (!question.choices) return undefined
  return orUnknown(deps, () => question.choices!(asking(deps, values)))
}

/** The value when none is given; undefined when there is none, or when only a cloud knows it. Throws what look-ups throw. */
export async function defaultOf<Lookups>(
  question: Question<Lookups>,
  deps: Deps<Lookups>,
  values: Values,
): Promise<Json | undefined> {
  if (!question.default) return undefined
  return orUnknown(deps, () => question.default!(asking(deps, values)))
}

/** The choices where they need no cloud and no other answer. */
export function staticChoicesOf<Lookups>(question: Question<Lookups>): Choice[] | undefined {
  return withoutCloud(() => question.choices?.(asking<Lookups>({ stack: '', lookups: undefined }, {}))) as
    | Choice[]
    | undefined
}

/** The default where it needs no cloud and no other answer; `stack` is the name that it can contain. */
export function staticDefaultOf<Lookups>(question: Question<Lookups>, stack: string): Json | undefined {
  const reads = new Set<string>()
  const value = withoutCloud(() =>
    question.default?.(asking<Lookups>({ stack, lookups: undefined }, trackReads({}, reads))),
  )
  return reads.size === 0 ? (value as Json | undefined) : undefined
}

/** A valid value of the question's type, or a sentence that says what is wrong. */
export type Validation = { value: Json } | { problem: string }

/** Parses and checks an answer. The problem is a whole sentence that does not repeat the value. */
export function validate<Lookups>(
  question: Question<Lookups>,
  raw: Json,
  values: Values,
  choices?: Choice[],
): Validation {
  const parsed = parseAnswer(question as Question<never>, raw, choices)
  if ('problem' in parsed) return { problem: `${question.label} ${parsed.problem}.` }
  const problem = problemWith(question, parsed.value, values, choices)
  return problem === undefined ? parsed : { problem }
}

/** A sentence that says what is wrong with a parsed value, or undefined. A secret is passed as its text. */
export function problemWith<Lookups>(
  question: Question<Lookups>,
  value: Json,
  values: Values,
  choices?: Choice[],
): string | undefined {
  const { label, min, max } = question
  if (typeof value === 'number' && (value < (min ?? -Infinity) || value > (max ?? Infinity))) {
    return `${label} must be ${bounds(min, max)}.`
  }
  if (question.type === 'number' && !Number.isInteger(value)) return `${label} must be a whole number.`
  if (choices && !question.open && (question.type === 'choice' || question.type === 'list')) {
    const foreign = (Array.isArray(value) ? value : [value]).find(
      item => !choices.some(choice => choice.value === item),
    )
    if (foreign !== undefined) return notAChoice(label, String(foreign), choices)
  }
  return isSecret(value) ? undefined : question.check?.(value, values)
}

/** The same values as a proxy that adds every key that is read to `reads`. */
export function trackReads(values: Values, reads: Set<string>): Values {
  return new Proxy(values, {
    get(target, key) {
      if (typeof key === 'string') reads.add(key)
      return Reflect.get(target, key) as unknown
    },
    has(target, key) {
      if (typeof key === 'string') reads.add(key)
      return Reflect.has(target, key)
    },
  })
}

function asking<Lookups>(deps: Deps<Lookups>, values: Values): Asking<Lookups> {
  // Without a cloud, a question that needs one throws on its first use of it; `orUnknown` turns that into "not known".
  return {
    values,
    stack: deps.stack,
    get lookups() {
      deps.onLive?.()
      return deps.lookups as Lookups
    },
  }
}

async function orUnknown<Lookups, T>(deps: Deps<Lookups>, work: () => T | Promise<T>): Promise<T | undefined> {
  if (deps.lookups !== undefined) return work()
  try {
    return await work()
  } catch {
    return undefined
  }
}

/** What `work` returns at once; undefined where it needs a cloud or is asynchronous. */
export function withoutCloud<T>(work: () => T | Promise<T>): T | undefined {
  try {
    const result = work()
    if (!(result instanceof Promise)) return result
    result.catch(() => undefined)
  } catch {
    // Needs a cloud.
  }
  return undefined
}

function bounds(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`
  if (max === undefined) return `at least ${min}`
  return `between ${min} and ${max}`
}

function notAChoice(label: string, value: string, choices: Choice[]): string {
  const values = choices.map(choice => String(choice.value))
  if (values.length === 0) return `${label}: there is nothing to choose from.`
  const some = values.slice(0, 12).join(', ') + (values.length > 12 ? `, and ${values.length - 12} more` : '')
  return `${label} must be one of: ${some}.${didYouMean(value, values)}`
}
