import type { JsonObject } from '../../../base/json.ts'
import { object, refuse, word } from '../../world/input.ts'
import type { Operation } from '../../world/model.ts'

export { flag, isObject, object, objects, refuse, word, words } from '../../world/input.ts'

/**
 * How the operations of AWS read their input: the official input object as the SDK has it (numbers are numbers, lists
 * are lists).
 */

/** What every EC2 action takes besides its own parameters; the server reads the tokens. */
const common = ['DryRun', 'ClientToken']

/**
 * An operation that honours `parameters`. An official parameter that is not among them is refused:
 * an emulator that ignored it would answer something else than the real one.
 */
export function operation(parameters: string, run: Operation): Operation {
  const known = new Set([...common, ...parameters.split(/\s+/).filter(Boolean)])
  return (input, call) => {
    for (const [name, value] of Object.entries(input)) {
      if (value !== undefined && !known.has(name)) {
        refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${name} of ${call.action}.`)
      }
    }
    // Success of a dry run is an error of this name.
    if (input.DryRun === true) {
      refuse(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
    }
    return run(input, call)
  }
}

/** A scalar parameter. Refused with `code` when absent or empty. */
export function requireParameter(input: JsonObject, name: string, code = 'MissingParameter'): string {
  const value = word(input, name)
  if (value === '') refuse(400, code, `The request must contain the parameter ${name}`)
  return value
}

/** A number parameter, `fallback` when absent. */
export function number(input: JsonObject, name: string, fallback: number): number {
  const value = word(input, name)
  return value === '' ? fallback : Number(value)
}

/** EC2 wraps the value of an attribute: `{EnableDnsHostnames: {Value: true}}`. */
export function wrapped(input: JsonObject, name: string): boolean | undefined {
  const value = object(input, name).Value
  return typeof value === 'boolean' ? value : undefined
}

/** A blob: Base64, or bytes where the wire kept them. */
export function bytes(input: JsonObject, name: string): Buffer {
  const value: unknown = input[name]
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(word(input, name), 'base64')
}
