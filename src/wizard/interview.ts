import { type AnswersRequest, problemOf, type Resolved, type SecretKeeper } from '../answers/answers.ts'
import { type Given, gather } from '../answers/gather.ts'
import type { Question } from '../answers/question.ts'
import { resolveAnswers } from '../answers/resolve.ts'
import type { Deps } from '../answers/validate.ts'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { askQuestion } from './ask-question.ts'
import type { Draft } from './draft.ts'
import { heading, knownLines, say } from './page.ts'
import {
  answer,
  fromDraft,
  type Next,
  nextOf,
  nothingAsked,
  type Progress,
  reopen,
  toDraft,
  type WizardStep,
} from './progress.ts'
import { askYesNo, type Io } from './prompt.ts'
import { review } from './review.ts'
import { waitingOn } from './waiting.ts'

/** What an interview needs. */
export interface InterviewRequest<Lookups> extends Omit<AnswersRequest<Lookups>, 'questions' | 'secrets'> {
  /** The tutorial's steps with their headings, in order. */
  steps: readonly WizardStep<Lookups>[]
  secrets: SecretKeeper
  draft: Draft
  io: Io
  /** The command that continues after a stop, for the message: `stackwright up --stack web`. */
  again?: string
}

/**
 * The guided run: asks step by step what no other source has given, and ends with the review.
 * Typed secrets are in the store when it returns; generated ones are left to `keepSecrets`. The draft stays until the
 * caller clears it. Throws a Problem: exit 2 for sources that are not valid, 130 when people stop.
 */
export async function interview<Lookups>(request: InterviewRequest<Lookups>): Promise<Resolved> {
  const questions = request.steps.flatMap(step => step.asks)
  const { given, problems, warnings } = gather(questions as readonly Question<never>[], request.sources, request.allow)
  const wrong = problemOf({ missing: [], problems })
  if (wrong) throw wrong
  const deps: Deps<Lookups> = { ...request.asking, lookups: request.asking.lookups }
  const state: InterviewState<Lookups> = { request, questions, given, deps, earlier: new Map(), step: undefined }

  let path = await begin(state)
  for (;;) {
    const here = path.at(-1)!
    const next = await waitingOn(request.io, nextOf(request.steps, deps, given, here))
    const move =
      next.is === 'review'
        ? await showReview(state, here, path.length > 1)
        : await askNext(state, here, next, path.length > 1)
    if ('done' in move) return { ...move.done, warnings: [...warnings, ...move.done.warnings] }
    if ('stop' in move) throw stopped(request.again)
    if ('back' in move) path = path.slice(0, -1)
    else path = [...path, move.progress]
    await request.draft.save(toDraft(path.at(-1)!))
  }
}

interface InterviewState<Lookups> {
  request: InterviewRequest<Lookups>
  questions: readonly Question<Lookups>[]
  given: ReadonlyMap<string, Given>
  deps: Deps<Lookups>
  /** Answers before a step back, offered again. */
  earlier: Map<string, Json>
  /** The heading that was printed last. */
  step: string | undefined
}

type Move = { progress: Progress } | { back: true } | { stop: true } | { done: Resolved }

/** Starts from the beginning or from the draft: then with every answer on the path, so that going back works across the stop. */
async function begin<Lookups>({
  request,
  questions,
  given,
  deps,
  earlier,
}: InterviewState<Lookups>): Promise<Progress[]> {
  const draft = await request.draft.load()
  if (!draft) return [nothingAsked]
  const { io, secrets } = request
  const reply = await askYesNo(
    {
      label: 'Continue where you left off?',
      help: `Saved answers: ${Object.keys(draft.answered).length + draft.accepted.length}.`,
      columns: io.output.columns || 80,
      rows: io.output.rows || 24,
      back: false,
      fallback: true,
    },
    io,
    ['Yes', 'No, start over'],
  )
  if (reply.is !== 'value') throw stopped(request.again)
  if (!reply.value) {
    await request.draft.clear()
    return [nothingAsked]
  }
  const kept = fromDraft(
    draft,
    questions.map(question => question.key),
  )
  let here = nothingAsked
  const path = [here]
  for (;;) {
    const next = await waitingOn(io, nextOf(request.steps, deps, given, here))
    if (next.is === 'review' || (next.is === 'ask' && next.notice !== undefined)) return path
    if (next.is === 'gate') {
      const all = kept.gates.get(next.step.title)
      if (all === undefined) return path
      here = { ...here, gates: new Map(here.gates).set(next.step.title, all) }
    } else {
      const { key, type } = next.question
      const value = kept.answered.get(key)
      const lost = type === 'secret' && value !== undefined && !secrets.has(key)
      if (lost || (value === undefined && !kept.accepted.has(key))) return path
      if (value !== undefined) earlier.set(key, value)
      here = answer(here, key, value)
    }
    path.push(here)
  }
}

async function askNext<Lookups>(
  state: InterviewState<Lookups>,
  here: Progress,
  next: Exclude<Next<Lookups>, { is: 'review' }>,
  back: boolean,
): Promise<Move> {
  const { request, deps, earlier } = state
  const { io, steps } = request
  if (state.step !== next.step.title) {
    state.step = next.step.title
    say(io, heading(next.step.title, steps.indexOf(next.step) + 1, steps.length, io.output.columns || 80))
    say(io, knownLines(next.step, state.given, here, io))
  }
  if (next.is === 'gate') {
    const reply = await askYesNo(gateOf(next.hidden, back, io), io)
    if (reply.is !== 'value') return reply.is === 'back' ? { back: true } : { stop: true }
    return { progress: { ...here, gates: new Map(here.gates).set(next.step.title, reply.value) } }
  }
  const { question, values, notice } = next
  const reply = await askQuestion({
    question,
    deps,
    values,
    earlier: earlier.get(question.key),
    notice,
    back,
    labels: new Map(state.questions.map(({ key, label }) => [key, label])),
    secrets: request.secrets,
    io,
    waiting: work => waitingOn(io, work),
  })
  if (reply.is !== 'value') return reply.is === 'back' ? { back: true } : { stop: true }
  if (reply.value === undefined) earlier.delete(question.key)
  else earlier.set(question.key, reply.value)
  return { progress: answer(here, question.key, reply.value) }
}

async function showReview<Lookups>(state: InterviewState<Lookups>, here: Progress, back: boolean): Promise<Move> {
  const { request, questions, given, deps, earlier } = state
  const final = new Map([...given].filter(([key]) => !here.wanted.has(key)))
  for (const [key, raw] of here.answered) final.set(key, { raw, source: 'prompt', place: 'your answer' })
  const resolved = await waitingOn(request.io, resolveAnswers({ ...request, questions }, final))
  state.step = undefined
  const reply = await review({ steps: request.steps, resolved, back, io: request.io })
  if (reply.is === 'stop') return { stop: true }
  if (reply.is === 'back') return { back: true }
  if (reply.value === undefined) return { done: resolved }
  const key = reply.value
  const old = resolved.answers[key]?.value
  if (old !== undefined) earlier.set(key, old)
  const values = Object.fromEntries(Object.entries(resolved.answers).map(([name, item]) => [name, item.value]))
  return { progress: await waitingOn(request.io, reopen(request.steps, deps, here, key, values)) }
}

function gateOf<Lookups>(hidden: Question<Lookups>[], back: boolean, io: Io) {
  return {
    label: 'Show every field of this step?',
    help: `${hidden.length} more, with ${hidden.length === 1 ? 'a default that fits' : 'defaults that fit'} almost everyone: ${hidden.map(question => question.label).join(', ')}.`,
    columns: io.output.columns || 80,
    rows: io.output.rows || 24,
    back,
    fallback: false,
  }
}

function stopped(again: string | undefined): Problem {
  return new Problem({
    what: 'Stopped.',
    why: 'Nothing was changed. Your answers so far are saved.',
    next: `To continue where you stopped: ${again ?? 'run the same command again'}`,
    exit: Exit.interrupted,
  })
}
