import type { SecretKeeper } from '../answers/answers.ts'
import { parseAnswer, textOf } from '../answers/parse.ts'
import { generatePassword } from '../answers/password.ts'
import type { Choice, Question, Values } from '../answers/question.ts'
import type { Deps } from '../answers/validate.ts'
import { problemWith, validate } from '../answers/validate.ts'
import type { Json } from '../base/json.ts'
import { type Origin, offered } from './progress.ts'
import { askLine, askPick, askYesNo, type Io, type Reply } from './prompt.ts'

/** A question and what is needed to ask it. */
export interface QuestionContext<Lookups> {
  question: Question<Lookups>
  deps: Deps<Lookups>
  values: Values
  /** The answer before a step back; offered again when it is still valid. */
  earlier?: Json | undefined
  /** Why it is asked again. */
  notice?: string | undefined
  /** Whether there is a question to go back to. */
  back: boolean
  /** Labels by key, to say what a default follows. */
  labels: ReadonlyMap<string, string>
  secrets: SecretKeeper
  io: Io
  /** Waits for the cloud with a message on the screen; rejects when people stop in the meantime. */
  waiting<T>(work: Promise<T>): Promise<T>
}

/** Asks one question. The value `undefined` means its default, whatever that will be. Secrets are stored at once. */
export async function askQuestion<Lookups>(context: QuestionContext<Lookups>): Promise<Reply<Json | undefined>> {
  const { question, deps, values, io } = context
  if (question.type === 'secret') return askSecret(context)
  const offer = await context.waiting(offered(question, deps, values))
  // A default that other answers have made invalid is not offered: Enter must never ask the same question again.
  const wrong = offer.value === undefined ? undefined : problemWith(question, offer.value, values, offer.choices)
  const stillRight = context.earlier !== undefined && !problemWith(question, context.earlier, values, offer.choices)
  const fallback = stillRight ? context.earlier : wrong === undefined ? offer.value : undefined
  const from =
    fallback === undefined
      ? ''
      : stillRight
        ? 'The default is your earlier answer.'
        : // A default with a caution is not recommended here.
          question.caution?.(fallback, values)
          ? ''
          : originOf(offer.from, context)
  const common = {
    label: question.label,
    help: [question.help, from].filter(Boolean).join(' '),
    notice: context.notice ?? offer.notice ?? wrong,
    columns: io.output.columns || 80,
    back: context.back,
  }
  /** The default stays a default: it follows when an answer before it changes. */
  const settled = (value: Json): Reply<Json | undefined> => {
    const same = offer.value !== undefined && JSON.stringify(value) === JSON.stringify(offer.value)
    return { is: 'value', value: same ? undefined : value }
  }

  if (question.type === 'yesno') {
    const reply = await askYesNo({ ...common, rows: io.output.rows || 24, fallback: fallback as boolean }, io)
    return reply.is === 'value' ? settled(reply.value) : reply
  }
  if (question.type === 'choice' && offer.choices && offer.choices.length > 0) {
    const reply = await askPick(
      { ...common, ...pickOf(question, offer.choices, values), rows: io.output.rows || 24, fallback },
      io,
    )
    return reply.is === 'value' ? settled(toType(question, reply.value, offer.choices)) : reply
  }
  const reply = await askLine(
    {
      ...common,
      help: [common.help, examples(offer.choices)].filter(Boolean).join(' '),
      fallback: fallback === undefined ? undefined : textOf(question as Question<never>, fallback),
      check(text) {
        const result = validate(question, text, values, offer.choices)
        return 'problem' in result ? result.problem : text === '' ? emptyProblem(question) : undefined
      },
    },
    io,
  )
  if (reply.is !== 'value') return reply
  return settled(reply.value === undefined ? fallback! : toType(question, reply.value, offer.choices))
}

/** Masked and typed twice; written to the secret store at once, so that nothing else ever holds it. */
async function askSecret<Lookups>(context: QuestionContext<Lookups>): Promise<Reply<Json | undefined>> {
  const { question, deps, values, secrets, io } = context
  const { key } = question
  const reference: Json = { $secret: key }
  const made = (await offered(question, deps, values)).value
  const generates = typeof made === 'string' && made.startsWith('generate')
  const kept = secrets.has(key) && context.earlier !== undefined
  const fallback = kept ? 'the one you gave before' : generates ? 'a strong one is generated for you' : undefined
  const common = { columns: io.output.columns || 80, masked: true }
  let notice = context.notice
  for (;;) {
    const first = await askLine(
      {
        ...common,
        label: question.label,
        help: `${question.help} It is kept only in the secret store and never shown.`,
        notice,
        back: context.back,
        fallback,
        check(text) {
          const result = text === '' ? { problem: `${question.label} is required.` } : validate(question, text, values)
          return 'problem' in result ? result.problem : undefined
        },
      },
      io,
    )
    if (first.is !== 'value') return first
    if (first.value === undefined) {
      if (kept) return { is: 'value', value: reference }
      // A secret typed before a step back must not be used as "already in the store".
      if (secrets.has(key)) {
        const length = Number(/:(\d+)$/.exec(String(made))?.[1] ?? 20)
        await secrets.set(key, generatePassword(length))
        return { is: 'value', value: reference }
      }
      return { is: 'value', value: undefined }
    }
    const text = first.value
    const again = await askLine({ ...common, label: `${question.label} again`, back: true, check: () => undefined }, io)
    if (again.is === 'stop') return again
    if (again.is === 'value' && (again.value ?? '') === text) {
      await secrets.set(key, text)
      return { is: 'value', value: reference }
    }
    notice = again.is === 'back' ? undefined : 'The two entries do not match. Type it again.'
  }
}

/** One sentence that says where the default comes from. */
function originOf<Lookups>(from: Origin | undefined, { labels, values, question }: QuestionContext<Lookups>): string {
  if (!from) return ''
  const names = from.follows.filter(key => values[key] !== undefined).map(key => labels.get(key) ?? key)
  // The same label in another step would read as if the default followed itself.
  const others = [...new Set(names)].filter(name => name !== question.label).slice(0, 2)
  const follows =
    others.length > 0 ? `follows ${others.join(' and ')}` : names.length > 0 ? 'follows your other answers' : ''
  if (from.looked) return `The default was looked up in the cloud${follows && ` and ${follows}`}.`
  return `The default ${follows || 'fits almost everyone'}.`
}

function pickOf<Lookups>(question: Question<Lookups>, choices: Choice[], values: Values) {
  const items = choices.map(({ value, name, hint }) => ({ value: value as Json, name, hint }))
  if (!question.open) return { items }
  const open = (text: string) => {
    const result = validate(question, text, values)
    return 'problem' in result ? result.problem : undefined
  }
  return { items, open }
}

function toType<Lookups>(question: Question<Lookups>, raw: Json, choices: Choice[] | undefined): Json {
  const parsed = parseAnswer(question as Question<never>, raw, choices)
  return 'value' in parsed ? parsed.value : raw
}

function emptyProblem<Lookups>(question: Question<Lookups>): string | undefined {
  // Text, lists and tags can be emptied on purpose (Tab, then delete); their own check decides.
  const canBeEmpty = question.default !== undefined && ['text', 'list', 'tags'].includes(question.type)
  return canBeEmpty ? undefined : `${question.label} is required.`
}

function examples(choices: Choice[] | undefined): string {
  if (!choices || choices.length === 0) return ''
  return `Available: ${choices
    .slice(0, 10)
    .map(choice => String(choice.value))
    .join(', ')}${choices.length > 10 ? ', …' : ''}.`
}
