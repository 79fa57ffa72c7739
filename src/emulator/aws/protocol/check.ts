import type { Json, JsonObject } from '../../../base/json.ts'
import { refusal } from './refusals.ts'
import type { Member, Shape, Structure } from './schema.ts'
import type { Family } from './service.ts'

/** Refuses an input that lacks a member which its schema requires, in the family's own words. */
export function needRequired(shape: Structure, input: JsonObject, family: Family, path = ''): void {
  for (const member of shape.members) {
    const value = input[member.name]
    const here = path ? `${path}.${member.name}` : member.name
    if (value === undefined || value === null) {
      if (member.required && !member.traits.idempotencyToken) throw missing(here, family)
    } else {
      needWithin(member.shape, value, family, here)
    }
  }
}

/**
 * The first thing in an answer that its official schema does not allow, as a sentence; nothing when it is right.
 * Numbers are numbers, times ISO 8601 strings, bytes Base64 strings.
 */
export function answerDefect(shape: Structure, answer: JsonObject, path: string): string | undefined {
  for (const [name, value] of Object.entries(answer)) {
    const member = shape.byName.get(name)
    if (!member) return `${path}.${name} is not in the official answer`
    const found = defect(member.shape, value, `${path}.${name}`)
    if (found) return found
  }
  return undefined
}

function needWithin(shape: Shape, value: Json, family: Family, path: string): void {
  if (shape.kind === 'structure') needRequired(shape, value as JsonObject, family, path)
  if (shape.kind === 'list') {
    for (const [index, item] of (value as Json[]).entries()) {
      needWithin(shape.item.shape, item, family, `${path}.${index + 1}`)
    }
  }
  if (shape.kind === 'map') {
    for (const item of Object.values(value as JsonObject)) needWithin(shape.value.shape, item, family, path)
  }
}

function missing(path: string, family: Family): Error {
  if (family === 'ec2')
    return refusal(family, 'missing parameter', `The request must contain the parameter ${path.replace(/\.\d+/g, '')}`)
  if (family === 's3' || family === 'route53')
    return refusal(family, 'missing parameter', `The request lacks the parameter ${path}.`)
  const at = path.replace(/^[A-Z]/, letter => letter.toLowerCase())
  return refusal(
    family,
    'missing parameter',
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
  )
}

function defect(shape: Shape, value: Json | undefined, path: string): string | undefined {
  if (value === undefined) return `${path} is undefined`
  if (shape.kind === 'structure') {
    return isObject(value) ? answerDefect(shape, value, path) : `${path} must be an object`
  }
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return `${path} must be a list`
    return firstOf(value, (item, index) => defect(shape.item.shape, item, `${path}[${index}]`))
  }
  if (shape.kind === 'map') {
    if (!isObject(value)) return `${path} must be a map`
    return firstOf(Object.entries(value), ([key, item]) => defect(shape.value.shape, item, `${path}.${key}`))
  }
  return simpleDefect(shape.kind, value, path)
}

function simpleDefect(kind: Shape['kind'], value: Json, path: string): string | undefined {
  if (kind === 'document') return undefined
  if (kind === 'boolean') return typeof value === 'boolean' ? undefined : `${path} must be true or false`
  if (kind === 'number')
    return typeof value === 'number' && Number.isFinite(value) ? undefined : `${path} must be a number`
  if (typeof value !== 'string') return `${path} must be a string`
  if (kind === 'timestamp' && !/^\d{4}-\d\d-\d\dT.*Z$/.test(value)) return `${path} must be a time in ISO 8601, UTC`
  if (kind === 'timestamp' && Number.isNaN(Date.parse(value))) return `${path} is no time`
  if (kind === 'blob' && !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return `${path} must be Base64`
  return undefined
}

function firstOf<T>(items: T[], look: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index)
    if (found) return found
  }
  return undefined
}

/** Whether a JSON value is an object, not a list and not null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A scalar from text, typed as its schema wants. Throws the family's refusal. */
export function readScalar(member: Member, text: string, family: Family, path: string): Json {
  const { kind } = member.shape
  const bad = (why: string) => refusal(family, 'bad value', `Invalid value '${text.slice(0, 40)}' for ${path}: ${why}.`)
  if (kind === 'boolean') {
    if (!/^(true|false|1|0)$/i.test(text)) throw bad('it must be true or false')
    return /^(true|1)$/i.test(text)
  }
  if (kind === 'number') {
    if (!/^-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw bad('it must be a number')
    return Number(text)
  }
  return text
}
