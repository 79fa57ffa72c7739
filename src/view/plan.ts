import type { Json, JsonObject } from '../base/json.ts'
import { isRef, isSecret } from '../engine/kind.ts'
import type { PlanLine } from '../events.ts'
import { clip, flow, oneLine, pad, wrap } from './text.ts'

/** How a plan is written. */
export interface PlanStyle {
  verb: 'up' | 'teardown'
  /** The width in columns. */
  width: number
  /** Headings by step id. */
  titles: Record<string, string>
  /** Colours a piece of text; absent: plain text. */
  paint?: (text: string, action: PlanLine['action'] | 'dim' | 'heading') => string
}

const SIGN = { create: '+', resume: '>', update: '~', keep: '=', remove: '-', refused: '!' } as const
const WORD = {
  create: 'to create',
  resume: 'to finish',
  update: 'to change',
  keep: 'unchanged',
  remove: 'to remove',
  refused: 'refused',
} as const

/** The plan as people read it: step by step, each resource with its settings, what is paid for it and what data is deleted. */
export function planText(lines: PlanLine[], style: PlanStyle): string {
  const paint = style.paint ?? (text => text)
  const out: string[] = []
  for (const [index, step] of [...new Set(lines.map(line => line.step))].entries()) {
    const title = oneLine(style.titles[step] ?? step)
    out.push(paint(clip(style.verb === 'up' ? `${index + 1}. ${title}` : title, style.width), 'heading'))
    for (const line of lines) if (line.step === step) out.push(...resourceLines(line, style, paint))
    out.push('')
  }
  return [...out, ...wrap(`Plan: ${counts(lines)}.`, style.width)].join('\n')
}

/** How many resources each action has: `12 to create, 1 to change, 3 unchanged`. */
export function counts(lines: PlanLine[]): string {
  const parts = (Object.keys(WORD) as (keyof typeof WORD)[])
    .map(action => ({ action, count: lines.filter(line => line.action === action).length }))
    .filter(part => part.count > 0)
    .map(part => `${part.count} ${WORD[part.action]}`)
  return parts.join(', ') || 'nothing to do'
}

/** A value as text on one line; references, secrets and long texts by name. */
export function valueText(value: Json): string {
  if (value === null) return 'none'
  if (typeof value === 'string') return value === '' ? "''" : oneLine(value)
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ')
  if (typeof value !== 'object') return String(value)
  if (isSecret(value)) return `(secret ${oneLine(value.$secret)})`
  if (isRef(value)) return `<${oneLine(value.$ref)}.${oneLine(value.field)}>`
  if (typeof value.$text === 'string') return `(text ${oneLine(value.$text).slice(0, 8)}…)`
  return `{${fields(value).join(' ')}}`
}

function resourceLines(line: PlanLine, style: PlanStyle, paint: NonNullable<PlanStyle['paint']>): string[] {
  const name = line.address.slice(line.address.indexOf('/') + 1)
  const head = `  ${SIGN[line.action]} ${pad(line.title, 18)} ${oneLine(name)}${line.id ? `  ${oneLine(line.id)}` : ''}`
  const out = [paint(clip(head, style.width), line.action)]
  const dim = (parts: string[]) => flow(parts, style.width, '      ').map(part => paint(part, 'dim'))
  for (const change of (line.changes ?? []).flatMap(inner)) {
    out.push(...dim([`${oneLine(change.key)}: ${changed(change)}`]))
  }
  const isNew = line.action === 'create' || line.action === 'resume'
  if (isNew && line.input) out.push(...dim(fields(line.input)))
  for (const note of line.notes ?? []) {
    out.push(...wrap(`! ${oneLine(note)}`, style.width, '      ').map(part => paint(part, 'refused')))
  }
  return out
}

type Change = NonNullable<PlanLine['changes']>[number]

/** The name of a secret stays when its value changes, and the value is never shown. */
function changed({ from, to }: Change): string {
  if (isSecret(from) && isSecret(to) && from.$secret === to.$secret) return `${valueText(to)} has a new value`
  return `${clip(valueText(from), 60)} → ${clip(valueText(to), 60)}`
}

/** Of two objects only the fields that differ: `health.interval: 2 → 5`. */
function inner({ key, from, to }: Change): Change[] {
  if (!isFields(from) || !isFields(to)) return [{ key, from, to }]
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return names
    .filter(name => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
    .map(name => ({ key: `${key}.${name}`, from: from[name] ?? null, to: to[name] ?? null }))
}

function isFields(value: Json): value is JsonObject {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
  return plain && !isSecret(value) && !isRef(value) && typeof value.$text !== 'string'
}

/** `name=shop-vpc`; empty values are omitted, long ones cut. */
function fields(input: JsonObject): string[] {
  return Object.entries(input)
    .filter(([, value]) => value !== '' && value !== null && !(typeof value === 'object' && isEmpty(value)))
    .map(([key, value]) => `${oneLine(key)}=${clip(valueText(value), 60)}`)
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}
