import type { Given } from '../answers/gather.ts'
import { parseAnswer } from '../answers/parse.ts'
import type { Choice, Question, Values } from '../answers/question.ts'
import { choicesOf, type Deps, defaultOf, problemWith, staticChoicesOf, trackReads } from '../answers/validate.ts'
import { Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { DraftData } from './draft.ts'

/** A step of the interview: its heading and its questions, in order. */
export interface WizardStep<Lookups> {
  title: string
  asks: readonly Question<Lookups>[]
}

/** How far an interview has come. Never changed in place: going back is taking the one before. */
export interface Progress {
  /** Parsed answers; a secret as `{ $secret }`. */
  answered: ReadonlyMap<string, Json>
  /** Their default was taken, and follows what it depends on. */
  accepted: ReadonlySet<string>
  /** Started steps by heading; true: every field is shown. */
  gates: ReadonlyMap<string, boolean>
  /** Keys to ask although known or advanced: picked in the review. */
  wanted: ReadonlySet<string>
}

/** An interview that has just started. */
export const nothingAsked: Progress = { answered: new Map(), accepted: new Set(), gates: new Map(), wanted: new Set() }

/** What comes next; `gate` asks whether every field is shown. `values`: everything that is known by then. */
export type Next<Lookups> =
  | { is: 'gate'; step: WizardStep<Lookups>; hidden: Question<Lookups>[]; values: Values }
  | { is: 'ask'; step: WizardStep<Lookups>; question: Question<Lookups>; values: Values; notice?: string }
  | { is: 'review' }

/** What comes next in an interview: the start of a step, a question, or the review. */
export async function nextOf<Lookups>(
  steps: readonly WizardStep<Lookups>[],
  deps: Deps<Lookups>,
  given: ReadonlyMap<string, Given>,
  progress: Progress,
): Promise<Next<Lookups>> {
  const values: Record<string, Json> = {}
  for (const { asks } of steps) {
    for (const question of asks) {
      const value = knownValue(question, given, progress)
      if (value !== undefined) values[question.key] = value
    }
  }
  for (const step of steps) {
    const hidden = step.asks.filter(
      question => question.advanced && !given.has(question.key) && (question.when?.(values) ?? true),
    )
    if (hidden.length > 0 && !progress.gates.has(step.title)) return { is: 'gate', step, hidden, values }
    for (const question of step.asks) {
      if (question.when && !question.when(values)) {
        delete values[question.key]
        continue
      }
      const found = await valueOrNotice(question, step, deps, given, progress, values)
      if ('value' in found) values[question.key] = found.value
      else {
        delete values[question.key]
        return { is: 'ask', step, question, values, ...(found.notice !== undefined && { notice: found.notice }) }
      }
    }
  }
  return { is: 'review' }
}

/** Where a default comes from. */
export interface Origin {
  /** In the cloud. */
  looked: boolean
  /** Keys of the answers it looked at. */
  follows: string[]
}

/** What a question offers: its default and its choices, or the `notice` that they could not be looked up. */
export interface Offer {
  value?: Json
  from?: Origin
  choices?: Choice[]
  notice?: string
  /** Keys of all answers that the default and the choices looked at. */
  reads: Set<string>
}

/** The default with its origin, and the choices; a Problem of the cloud becomes the notice. */
export async function offered<Lookups>(
  question: Question<Lookups>,
  deps: Deps<Lookups>,
  values: Values,
): Promise<Offer> {
  const reads = new Set<string>()
  let looked = false
  const watching: Deps<Lookups> = { ...deps, onLive: () => (looked = true) }
  try {
    const value = await defaultOf(question, watching, trackReads(values, reads))
    reads.delete(question.key)
    const from: Origin = { looked, follows: [...reads] }
    const choices = await choicesOf(question, deps, trackReads(values, reads))
    return { ...(value !== undefined && { value, from }), ...(choices && { choices }), reads }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { notice: [error.message, error.next].filter(Boolean).join(' '), reads }
  }
}

/** The interview without `key` and without the answers that depend on it: all of these are asked again. */
export async function reopen<Lookups>(
  steps: readonly WizardStep<Lookups>[],
  deps: Deps<Lookups>,
  progress: Progress,
  key: string,
  values: Values,
): Promise<Progress> {
  const answered = new Map(progress.answered)
  const accepted = new Set(progress.accepted)
  answered.delete(key)
  accepted.delete(key)
  for (const question of steps.flatMap(step => step.asks)) {
    if (!answered.has(question.key) || question.key === key || question.type === 'secret') continue
    const { reads } = await offered(question, deps, values)
    if (reads.has(key)) answered.delete(question.key)
  }
  return { ...progress, answered, accepted, wanted: new Set([...progress.wanted, key]) }
}

/** The interview with this answer in it; undefined takes the default. */
export function answer(progress: Progress, key: string, value: Json | undefined): Progress {
  const answered = new Map(progress.answered)
  const accepted = new Set(progress.accepted)
  answered.delete(key)
  accepted.delete(key)
  if (value === undefined) accepted.add(key)
  else answered.set(key, value)
  return { ...progress, answered, accepted }
}

/** The draft of an interview; secrets are in it by name only. */
export function toDraft(progress: Progress): DraftData {
  return {
    version: 1,
    answered: Object.fromEntries(progress.answered),
    accepted: [...progress.accepted],
    gates: Object.fromEntries(progress.gates),
  }
}

/** The interview of a draft, without answers to questions that no longer exist. */
export function fromDraft(draft: DraftData, keys: string[]): Progress {
  return {
    answered: new Map(Object.entries(draft.answered).filter(([key]) => keys.includes(key))),
    accepted: new Set(draft.accepted.filter(key => keys.includes(key))),
    gates: new Map(Object.entries(draft.gates)),
    wanted: new Set(),
  }
}

async function valueOrNotice<Lookups>(
  question: Question<Lookups>,
  step: WizardStep<Lookups>,
  deps: Deps<Lookups>,
  given: ReadonlyMap<string, Given>,
  progress: Progress,
  values: Values,
): Promise<{ value: Json } | { notice?: string }> {
  const { key } = question
  const value = knownValue(question, given, progress)
  if (value !== undefined) {
    const notice = problemWith(question, value, values)
    return notice === undefined || given.get(key)?.source === 'saved' ? { value } : { notice }
  }
  const shown = !question.advanced || progress.wanted.has(key) || progress.gates.get(step.title) === true
  if (shown && !progress.accepted.has(key)) return {}
  const offer = await offered(question, deps, values)
  if (offer.value === undefined) return offer.notice === undefined ? {} : { notice: offer.notice }
  if (question.type === 'secret') return { value: { $secret: key } }
  const notice = problemWith(question, offer.value, values, offer.choices)
  return notice === undefined ? { value: offer.value } : { notice }
}

/** The value of a question that need not be asked: answered in this interview, or given by another source. */
function knownValue<Lookups>(
  question: Question<Lookups>,
  given: ReadonlyMap<string, Given>,
  progress: Progress,
): Json | undefined {
  const { key } = question
  const answered = progress.answered.get(key)
  const known = given.get(key)
  if (answered !== undefined || !known || progress.wanted.has(key)) return answered
  if (question.type === 'secret') return { $secret: key }
  if (known.source === 'saved') return known.raw
  const parsed = parseAnswer(question as Question<never>, known.raw, staticChoicesOf(question))
  return 'value' in parsed ? parsed.value : undefined
}
