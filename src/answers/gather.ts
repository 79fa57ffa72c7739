import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type AnswersFile, fileHead } from './file.ts'
import { didYouMean } from './nearest.ts'
import { type Question, type Source, variableOf } from './question.ts'

/** Everything people gave, before anything is asked. Earlier sources win. */
export interface Sources {
  /** From `parseSet`. */
  flags?: ReadonlyMap<string, string>
  env?: NodeJS.ProcessEnv
  file?: AnswersFile
  /** The state's answers: typed, and without the secrets' values. */
  saved?: Readonly<Record<string, Json>>
}

/** One raw value with where it came from. */
export interface Given {
  raw: Json
  source: Source
  /** How people know the place: `--set vpc.cidr`, `STACKWRIGHT_VPC_CIDR`, `answers.yaml`. */
  place: string
}

export interface Gathered {
  given: Map<string, Given>
  problems: string[]
  warnings: string[]
}

/** Variables that are no answers. A caller may allow more. */
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

/** `--set KEY=VALUE` as typed; the last of one key wins. Throws a Problem (exit 2) that lists all that are not of that form. */
export function parseSet(list: readonly string[] = []): Map<string, string> {
  const wrong = list.filter(item => !/^[A-Za-z][\w.-]*=/.test(item))
  if (wrong.length > 0) {
    throw new Problem({
      what: '`--set` takes KEY=VALUE.',
      list: wrong.map(
        item => `Not of that form: ${/^[\w.-]{1,40}$/.test(item) ? item : 'a value that is not shown here'}`,
      ),
      next: 'For example: --set vpc.cidr=172.16.0.0/12',
      exit: Exit.usage,
    })
  }
  return new Map(list.map(item => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]))
}

/** Puts the sources together; names every key nobody asks for. Saved keys that are no longer asked are left out. */
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
    else found.problems.push(`--set ${key}: there is no such answer.${didYouMean(key, keys)}`)
  }
  fromEnvironment(questions, sources.env ?? {}, [...knownVariables, ...allow], put, found.problems)
  if (sources.file) fromFile(questions, sources.file, put, found)
  for (const [key, raw] of Object.entries(sources.saved ?? {})) {
    if (keys.includes(key)) put(key, { raw, source: 'saved', place: 'the saved state' })
  }
  warnOfLiteralSecrets(questions, found)
  return found
}

/** `@path` reads a file (without its last line break), `@@…` is a text that starts with `@`. Throws a Problem. */
export async function secretText(given: Given, file: AnswersFile | undefined): Promise<Json> {
  const { raw, source } = given
  if (typeof raw !== 'string' || !raw.startsWith('@') || (source !== 'flag' && source !== 'answers file')) return raw
  if (raw.startsWith('@@')) return raw.slice(1)
  const path = source === 'answers file' && file ? resolve(dirname(file.path), raw.slice(1)) : raw.slice(1)
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'There is no such file.' : 'It cannot be read.'
    throw new Problem({ what: `${given.place}: ${path}: ${why}`, exit: Exit.usage, cause: error })
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
    // Empty counts as not given: CI systems pass on what is not set as an empty text.
    if (!variable.startsWith('STACKWRIGHT_') || raw === undefined || raw === '' || allowed.includes(variable)) continue
    const key = byVariable.get(variable)
    if (key !== undefined) put(key, { raw, source: 'environment', place: variable })
    else
      problems.push(
        `${variable}: there is no such variable.${didYouMean(variable, [...byVariable.keys(), ...allowed])}`,
      )
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
        found.problems.push(`${file.path}: there is no answer called ${key}.${meant}`)
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
        `${key} was given on the command line, where other users of this machine can read it. Use ${variableOf(key)} or --set ${key}=@FILE.`,
      )
    }
    if (given.source === 'answers file') {
      found.warnings.push(
        `${key} stands in the clear in ${given.place}. Use ${variableOf(key)} or \`@FILE\` in its place.`,
      )
    }
  }
}
