import { CloudProblem, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { isSecret } from '../engine/kind.ts'
import type { AnswersFile } from './file.ts'
import { type Given, type Sources, secretText } from './gather.ts'
import { parseAnswer, printable } from './parse.ts'
import { type Answer, type Answers, type Question, variableOf } from './question.ts'
import { reportUnused, type Unused, unusedAnswer } from './unused.ts'
import { choicesOf, type Deps, defaultOf, problemWith, staticChoicesOf, trackReads, validate } from './validate.ts'

/** The part of the secret store (`openSecrets`) that resolving answers reads. */
export interface SecretReader {
  has(name: string): boolean
  get(name: string): string | undefined
}

/** What answers are resolved from. */
export interface AnswersRequest<Lookups> {
  /** In the order in which they are asked: defaults are computed in it. */
  questions: readonly Question<Lookups>[]
  sources: Sources
  /** `lookups` undefined: no cloud is connected. What only a cloud knows is then neither missing nor wrong. */
  asking: { stack: string; lookups?: Lookups | undefined }
  /** Only read. Absent: no secret is known. */
  secrets?: SecretReader | undefined
  /** STACKWRIGHT_ variables that are known besides `knownVariables`. */
  allow?: readonly string[]
}

/** A question without an answer and without a default, with the ways to answer it. */
export interface Missing {
  key: string
  label: string
  /** `--set app.repository=…` */
  flag: string
  /** `STACKWRIGHT_APP_REPOSITORY` */
  variable: string
}

/** The answers of one run, with everything that is wrong or missing. */
export interface Resolved {
  /** In the questions' order; only of questions that apply. A secret's value is `{ $secret: key }`. */
  answers: Answers
  missing: Missing[]
  /** Whole sentences, each with the key and where the value came from. Never with a secret. */
  problems: string[]
  /** About the sources: a secret where others can read it, a saved answer that no longer applies. */
  warnings: string[]
  /** About the answers, to be shown beside the plan: SSH open to the world. */
  cautions: string[]
  /** What `keepSecrets` will write; nothing is written before. `generate`: the length. */
  secrets: ReadonlyMap<string, { set: string } | { generate: number }>
}

/**
 * The one way from given values to answers; the guided interview ends with it too. Writes nothing. Throws only what the
 * cloud's look-ups throw.
 */
export async function resolveAnswers<Lookups>(
  request: Omit<AnswersRequest<Lookups>, 'allow'>,
  given: ReadonlyMap<string, Given>,
): Promise<Resolved> {
  const deps: Deps<Lookups> = { ...request.asking, lookups: request.asking.lookups }
  const run: Resolution<Lookups> = {
    deps,
    given,
    file: request.sources.file,
    store: request.secrets,
    values: givenValues(request.questions, given),
    answers: {},
    clear: new Map(),
    unused: [],
    result: { missing: [], problems: [], warnings: [], cautions: [], secrets: new Map() },
  }
  for (const question of request.questions) await resolveQuestion(run, question)
  const { problems, warnings } = reportUnused(run.unused)
  run.result.problems.push(...problems)
  run.result.warnings.push(...warnings)
  for (const question of request.questions.filter(question => run.given.has(question.key)))
    await checkAnswer(run, question)
  // A default that follows a wrong answer is wrong too: it is reported only when nothing else is wrong.
  const clean = run.result.problems.length === 0
  const rest = clean ? request.questions.filter(question => !run.given.has(question.key)) : []
  for (const question of rest) await checkAnswer(run, question)
  for (const question of request.questions) addCaution(run, question)
  return { answers: run.answers, ...run.result }
}

interface Resolution<Lookups> {
  deps: Deps<Lookups>
  given: ReadonlyMap<string, Given>
  file: AnswersFile | undefined
  store: SecretReader | undefined
  /** Grows; holds given values of later questions from the start, so that earlier defaults can follow them. */
  values: Record<string, Json>
  answers: Record<string, Answer>
  /** Secrets given in this run, for their checks. */
  clear: Map<string, string>
  unused: Unused[]
  result: Omit<Resolved, 'answers' | 'secrets'> & { secrets: Map<string, { set: string } | { generate: number }> }
}

function givenValues<Lookups>(
  questions: readonly Question<Lookups>[],
  given: ReadonlyMap<string, Given>,
): Record<string, Json> {
  const values: Record<string, Json> = {}
  for (const question of questions) {
    const raw = given.get(question.key)?.raw
    if (raw === undefined) continue
    const parsed =
      question.type === 'secret'
        ? { value: { $secret: question.key } }
        : parseAnswer(question as Question<never>, raw, staticChoicesOf(question))
    if ('value' in parsed) values[question.key] = parsed.value
  }
  return values
}

async function resolveQuestion<Lookups>(run: Resolution<Lookups>, question: Question<Lookups>): Promise<void> {
  const { key } = question
  const given = run.given.get(key)
  const reads = new Set<string>()
  if (question.when && !question.when(trackReads(run.values, reads))) {
    delete run.values[key]
    const unused = unusedAnswer(key, run.given, reads, run.values, run.unused)
    if (unused) run.unused.push(unused)
    return
  }
  const found =
    question.type === 'secret' ? await secretAnswer(run, question, given) : await plainAnswer(run, question, given)
  if (!found) return
  run.answers[key] = found
  run.values[key] = found.value
}

async function plainAnswer<Lookups>(
  run: Resolution<Lookups>,
  question: Question<Lookups>,
  given: Given | undefined,
): Promise<Answer | undefined> {
  const { key } = question
  if (!given) {
    let cloudTells = false
    const onLive = () => {
      cloudTells = true
    }
    const value = await collectProblem(run, question, () => defaultOf(question, { ...run.deps, onLive }, run.values))
    if (value === failed) return undefined
    if (value !== undefined) return { value, source: 'default' }
    // Without a cloud a default that only a cloud knows is not missing yet.
    if (run.deps.lookups !== undefined || !cloudTells) run.result.missing.push(missing(question))
    return undefined
  }
  const choices =
    question.type === 'choice' && given.source !== 'saved' ? await choicesOf(question, run.deps, run.values) : undefined
  const parsed =
    given.source === 'saved' ? { value: given.raw } : parseAnswer(question as Question<never>, given.raw, choices)
  if ('value' in parsed) return { value: parsed.value, source: given.source }
  delete run.values[key]
  run.result.problems.push(`${inSource(question, given)}: ${question.label} ${parsed.problem}.`)
  return undefined
}

const failed = Symbol('failed')

/** A default that does not exist (no zone offers both) is one problem among others; a failing cloud ends everything. */
async function collectProblem<Lookups, T>(
  run: Resolution<Lookups>,
  { key, label }: Question<Lookups>,
  work: () => Promise<T>,
): Promise<T | typeof failed> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof CloudProblem) throw error
    run.result.problems.push(`${key} (its default): ${label}: ${error.message}`)
    return failed
  }
}

async function secretAnswer<Lookups>(
  run: Resolution<Lookups>,
  question: Question<Lookups>,
  given: Given | undefined,
): Promise<Answer | undefined> {
  const { key } = question
  const value = { $secret: key }
  if (given && !isSecret(given.raw)) {
    const text = await secretValue(run, question, given)
    if (text === undefined) return undefined
    run.clear.set(key, text)
    run.result.secrets.set(key, { set: text })
    return { value, source: given.source }
  }
  if (run.store?.has(key)) return { value, source: given?.source ?? 'saved' }
  if (given && run.store) {
    // A resource in the cloud has this password; a generated one would be known only here.
    run.result.problems.push(
      `${key}: this secret is no longer in the secret store. Give it again: ${variableOf(key)} or --set ${key}=@FILE.`,
    )
    return undefined
  }
  const made = await defaultOf(question, run.deps, run.values)
  const length = typeof made === 'string' ? /^generate(?::(\d+))?$/.exec(made) : null
  if (length) {
    run.result.secrets.set(key, { generate: Number(length[1] ?? 20) })
    return { value, source: given?.source ?? 'default' }
  }
  run.result.missing.push(missing(question))
  return undefined
}

async function secretValue<Lookups>(
  run: Resolution<Lookups>,
  question: Question<Lookups>,
  given: Given,
): Promise<string | undefined> {
  try {
    const parsed = parseAnswer(question as Question<never>, await secretText(given, run.file))
    if ('value' in parsed) return String(parsed.value)
    run.result.problems.push(`${given.place}: ${question.label} ${parsed.problem}.`)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    run.result.problems.push(error.what)
  }
  delete run.values[question.key]
  return undefined
}

async function checkAnswer<Lookups>(run: Resolution<Lookups>, question: Question<Lookups>): Promise<void> {
  const found = run.answers[question.key]
  if (!found) return
  const given = run.given.get(question.key)
  if (isSecret(found.value)) {
    const clear = run.clear.get(question.key)
    const result = clear === undefined ? undefined : validate(question, clear, run.values)
    if (result && 'problem' in result) run.result.problems.push(`${given?.place ?? question.key}: ${result.problem}`)
    return
  }
  // A saved answer was available when it was chosen; a type that has sold out since does not affect what exists.
  const choices = found.source === 'saved' ? undefined : await choicesOf(question, run.deps, run.values)
  const problem = problemWith(question, found.value, run.values, choices)
  if (problem !== undefined) run.result.problems.push(`${inSource(question, given, found.value)}: ${problem}`)
}

function addCaution<Lookups>(
  { answers, values, result }: Resolution<Lookups>,
  { key, caution }: Question<Lookups>,
): void {
  const value = answers[key]?.value
  const message = value === undefined ? undefined : caution?.(value, values)
  if (message !== undefined) result.cautions.push(message)
}

function inSource<Lookups>(question: Question<Lookups>, given: Given | undefined, value?: Json): string {
  const text = `${question.key} = ${printable(given?.raw ?? value ?? '')}`
  return `${text} (${given ? placeName(given) : 'its default'})`
}

function placeName(given: Given): string {
  return given.source === 'flag' ? '--set' : given.source === 'prompt' ? 'your answer' : given.place
}

function missing<Lookups>({ key, label }: Question<Lookups>): Missing {
  return { key, label, flag: `--set ${key}=…`, variable: variableOf(key) }
}
