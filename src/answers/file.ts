import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { Exit, Problem } from '../base/errors.ts'
import type { Json } from '../base/json.ts'

/** A file of answers. `tree` holds them nested or flat, with scalars as text, so that `16.0` stays `16.0`. */
export interface AnswersFile {
  path: string
  stack?: string
  blueprint?: string
  cloud?: string
  region?: string
  tree: Record<string, Json>
}

/** Top-level keys that name the stack; the others are answers. */
export const fileHead = ['stack', 'blueprint', 'cloud', 'region'] as const

const maxBytes = 1024 * 1024

/** Reads an answers file in YAML or JSON. Throws a Problem (exit 2) that names the file, and the line where known. */
export async function readAnswersFile(path: string): Promise<AnswersFile> {
  const tree = parseAnswersText(await read(path), path)
  // Entries instead of assignments: a key called __proto__ is a key like any other.
  const answers: [string, Json][] = []
  const file: AnswersFile = { path, tree: {} }
  for (const [key, value] of Object.entries(tree)) {
    const head = fileHead.find(name => name === key)
    // For editors only.
    if (key === '$schema') continue
    if (!head) answers.push([key, value])
    else if (typeof value === 'string') file[head] = value
    else throw refuse(path, `\`${key}\` must be text.`)
  }
  return { ...file, tree: Object.fromEntries(answers) }
}

/**
 * Parses YAML, or JSON where `path` ends in `.json`. Keys without a value are left out. Throws a Problem (exit 2) that
 * names `path`.
 */
export function parseAnswersText(text: string, path: string): Record<string, Json> {
  const tree = extname(path).toLowerCase() === '.json' ? fromJson(text, path) : fromYaml(text, path)
  if (tree === undefined) return {}
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw refuse(path, 'It must contain keys and values, for example `vpc: { cidr: 172.16.0.0/12 }`.')
  }
  return tree
}

async function read(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw refuse(path, 'It is larger than 1 MiB, so it is not an answers file.')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Problem) throw error
    throw refuse(path, unreadable[(error as NodeJS.ErrnoException).code ?? ''] ?? String((error as Error).message))
  }
}

const unreadable: Record<string, string> = {
  ENOENT: 'The file does not exist.',
  EISDIR: 'It is a folder.',
  EACCES: 'You do not have permission to read it.',
}

function fromJson(text: string, path: string): Json | undefined {
  try {
    return asText(JSON.parse(text.replace(/^\uFEFF/, '')) as Json)
  } catch (error) {
    throw refuse(path, error instanceof Error ? error.message : String(error))
  }
}

function fromYaml(text: string, path: string): Json | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const wrong = document.errors[0]
  if (wrong) throw refuse(path, `Line ${lines.linePos(wrong.pos[0]).line}: ${wrong.message}`)
  const at = (node: { range?: [number, number, number] | null }) => `Line ${lines.linePos(node.range?.[0] ?? 0).line}: `

  const plain = (node: unknown): Json | undefined => {
    if (isScalar(node)) {
      // A quoted scalar is text already; a plain one keeps its source, so that 16.0 or 007 stay what was typed.
      return node.value === null ? undefined : typeof node.value === 'string' ? node.value : (node.source ?? '')
    }
    if (isSeq(node)) return node.items.map(plain).filter(item => item !== undefined)
    if (isMap(node)) {
      const entries = node.items.map(pair => [isScalar(pair.key) ? keyOf(pair.key) : '', plain(pair.value)] as const)
      return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
    }
    if (isAlias(node)) throw refuse(path, `${at(node)}Answers files cannot use anchors and aliases (&, *).`)
    return undefined
  }
  return plain(document.contents)
}

function keyOf(scalar: { value: unknown; source?: string | undefined }): string {
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value))
}

function asText(value: Json): Json | undefined {
  if (value === null) return undefined
  if (Array.isArray(value)) return value.map(asText).filter(item => item !== undefined)
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).map(([key, item]) => [key, asText(item)] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

function refuse(path: string, why: string): Problem {
  return new Problem({
    what: `Cannot use the answers file ${path}.`,
    why,
    next: 'Correct it, or omit --answers.',
    exit: Exit.usage,
  })
}
