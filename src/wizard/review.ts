import type { Resolved } from '../answers/answers.ts'
import { printable, textOf } from '../answers/parse.ts'
import type { Answer, Question } from '../answers/question.ts'
import { isSecret } from '../engine/kind.ts'
import { say } from './page.ts'
import { paint, sanitize, wrap } from './paint.ts'
import type { WizardStep } from './progress.ts'
import { askPick, type Io, type Item, type Reply } from './prompt.ts'

interface Review<Lookups> {
  steps: readonly WizardStep<Lookups>[]
  resolved: Resolved
  back: boolean
  io: Io
}

/** Shows every answer. The reply's value is the key to change, or `undefined` to continue. */
export async function review<Lookups>(page: Review<Lookups>): Promise<Reply<string | undefined>> {
  const { resolved, io } = page
  const columns = io.output.columns || 80
  const wrong = [...resolved.problems, ...resolved.missing.map(item => `${item.key}: ${item.label} is missing.`)]
  say(io, `\n${paint.bold.underline('Review')}`)
  for (const problem of wrong) say(io, paint.red(wrap(sanitize(problem), columns, '  ')))
  for (const caution of resolved.cautions) say(io, paint.yellow(wrap(sanitize(caution), columns, '  ')))
  const items = [...(wrong.length === 0 ? [goOn] : []), ...page.steps.flatMap(step => itemsOf(step, resolved))]
  const reply = await askPick(
    {
      label: wrong.length === 0 ? 'All right?' : 'Which answer do you want to change?',
      help: 'Pick an answer to change it, or type to search.',
      items,
      columns,
      rows: io.output.rows || 24,
      back: page.back,
      vanish: true,
    },
    io,
  )
  if (reply.is !== 'value') return reply
  return { is: 'value', value: reply.value === goOn.value ? undefined : reply.value }
}

const goOn: Item<string> = { value: '', name: 'Continue with these answers' }

function itemsOf<Lookups>(step: WizardStep<Lookups>, resolved: Resolved): Item<string>[] {
  const rows = step.asks.flatMap(question => {
    const answer = resolved.answers[question.key]
    const missing = resolved.missing.some(item => item.key === question.key)
    if (!answer && !missing) return []
    const text = answer ? valueText(question, answer) : 'missing'
    return [
      {
        value: question.key,
        name: `${question.label}: ${text}${answer ? ` (${answer.source})` : ''}`,
        hint: question.help,
      },
    ]
  })
  return rows.length === 0 ? [] : [{ value: `#${step.title}`, name: step.title, heading: true }, ...rows]
}

function valueText<Lookups>(question: Question<Lookups>, { value, source }: Answer): string {
  if (isSecret(value)) return source === 'default' ? 'generated for you' : '********'
  const text = textOf(question as Question<never>, value)
  return text === '' ? '–' : printable(text)
}
