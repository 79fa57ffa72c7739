import type { Json } from '../base/json.ts'

/** Values of the answered questions by key. Secrets are not among them: they live in the secret store. */
export type Values = Readonly<Record<string, Json>>

export interface Choice {
  value: string | number | boolean
  /** What a person reads: `ecs.g6.large   2 vCPU   8 GiB`. */
  name: string
  hint?: string
}

/**
 * What the connected cloud can tell a question: regions, zones, stock. Absent where nobody is connected
 * (writing the JSON Schema, `--help`). Every function may throw a Problem. Answers are cached for the interview.
 */
export interface Asking<Live = unknown> {
  values: Values
  stack: string
  live: Live
}

/**
 * One thing a person decides: a field of the tutorial's page. The same object serves the guided run, `--set`,
 * the environment, the answers file, the saved state and the JSON Schema.
 */
export interface Question<Live = unknown> {
  /** `chapter.field`: `--set vpc.cidr=…`, `STACKWRIGHT_VPC_CIDR`, in the answers file nested as `vpc: { cidr }` or flat. */
  key: string
  /** The field's label, in the console's words: `IPv4 CIDR block`. */
  label: string
  /** One or two sentences for who does not know clouds. */
  help: string
  type: 'text' | 'secret' | 'number' | 'yesno' | 'choice' | 'list' | 'tags'
  /** Asked, and allowed to be given, only when this holds. */
  when?(values: Values): boolean
  /** What it is when nobody says. Undefined: must be given. Secrets: `'generate'` makes one into the secret store. */
  default?(asking: Asking<Live>): Json | undefined | Promise<Json | undefined>
  /** For `choice` and `list`: what can be had, most fitting first. Where it is not `open`, anything else is an error. */
  choices?(asking: Asking<Live>): Choice[] | Promise<Choice[]>
  /** Values outside `choices` are allowed too. */
  open?: boolean
  /** The sentence that says what is wrong with a value, or nothing. Needs no cloud; sees the other values. */
  check?(value: Json, values: Values): string | undefined
  /** What people should know of an answer before they say yes, although it is allowed. A sentence, or nothing. */
  caution?(value: Json, values: Values): string | undefined
  /** For `number`: bounds, both inclusive. */
  min?: number
  max?: number
  /** Asked in the guided run only when "show every field" is chosen; its default is good for nearly everyone. */
  advanced?: boolean
  /** Its default is made for this one stack (a generated key): a replay leaves it out, so that it is made again. */
  made?(values: Values): boolean
}

/** Where a value came from, shown beside it. Earlier in this list wins. */
export type Source = 'flag' | 'environment' | 'answers file' | 'saved' | 'prompt' | 'default'

export interface Answer {
  value: Json
  source: Source
}

export type Answers = Readonly<Record<string, Answer>>

/** `vpc.cidr` → `STACKWRIGHT_VPC_CIDR`; `app.healthPath` → `STACKWRIGHT_APP_HEALTH_PATH`. */
export function variableOf(key: string): string {
  return (
    'STACKWRIGHT_' +
    key
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[.-]/g, '_')
      .toUpperCase()
  )
}
