import type { Json } from '../base/json.ts'

/** Values of the answered questions by key. Secrets are not among them: they live in the secret store. */
export type Values = Readonly<Record<string, Json>>

/** One of the values to choose from. */
export interface Choice {
  value: string | number | boolean
  /** What a person reads: `ecs.g6.large   2 vCPU   8 GiB`. */
  name: string
  /** Shown while this choice is highlighted. */
  hint?: string
}

/**
 * What a question's functions get: the other answers, the stack's name, and the connected cloud's look-ups (regions,
 * zones, stock). `lookups` is undefined where no cloud is connected (writing the JSON Schema, `--help`). Every look-up can
 * throw a Problem; results are cached for the interview.
 */
export interface Asking<Lookups = unknown> {
  values: Values
  stack: string
  lookups: Lookups
}

/**
 * One decision: a field of the tutorial's page. The same object serves the guided run, `--set`, the environment, the
 * answers file, the saved state and the JSON Schema.
 */
export interface Question<Lookups = unknown> {
  /** `group.field`: `--set vpc.cidr=…`, `STACKWRIGHT_VPC_CIDR`, in the answers file nested as `vpc: { cidr }` or flat. */
  key: string
  /** The field's label, in the console's words: `IPv4 CIDR block`. */
  label: string
  /** One or two sentences for people who do not know clouds. */
  help: string
  type: 'text' | 'secret' | 'number' | 'yesno' | 'choice' | 'list' | 'tags'
  /** Whether the question applies: otherwise it is not asked, and an answer to it is an error. */
  when?(values: Values): boolean
  /** The value when none is given. Undefined: it must be given. Secrets: `'generate'` (or `'generate:30'`) generates one. */
  default?(asking: Asking<Lookups>): Json | undefined | Promise<Json | undefined>
  /** For `choice` and `list`: what is available, best first. Anything else is an error unless the question is `open`. */
  choices?(asking: Asking<Lookups>): Choice[] | Promise<Choice[]>
  /** Values outside `choices` are allowed too. */
  open?: boolean
  /** A sentence that says what is wrong with a value, or undefined. Needs no cloud; sees the other values. */
  check?(value: Json, values: Values): string | undefined
  /** What people should know about an allowed answer before they confirm the plan. A sentence, or undefined. */
  caution?(value: Json, values: Values): string | undefined
  /** For `number`: bounds, both inclusive. */
  min?: number
  max?: number
  /** Asked in the guided run only when "show every field" is chosen; its default fits almost everyone. */
  advanced?: boolean
  /** Whether its default is generated for this one stack (a key): a replay omits it, so that a new one is generated. */
  made?(values: Values): boolean
}

/** Where a value came from, shown beside it. Earlier in this list wins. */
export type Source = 'flag' | 'environment' | 'answers file' | 'saved' | 'prompt' | 'default'

/** A value of the question's type and its source. */
export interface Answer {
  value: Json
  source: Source
}

/** Answers by key, in the questions' order. */
export type Answers = Readonly<Record<string, Answer>>

/** The environment variable of a key: `vpc.cidr` → `STACKWRIGHT_VPC_CIDR`, `app.healthPath` → `STACKWRIGHT_APP_HEALTH_PATH`. */
export function variableOf(key: string): string {
  return (
    'STACKWRIGHT_' +
    key
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[.-]/g, '_')
      .toUpperCase()
  )
}
