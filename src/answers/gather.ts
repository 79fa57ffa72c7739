import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type AnswersFile, fileHead } from './file.ts'
import { didYouMean } from './nearest.ts'
import { type Question, type Source, variableOf } from './question.ts'

/** Everything that was given before anything is asked. Earlier sources win. */
export interface Sources {
  /** From `parseSet`. */
  flags?: ReadonlyMap<string, string>
  env?: NodeJS.ProcessEnv
  file?: AnswersFile
  /** The state's answers: already of their types, without the secrets' values. */
  saved?: Readonly<Record<string, Json>>
}

/** One raw value and its source. */
export interface Given {
  raw: Json
  source: Source
  /** The source as messages name it: `--set vpc.cidr`, `STACKWRIGHT_VPC_CIDR`, `answers.yaml`. */
  place: string
}

/** The given values by key; problems and warnings are whole sentences. */
export interface Gathered {
  given: Map<string, Given>
  problems: string[]
  warnings: string[]
}

/** STACKWRIGHT_ variables that are not answers. Callers can allow more. */
export const knownVariables = [
  'STACKWRIGHT_STACK',
  'STACKWRIGHT_BLUEPRINT',
  'STACKWRIGHT_CLOUD',
  'STACKWRIGHT_REGION',
  'STACKWRIGHT_STATE',
  'STACKWRIGHT_ANSWERS',
  'STACKWRIGHT_SANDBOX_URL',
  'STACKWRIGHT_ALICLOUD_ENDPOINT',
  'STACKWRIGHT_DEBUG',
  'STACKWRIGHT_IMAGE_FROM',
]

/**
 * The values of `--set KEY=VALUE` by key, as typed; the last one of a key wins. Throws a Problem (exit 2) that lists all
 * that do not have this form.
 */
export function parseSet(list: readonly string[] = []): Map<string, string> {
  const wrong = list.filter(item => !/^[A-Za-z][\w.-]*=/.test(item))
  if (wrong.length > 0) {
    throw new Problem({
      what: '`--set` takes KEY=VALUE.',
      list: wrong.map(
        item => `Not KEY=VALUE: ${/^[\w.-]{1,40}$/.test(item) ? item : 'a value that is not shown here'}`,
      ),
      next: 'For example: --set vpc.cidr=172.16.0.0/12',
      exit: Exit.usage,
    })
  }
  return new Map(list.map(item => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]))
}

/** Merges the sources and reports every unknown key. Saved keys that are no longer asked are ignored. */
export function gather(
  questions: readonly Question<never>[],
  sources: Sources,
  allow: readonly string[] = [],
): Gathered {
  const found: Gathered = { given: new Map(), problems: [], warnings: [] }
  const keys = questions.map(question => question.key)
  const put = (key: string, given: Given) => {
    if (!found.given.has(key)) found.given.set(key, given)
  }

  for (const [key, raw] of sources.flags ?? []) {
    if (keys.includes(key)) put(key, { raw, source: 'flag', place: `--set ${key}` })
    else found.problems.push(`--set ${key}: unknown answer.${didYouMean(key, keys)}`)
  }
  fromEnvironment(questions, sources.env ?? {}, [...knownVariables, ...allow], put, found.problems)
  if (sources.file) fromFile(questions, sources.file, put, found)
  for (const [key, raw] of Object.entries(sources.saved ?? {})) {
    if (keys.includes(key)) put(key, { raw, source: 'saved', place: 'the saved state' })
  }
  warnOfLiteralSecrets(questions, found)
  return found
}

/**
 * A secret's text: `@path` reads a file (without its last line break; relative to the answers file where it stands
 * there), `@@…` is text that starts with `@`. Throws a Problem (exit 2) when the file cannot be read.
 */
export async function secretText(given: Given, file: AnswersFile | undefined): Promise<Json> {
  const { raw, source } = given
  if (typeof raw !== 'string' || !raw.startsWith('@') || (source !== 'flag' && source !== 'answers file')) return raw
  if (raw.startsWith('@@')) return raw.slice(1)
  const path = source === 'answers file' && file ? resolve(dirname(file.path), raw.slice(1)) : raw.slice(1)
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'the file does not exist' : 'cannot read the file'
    throw new Problem({ what: `${given.place}: ${why}: ${path}`, exit: Exit.usage, cause: error })
  }
}

function fromEnvironment(
  questions: readonly Question<never>[],
  env: NodeJS.ProcessEnv,
  allowed: string[],
  put: (key: string, given: Given) => void,
  problems: string[],
): void {
  const byVariable = new Map(questions.map(question => [variableOf(question.key), question.key]))
  for (const [variable, raw] of Object.entries(env)) {
    // Empty counts as not given: CI systems pass unset variables on as empty text.
    if (!variable.startsWith('STACKWRIGHT_') || raw === undefined || raw === '' || allowed.includes(variable)) continue
    const key = byVariable.get(variable)
    if (key !== undefined) put(key, { raw, source: 'environment', place: variable })
    else problems.push(`${variable}: unknown variable.${didYouMean(variable, [...byVariable.keys(), ...allowed])}`)
  }
}

function fromFile(
  questions: readonly Question<never>[],
  file: AnswersFile,
  put: (key: string, given: Given) => void,
  found: Gathered,
): void {
  const keys = questions.map(question => question.key)
  const seen = new Set<string>()
  const walk = (prefix: string, tree: Readonly<Record<string, Json>>) => {
    for (const [name, raw] of Object.entries(tree)) {
      const key = prefix + name
      const branch = typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      if (seen.has(key)) found.problems.push(`${file.path}: ${key} is given twice, nested and flat.`)
      else if (keys.includes(key)) put(key, { raw, source: 'answers file', place: file.path })
      else if (branch && keys.some(known => known.startsWith(`${key}.`))) walk(`${key}.`, raw)
      else {
        const meant = didYouMean(key, [...keys, ...groupsOf(keys), ...fileHead])
        found.problems.push(`${file.path}: unknown answer ${key}.${meant}`)
      }
      if (keys.includes(key)) seen.add(key)
    }
  }
  walk('', file.tree)
}

function groupsOf(keys: string[]): string[] {
  return [...new Set(keys.map(key => key.split('.')[0]!))]
}

function warnOfLiteralSecrets(questions: readonly Question<never>[], found: Gathered): void {
  for (const { key, type } of questions) {
    const given = type === 'secret' ? found.given.get(key) : undefined
    if (typeof given?.raw !== 'string' || /^@[^@]/.test(given.raw)) continue
    if (given.source === 'flag') {
      found.warnings.push(
        `${key} was given on the command line, where other users of this computer can read it. Use ${variableOf(key)} or --set ${key}=@FILE.`,
      )
    }
    if (given.source === 'answers file') {
      found.warnings.push(`${key} is in plain text in ${given.place}. Use ${variableOf(key)} or \`@FILE\` instead.`)
    }
  }
}
