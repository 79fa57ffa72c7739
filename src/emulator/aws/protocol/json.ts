import type { Json, JsonObject } from '../../../base/json.ts'
import { isObject } from './check.ts'
import { readDate } from './dates.ts'
import { jsonParts, type Parts } from './http-response.ts'
import { refusal } from './refusals.ts'
import type { Action, Shape } from './schema.ts'

/** The input of a JSON request, by the action's schema. Throws the family's refusals. */
export function readJson(action: Action, body: Buffer): JsonObject {
  const value = body.length === 0 ? {} : parsed(body)
  if (!isObject(value)) throw refusal('json', 'not understood', 'The request is not a JSON object.')
  return readValue(action.input, value, '') as JsonObject
}

/** A success of a JSON service. */
export function jsonAnswer(action: Action, output: JsonObject, requestId: string): Parts {
  return jsonParts(200, requestId, writeValue(action.output, output) as JsonObject)
}

function parsed(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json
  } catch {
    throw refusal('json', 'not understood', 'The request is not JSON.')
  }
}

function readValue(shape: Shape, value: Json, path: string): Json {
  const wrong = (want: string) => refusal('json', 'bad value', `${path || 'The request'} must be ${want}.`)
  if (shape.kind === 'structure') {
    if (!isObject(value)) throw wrong('an object')
    const known = Object.entries(value).filter(([, item]) => item !== null)
    return Object.fromEntries(
      known.map(([name, item]) => {
        const here = path ? `${path}.${name}` : name
        const member = shape.byName.get(name)
        if (!member) throw refusal('json', 'unknown parameter', `The parameter ${here} is not recognized.`)
        return [name, readValue(member.shape, item, here)]
      }),
    )
  }
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) throw wrong('a list')
    return value.map((item, index) => readValue(shape.item.shape, item, `${path}[${index}]`))
  }
  if (shape.kind === 'map') {
    if (!isObject(value)) throw wrong('an object')
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      readValue(shape.value.shape, item, `${path}.${key}`),
    ])
    return Object.fromEntries(entries)
  }
  return readPlain(shape, value, wrong)
}

function readPlain(shape: Shape, value: Json, wrong: (want: string) => Error): Json {
  if (shape.kind === 'timestamp') {
    const date = typeof value === 'number' || typeof value === 'string' ? readDate(value) : undefined
    if (!date) throw wrong('a time')
    return date
  }
  if (shape.kind === 'number' && typeof value !== 'number') throw wrong('a number')
  if (shape.kind === 'boolean' && typeof value !== 'boolean') throw wrong('true or false')
  if ((shape.kind === 'string' || shape.kind === 'blob') && typeof value !== 'string') throw wrong('a string')
  return value
}

/** JSON as it is, but times are seconds since 1970 unless the schema says otherwise. */
function writeValue(shape: Shape, value: Json): Json {
  if (shape.kind === 'structure') {
    const entries = Object.entries(value as JsonObject)
    return Object.fromEntries(entries.map(([name, item]) => [name, writeValue(shape.byName.get(name)!.shape, item)]))
  }
  if (shape.kind === 'list') return (value as Json[]).map(item => writeValue(shape.item.shape, item))
  if (shape.kind === 'map') {
    const entries = Object.entries(value as JsonObject)
    return Object.fromEntries(entries.map(([key, item]) => [key, writeValue(shape.value.shape, item)]))
  }
  if (shape.kind !== 'timestamp' || (shape.format !== undefined && shape.format !== 'epoch')) return value
  return Date.parse(String(value)) / 1000
}
