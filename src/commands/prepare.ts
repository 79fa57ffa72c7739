import { answersFrom, parseSet, problemOf, type Resolved, type Sources, valuesOf } from '../answers/answers.ts'
import type { Question } from '../answers/question.ts'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type Drawn, drawBlueprint, stepsOf } from '../blueprints/draw.ts'
import { planUp } from '../engine/plan.ts'
import type { PlanLine } from '../events.ts'
import { preflight } from '../steps/preflight.ts'
import type { Step } from '../steps/step.ts'
import type { Link } from './connect.ts'
import type { Session } from './session.ts'
import { type BuildTarget, targetsFor } from './target.ts'

/** From answers to a plan, for `up` and `plan` alike. */
export interface Prepared {
  resolved: Resolved
  values: Record<string, Json>
  drawn: Drawn
  lines: PlanLine[]
}

/** All questions of a target, in the order in which they are asked. */
export function questionsOf(target: BuildTarget): Question[] {
  return stepsOf(target.drawing).flatMap(step => step.asks)
}

/** Where answers come from in this command, before anybody is asked. Throws a Problem (exit 2) for a `--set` of the wrong form. */
export function sourcesOf({ flags, env }: Session, target: BuildTarget): Sources {
  return {
    flags: parseSet(flags.set),
    env,
    ...(target.file && { file: target.file }),
    ...(target.saved && { saved: target.saved.answers }),
  }
}

/** What is wrong with the answers as far as it can be known without a cloud. */
export async function problemBeforehand(session: Session, target: BuildTarget): Promise<Problem | undefined> {
  const resolved = await answersFrom({
    questions: questionsOf(target),
    sources: sourcesOf(session, target),
    asking: { stack: target.stack },
  })
  return problemOf(session.interactive ? { missing: [], problems: resolved.problems } : resolved)
}

/** Answers without anybody to ask, with the cloud connected. Throws a Problem (exit 2) with all that is wrong or missing. */
export async function answersNow(session: Session, target: BuildTarget, link: Link): Promise<Resolved> {
  const resolved = await answersFrom({
    questions: questionsOf(target),
    sources: sourcesOf(session, target),
    asking: { stack: target.stack, lookups: link.connected.lookups },
    secrets: link.secrets,
  })
  for (const text of resolved.warnings) session.view.emit({ is: 'warning', text })
  const problem = problemOf(resolved)
  if (problem) throw problem
  return resolved
}

/** What people should know before they say yes; it stands below the plan, where it is read last. */
export function tellCautions({ view }: Session, { cautions }: Resolved): void {
  for (const text of cautions) view.emit({ is: 'warning', text })
}

/** Draws what the answers mean, and compares it with what is saved. Throws a Problem (exit 4) with all that would stop the run later. */
export async function prepare(target: BuildTarget, link: Link, resolved: Resolved): Promise<Prepared> {
  const values = valuesOf(resolved.answers)
  const drawn = drawBlueprint(target.drawing, { stack: target.stack, values, texts: link.texts })
  const { secrets } = link
  const lines = planUp(drawn.sheet, target.saved, name => versionAfter(name, resolved, secrets), target.provider.kinds)
  refuseChanges(lines)
  // What exists needs no stock: a zone that has run out since must not stop the next run.
  const making = new Set(lines.filter(({ action }) => action === 'create').map(({ address }) => address))
  const { lookups } = link.connected
  const problems = await preflight(drawn.checks, lookups, { making, real: !target.sandbox })
  if (problems.length > 0) {
    throw new Problem({
      what: 'This would not work. Nothing was changed.',
      list: problems,
      next: 'Change the answers that are named and run the command again.',
      exit: Exit.preflight,
    })
  }
  return { resolved, values, drawn, lines }
}

/** The version a secret will have once the answers are kept: a new value is a change, the same one is not. */
function versionAfter(
  name: string,
  { secrets: pending }: Resolved,
  store: { get(name: string): string | undefined; version(name: string): number },
): number {
  const coming = pending.get(name)
  const now = store.version(name)
  if (!coming) return now
  if ('generate' in coming) return Math.max(1, now)
  return store.get(name) === coming.set ? now : now + 1
}

/** With one change that an existing resource cannot take, nothing is started. */
function refuseChanges(lines: PlanLine[]): void {
  const refused = lines.filter(line => line.action === 'refused')
  if (refused.length === 0) return
  throw new Problem({
    what: 'Some changes need resources to be recreated. Nothing was changed.',
    list: refused.map(line => `${line.title} ${line.address}: ${(line.changes ?? []).map(sentence).join('; ')}.`),
    next: 'Give the earlier answers again, tear the stack down and build it again, or build another stack with --stack.',
    exit: Exit.preflight,
  })
}

function sentence({ key, from, to }: { key: string; from: Json; to: Json }): string {
  return `${key} is ${JSON.stringify(from)} and would be ${JSON.stringify(to)}`
}

/** Headings by step, for the views. */
export function titlesOf(steps: Step<never>[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, title }) => [id, title]))
}

/**
 * Headings of a saved stack's steps, in the tutorial's order. Of a blueprint that is not known here, those that all
 * blueprints of the cloud share: the others stand under the name of the step.
 */
export async function savedTitles(
  { blueprints }: Session,
  blueprint: string,
  cloud: string,
): Promise<Record<string, string>> {
  const known = blueprints.filter(({ id }) => id === blueprint)
  const targets = await targetsFor(known.length > 0 ? known : blueprints, cloud)
  const [first = {}, ...others] = targets.map(({ steps }) => titlesOf(steps))
  const shared = (step: string, title: string) => others.every(other => other[step] === title)
  return Object.fromEntries(Object.entries(first).map(([step, title]) => [step, shared(step, title) ? title : step]))
}

/** The same things step by step. Within a step nothing moves; unknown steps come last. */
export function byStep<T extends { step: string }>(things: T[], order: string[]): T[] {
  const place = (thing: T) => (order.includes(thing.step) ? order.indexOf(thing.step) : order.length)
  return [...things].sort((a, b) => place(a) - place(b))
}
