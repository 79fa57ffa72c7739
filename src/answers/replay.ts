import { Document, type Scalar, type YAMLMap } from 'yaml'
import type { Json } from '../base/json.ts'
import { isSecret } from '../engine/kind.ts'
import { textOf } from './parse.ts'
import { type Answers, type Question, variableOf } from './question.ts'

/** The stack that a replay builds again. */
export interface ReplayOf {
  /** `up` */
  verb: string
  stack: string
  blueprint: string
  cloud: string
  region: string
  sandbox?: boolean
  /** Only when it is not the default folder. */
  state?: string
}

/** A step's heading and its questions. */
export interface ReplayStep {
  title: string
  asks: readonly Question<never>[]
}

/**
 * The command that gives the same answers without questions, for a POSIX shell. Given secrets appear as variables, never
 * with their value; generated ones are omitted: they are kept, or generated again.
 */
export function replayCommand(of: ReplayOf, steps: readonly ReplayStep[], answers: Answers): string {
  const lines = [
    `stackwright ${of.verb} --yes${of.sandbox ? ' --sandbox' : ''}${of.state ? ` --state ${quoted(of.state)}` : ''}`,
  ]
  lines.push(
    `  --stack ${quoted(of.stack)} --blueprint ${quoted(of.blueprint)} --cloud ${quoted(of.cloud)} --region ${quoted(of.region)}`,
  )
  for (const question of steps.flatMap(step => step.asks)) {
    const answer = answers[question.key]
    if (answer && isReplayed(question, answers))
      lines.push(`  --set ${quoted(`${question.key}=${textOf(question, answer.value)}`)}`)
  }
  const secrets = secretVariables(steps, answers).map(variable => `${variable}="$${variable}"`)
  return [...secrets.map(secret => `${secret}`), lines.join(' \\\n')].join(' \\\n')
}

/** The answers file with the same answers: YAML, with each step's heading as a comment. Without secrets. */
export function replayFile(of: ReplayOf, steps: readonly ReplayStep[], answers: Answers): string {
  const head = { stack: of.stack, blueprint: of.blueprint, cloud: of.cloud, region: of.region }
  const tree: Record<string, Record<string, Json>> = {}
  const titles = new Map<string, string>()
  for (const { title, asks } of steps) {
    for (const question of asks) {
      const { key } = question
      const answer = answers[key]
      if (!answer || !isReplayed(question, answers)) continue
      const dot = key.indexOf('.')
      const [group, field] = [key.slice(0, dot), key.slice(dot + 1)]
      if (!tree[group]) {
        tree[group] = {}
        if (![...titles.values()].includes(title)) titles.set(group, title)
      }
      tree[group][field] = answer.value
    }
  }
  const document = new Document({ ...head, ...tree })
  const secrets = secretVariables(steps, answers)
  const about = [
    ` ${of.blueprint} on ${of.cloud}: stackwright ${of.verb} --yes --answers FILE${of.sandbox ? ' --sandbox' : ''}`,
  ]
  if (secrets.length > 0) about.push(` Secrets are not in this file; set ${secrets.join(', ')}.`)
  document.commentBefore = about.join('\n')
  for (const pair of (document.contents as YAMLMap<Scalar, unknown>).items) {
    const title = titles.get(String(pair.key.value))
    if (title !== undefined) {
      pair.key.commentBefore = ` ${title.replace(/[\r\n]/g, ' ')}`
      pair.key.spaceBefore = true
    }
  }
  return document.toString({ lineWidth: 0 })
}

/** Secrets never are; a value that was generated for this stack alone (a login key) would be useless to another. */
function isReplayed(question: Question<never>, answers: Answers): boolean {
  const { value, source } = answers[question.key]!
  if (isSecret(value)) return false
  const values = Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, answer.value]))
  return (source !== 'default' && source !== 'saved') || !question.made?.(values)
}

/** The variables of the secrets that were given; a replay needs them, unless the secret store still has them. */
export function secretVariables(steps: readonly ReplayStep[], answers: Answers): string[] {
  return steps
    .flatMap(step => step.asks)
    .filter(({ key }) => {
      const answer = answers[key]
      return answer !== undefined && isSecret(answer.value) && answer.source !== 'default' && answer.source !== 'saved'
    })
    .map(({ key }) => variableOf(key))
}

/** A text as one word of a POSIX shell, quoted where needed. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
