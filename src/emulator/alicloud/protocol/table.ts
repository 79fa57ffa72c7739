import type { Json, JsonObject } from '../../../base/json.ts'
import { ApiError } from '../../world/model.ts'
import raw from './table.json' with { type: 'json' }

/**
 * The official table of actions, made by scripts/alicloud-table.mjs. A shape is `s` string, `n` number, `i` whole
 * number, `b` boolean, `*` anything, `m` map of strings, `[shape]` list, or an object; `Name!` is required.
 */
export type Shape = string | [Shape] | { [name: string]: Shape }
type Fields = { [name: string]: Shape }

interface Product {
  version: string
  source: string
  actions: Record<string, { in: Fields; out: Fields }>
}

const table = raw as unknown as Record<string, Product>
const products = new Map(Object.entries(table).map(([name, product]) => [product.version, name]))

/** The product that speaks this API version: `2016-04-28` → `vpc`. */
export function productOf(version: string): string | undefined {
  return products.get(version)
}

/** The official parameters of an action, or nothing for an unknown one. */
export function knows(product: string, action: string): boolean {
  return Object.hasOwn(table[product]?.actions ?? {}, action)
}

/** Whether the action takes this parameter. */
export function takes(product: string, action: string, parameter: string): boolean {
  const fields = table[product]?.actions[action]?.in ?? {}
  return parameter in fields || `${parameter}!` in fields
}

/**
 * Checks a flat request against the official table and unflattens it: `Tag.1.Key` → `Tag: [{Key}]`. Leaves stay
 * strings as sent. Throws the cloud's own refusals.
 */
export function readRequest(product: string, action: string, params: Map<string, string>): JsonObject {
  const known = table[product]?.actions
  if (!known || !Object.hasOwn(known, action)) {
    throw new ApiError(404, 'InvalidAction.NotFound', 'Specified api is not found, please check your url and method.')
  }
  // RegionId selects the region at a central address, so every action may carry it.
  const fields: Fields = { RegionId: 's', ...known[action]!.in }
  const input: JsonObject = {}
  for (const [name, value] of params) put(input, fields, name, value, `${product}.${action}`)
  closeLists(input, '')
  needed(input, fields, '')
  return input
}

/** The first thing in an answer that the official table does not allow, as a sentence; nothing when it is right. */
export function answerDefect(product: string, action: string, body: JsonObject): string | undefined {
  const fields = table[product]?.actions[action]?.out
  if (!fields) return `${product}.${action} is not in the table`
  return defect(body, { RequestId: 's', ...fields }, `${product}.${action}`)
}

function put(input: JsonObject, fields: Fields, name: string, value: string, action: string): void {
  let shape: Shape = fields
  let at: JsonObject = input
  const path = name.split('.')
  for (const [index, part] of path.entries()) {
    const next = step(shape, part)
    if (next === undefined) throw unknown(name, action)
    const last = index === path.length - 1
    if (last) {
      if (typeof next !== 'string' || next === 'm')
        throw invalid(name, `it needs ${Array.isArray(next) ? 'an index' : 'a field'} behind it`)
      if (Object.hasOwn(at, part)) throw invalid(name, 'it is there twice')
      scalar(name, value, next)
      define(at, part, value)
      return
    }
    if (typeof next === 'string' && next !== 'm') throw unknown(name, action)
    if (!Object.hasOwn(at, part)) define(at, part, {})
    at = at[part] as JsonObject
    shape = next
  }
}

/** Plain assignment would trip over a parameter called `__proto__`. */
function define(at: JsonObject, part: string, value: Json): void {
  Object.defineProperty(at, part, { value, enumerable: true, configurable: true, writable: true })
}

/** One step down a shape: a field of an object, an index of a list, a key of a map. */
function step(shape: Shape, part: string): Shape | undefined {
  if (Array.isArray(shape)) return /^[1-9]\d{0,3}$/.test(part) ? shape[0] : undefined
  if (shape === 'm') return 's'
  if (typeof shape === 'string') return undefined
  if (Object.hasOwn(shape, part)) return shape[part]
  return Object.hasOwn(shape, `${part}!`) ? shape[`${part}!`] : undefined
}

function scalar(name: string, value: string, type: string): void {
  if (type === 'i' && !/^-?\d{1,19}$/.test(value)) throw invalid(name, 'it must be a whole number')
  if (type === 'n' && !/^-?\d{1,19}(\.\d+)?$/.test(value)) throw invalid(name, 'it must be a number')
  if (type === 'b' && !/^(true|false)$/i.test(value)) throw invalid(name, 'it must be true or false')
}

/** Lists were gathered as objects by index; they must count from 1 without gaps. */
function closeLists(at: JsonObject, path: string): void {
  for (const [name, value] of Object.entries(at)) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue
    const here = path ? `${path}.${name}` : name
    closeLists(value, here)
    const keys = Object.keys(value)
    if (!keys.every(key => /^[1-9]\d*$/.test(key))) continue
    const count = keys.length
    if (!keys.every(key => Number(key) <= count)) throw invalid(here, 'its elements must count from 1 without gaps')
    at[name] = Array.from({ length: count }, (_, index) => value[String(index + 1)] as Json)
  }
}

function needed(value: JsonObject, fields: Fields, path: string): void {
  for (const [field, shape] of Object.entries(fields)) {
    const name = field.replace(/!$/, '')
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    const full = path ? `${path}.${name}` : name
    if (field.endsWith('!') && (given === undefined || given === '')) throw missing(full)
    if (given === undefined) continue
    for (const [element, index] of elements(given)) {
      const inner = Array.isArray(shape) ? shape[0] : shape
      if (typeof inner === 'object' && !Array.isArray(inner)) needed(element as JsonObject, inner, full + index)
    }
  }
}

function elements(value: Json): [Json, string][] {
  return Array.isArray(value) ? value.map((element, index) => [element, `.${index + 1}`]) : [[value, '']]
}

function defect(value: Json | undefined, shape: Shape, path: string): string | undefined {
  if (shape === '*') return undefined
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${path} must be a list`
    return first(value.map((item, index) => defect(item, shape[0], `${path}[${index}]`)))
  }
  if (typeof shape === 'string') return scalarDefect(value, shape, path)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return `${path} must be an object`
  return first(
    Object.entries(value).map(([name, item]) => {
      if (item === undefined) return `${path}.${name} is undefined`
      if (!Object.hasOwn(shape, name)) return `${path}.${name} is not in the official answer`
      return defect(item, shape[name]!, `${path}.${name}`)
    }),
  )
}

function scalarDefect(value: Json | undefined, type: string, path: string): string | undefined {
  if (type === 'm') return isFlat(value) ? undefined : `${path} must be a map`
  if (type === 's') return typeof value === 'string' ? undefined : `${path} must be a string`
  if (type === 'b') return typeof value === 'boolean' ? undefined : `${path} must be true or false`
  return typeof value === 'number' && Number.isFinite(value) ? undefined : `${path} must be a number`
}

function isFlat(value: Json | undefined): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function first(found: (string | undefined)[]): string | undefined {
  return found.find(one => one !== undefined)
}

function unknown(name: string, action: string): ApiError {
  return new ApiError(400, 'UnsupportedParameter', `The parameter "${name}" is not supported by ${action}.`)
}

function invalid(name: string, why: string): ApiError {
  return new ApiError(400, 'InvalidParameter', `The specified parameter "${name}" is not valid: ${why}.`)
}

function missing(name: string): ApiError {
  return new ApiError(400, `Missing${name.replace(/\.\d+/g, '')}`, `${name} is mandatory for this action.`)
}
