import { textOf } from '../src/answers/parse.ts'
import type { Question } from '../src/answers/question.ts'
import { staticChoicesOf, trackReads, withoutCloud } from '../src/answers/validate.ts'
import type { Json } from '../src/base/json.ts'
import { stepsOf } from '../src/blueprints/draw.ts'
import { blueprints } from '../src/blueprints/index.ts'

/** Said of defaults that no text can hold, in the words of the guide. */
const DEPENDS: Record<string, Record<string, string>> = {
  alicloud: {
    'machine.keyFile': '`~/.ssh/id_rsa.pub` or `id_ecdsa.pub`, else `generate`',
    'machine.publicKey': 'read from the file',
  },
  aws: {
    'machine.keyFile': '`~/.ssh/id_ed25519.pub` or `id_rsa.pub`, else `generate`',
    'machine.publicKey': 'read from the file',
  },
}

/**
 * The tables of a guide (`docs/BLUEPRINT.md`) by file and step: every answer with its default. They belong in
 * the guide between `<!-- answers STEP -->` and `<!-- end -->`.
 */
export async function guideTables(): Promise<Record<string, Record<string, string>>> {
  const guides: Record<string, Record<string, string>> = {}
  for (const { id, targets } of blueprints) {
    for (const [cloud, load] of Object.entries(targets)) {
      const steps = stepsOf(await load())
      guides[`${id}.md`] = Object.fromEntries(
        steps.map(({ id: step, asks }) => [step, table(asks as Question<never>[], cloud)]),
      )
    }
  }
  return guides
}

/** The guide with its tables rewritten. Throws when a step has no place in it. */
export function withTables(guide: string, tables: Record<string, string>): string {
  let text = guide
  for (const [step, rows] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- answers ${step} -->\\n)[^]*?(<!-- end -->)`)
    if (!place.test(text)) throw new Error(`the guide has no place for the answers of "${step}"`)
    text = text.replace(place, (_, begin: string, end: string) => `${begin}${rows}\n${end}`)
  }
  return text
}

function table(questions: Question<never>[], cloud: string): string {
  const rows = questions.map(question => row(question, DEPENDS[cloud]?.[question.key]))
  return ['| answer | what it is | default |', '|---|---|---|', ...rows].join('\n')
}

function row(question: Question<never>, said: string | undefined): string {
  const choices = question.open ? [] : (staticChoicesOf(question) ?? [])
  const listed = choices.length > 0 ? ` (${choices.map(choice => `\`${choice.value}\``).join(', ')})` : ''
  return `| \`${question.key}\` | ${question.label}${listed} | ${said ?? defaultText(question)} |`
}

function defaultText(question: Question<never>): string {
  if (question.type === 'secret') return question.default ? 'made for you' : 'must be given'
  if (!question.default) return 'must be given'
  const reads = new Set<string>()
  let looked = false
  const lookups = () => {
    looked = true
    throw new Error('a guide has no cloud')
  }
  const asking = { stack: 'NAME', values: trackReads({}, reads), lookups: new Proxy({}, { get: lookups }) as never }
  const value = withoutCloud(() => question.default!(asking) as Json | Promise<Json> | undefined)
  reads.delete(question.key)
  if (looked) return 'looked up in the cloud'
  const shown = value === undefined ? '' : `\`${textOf(question, value)}\``.replace('``', 'none')
  const follows = reads.size > 0 ? `follows ${[...reads].map(key => `\`${key}\``).join(', ')}` : ''
  return [shown, follows].filter(Boolean).join(', ')
}
