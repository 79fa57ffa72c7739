import type { Json, JsonObject } from '../../../base/json.ts'
import { refuse, word } from '../../world/input.ts'
import type { Operation } from '../../world/model.ts'

export { flag, isObject, object, objects, refuse, word, words } from '../../world/input.ts'

/** How the operations of Alibaba Cloud read and check their input: leaves are strings as they were sent. */

/** Every action takes these; the server reads them. */
const common = [
  'OwnerAccount',
  'OwnerId',
  'ResourceOwnerAccount',
  'ResourceOwnerId',
  'RegionId',
  'ClientToken',
  'AcceptLanguage',
]

/**
 * An operation that honours `parameters`. An official parameter that is not among them is refused:
 * an emulator that ignored it would answer something else than the real one.
 */
export function operation(parameters: string, run: Operation): Operation {
  const known = new Set([...common, ...parameters.split(/\s+/).filter(Boolean)])
  return (input, call) => {
    for (const name of Object.keys(input)) {
      if (!known.has(name)) {
        refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${name} of ${call.action}.`)
      }
    }
    return run(input, call)
  }
}

/** A scalar parameter. Refused as `Missing…` when absent or empty. */
export function requireParameter(input: JsonObject, name: string): string {
  const value = word(input, name)
  if (value === '') refuse(400, `Missing${name}`, `The parameter ${name} is mandatory for this action.`)
  return value
}

/** A whole number, `fallback` when absent; refused when it is none. */
export function number(input: JsonObject, name: string, fallback: number): number {
  const value = word(input, name)
  if (value === '') return fallback
  const parsed = Number(value)
  if (!Number.isInteger(parsed)) refuse(400, `Invalid${name}`, `The parameter ${name} must be an integer.`)
  return parsed
}

/** An integer within limits, both included. */
export function within(input: JsonObject, name: string, fallback: number, low: number, high: number): number {
  const value = number(input, name, fallback)
  if (value < low || value > high) {
    refuse(400, `Invalid${name}.ValueNotSupported`, `The parameter ${name} must be between ${low} and ${high}.`)
  }
  return value
}

/** A list kept as one JSON string (`InstanceIds=["i-1"]`); undefined when the parameter is absent. */
export function jsonWords(input: JsonObject, name: string): string[] | undefined {
  const list = jsonList(input, name)
  return list?.map(String)
}

/** A list kept as one JSON string; undefined when absent, refused when it is no list. */
export function jsonList(input: JsonObject, name: string): Json[] | undefined {
  const text = word(input, name)
  if (text === '') return undefined
  try {
    const value: Json = JSON.parse(text)
    if (Array.isArray(value)) return value
  } catch {
    // Falls through to the refusal: the cloud does not tell what is wrong with the text either.
  }
  return refuse(400, `Invalid${name}.Malformed`, `The parameter ${name} must be a JSON array.`)
}

/** A cloud's name or description: length limits, no leading http:// or https://. */
export function checkText(value: string, low: number, high: number, code: string, pattern = /^(?!https?:\/\/)/): void {
  if (value === '') return
  if (value.length < low || value.length > high || !pattern.test(value) || /^https?:\/\//.test(value)) {
    refuse(400, code, `The specified value "${value.slice(0, 40)}" is not valid here.`)
  }
}

/** ECS's rule for names: a letter first, then letters and digits of any script and `: _ . -`. */
export const ecsName = /^\p{L}[\p{L}\p{N}:_.-]*$/u

/** At least three of capitals, small letters, digits and the named specials, and nothing else. */
export function strongPassword(value: string, low: number, high: number, specials: string): boolean {
  if (value.length < low || value.length > high) return false
  const chars = [...value]
  const classes = [/[A-Z]/, /[a-z]/, /[0-9]/].filter(one => one.test(value)).length
  const special = chars.some(char => specials.includes(char))
  return chars.every(char => /[A-Za-z0-9]/.test(char) || specials.includes(char)) && classes + (special ? 1 : 0) >= 3
}
