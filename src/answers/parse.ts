import type { Json } from '../base/json.ts'
import type { Choice, Question } from './question.ts'

/** A value of the question's type, or what is wrong as the rest of a sentence: `must be a number`. */
export type Parsed = { value: Json } | { problem: string }

/**
 * Turns text, or a value from a file, into the question's type.
 * Lists are written `a, b`, tags `key=value, key=value`; both also as JSON, for values that contain commas.
 * `choices`, where known, give the type of a choice's value (number, yes or no).
 */
export function parseAnswer(question: Question<never>, raw: Json, choices?: Choice[]): Parsed {
  if (raw === null) return problem('is empty')
  if (isTree(raw) && question.type !== 'list' && question.type !== 'tags') {
    return problem(`must be ${wanted[question.type]}, not several values`)
  }
  return parsers[question.type](raw, choices)
}

/** A value as `--set` takes it; `parseAnswer` turns it back into the same value. */
export function textOf(question: Question<never>, value: Json): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) {
    const items = value.map(String)
    return items.every(isPlain) ? items.join(',') : JSON.stringify(items)
  }
  if (question.type === 'tags' && isTree(value)) {
    const pairs = Object.entries(value).map(([key, item]) => [key, String(item)] as const)
    const plain = pairs.every(([key, item]) => isPlain(key) && !key.includes('=') && (item === '' || isPlain(item)))
    return plain ? pairs.map(([key, item]) => `${key}=${item}`).join(',') : JSON.stringify(Object.fromEntries(pairs))
  }
  return String(value)
}

/** A value for messages: at most 60 characters, control characters written as escapes. */
export function printable(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, char => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return safe.length > 60 ? safe.slice(0, 57) + '…' : safe
}

const wanted: Record<Question['type'], string> = {
  text: 'text',
  secret: 'text',
  number: 'a number',
  yesno: 'yes or no',
  choice: 'one of its choices',
  list: 'a list (a, b, c)',
  tags: 'names with values (team=web, stage=demo)',
}

const parsers: Record<Question['type'], (raw: Json, choices?: Choice[]) => Parsed> = {
  text: raw => plainText(String(raw)),
  secret: raw => (String(raw) === '' ? problem('is empty') : plainText(String(raw))),
  number(raw) {
    const text = String(raw).trim()
    return /^[+-]?\d+(\.\d+)?$/.test(text) && Number.isFinite(Number(text))
      ? { value: Number(text) }
      : problem(`must be ${wanted.number}`)
  },
  yesno(raw) {
    const word = String(raw).trim().toLowerCase()
    if (['yes', 'y', 'true', 'on', '1'].includes(word)) return { value: true }
    if (['no', 'n', 'false', 'off', '0'].includes(word)) return { value: false }
    return problem(`must be ${wanted.yesno}`)
  },
  choice(raw, choices) {
    const text = String(raw)
    const chosen =
      choices?.find(choice => String(choice.value) === text) ??
      choices?.find(choice => typeof choice.value === 'boolean' && yesNo(text) === choice.value) ??
      choices?.find(choice => String(choice.value).toLowerCase() === text.trim().toLowerCase())
    return chosen ? { value: chosen.value } : plainText(text)
  },
  list(raw) {
    const items = typeof raw === 'string' ? (raw.trim().startsWith('[') ? fromJson(raw) : splitAtCommas(raw)) : raw
    const list = Array.isArray(items) ? items : isTree(items) || items === undefined ? undefined : [items]
    if (!list?.every(item => item !== null && typeof item !== 'object')) return problem(`must be ${wanted.list}`)
    const value = list.map(String)
    return value.some(hasControl) ? control : { value }
  },
  tags(raw) {
    const tree = typeof raw === 'string' ? (raw.trim().startsWith('{') ? fromJson(raw) : pairs(raw)) : raw
    if (!isTree(tree) || Array.isArray(tree)) return problem(`must be ${wanted.tags}`)
    const entries = Object.entries(tree)
    if (!entries.every(([key, item]) => key !== '' && item !== null && typeof item !== 'object')) {
      return problem(`must be ${wanted.tags}`)
    }
    if (entries.some(([key, item]) => hasControl(key) || hasControl(String(item)))) return control
    return { value: Object.fromEntries(entries.map(([key, item]) => [key, String(item)])) }
  },
}

function plainText(value: string): Parsed {
  return hasControl(value) ? control : { value }
}

function pairs(text: string): Json | undefined {
  const found = splitAtCommas(text).map(item => /^([^=]+)=(.*)$/s.exec(item))
  if (found.some(match => !match)) return undefined
  return Object.fromEntries(found.map(match => [match![1]!.trim(), match![2]!.trim()]))
}

function splitAtCommas(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

function fromJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function yesNo(text: string): boolean | undefined {
  const parsed = parsers.yesno(text)
  return 'value' in parsed ? (parsed.value as boolean) : undefined
}

/** Whether an item survives being joined with commas and split again. */
function isPlain(item: string): boolean {
  return item !== '' && item === item.trim() && !item.includes(',') && !/^[[{]/.test(item)
}

function isTree(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null
}

/** No field of any console page accepts control characters; refused here, they reach no file and no cloud. */
function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
}

const control: Parsed = problem('must not contain line breaks or other control characters')

function problem(text: string): { problem: string } {
  return { problem: text }
}
