import { draws } from './random.ts'

/** Chances between 0 and 1; `slowMs` in our milliseconds. */
export interface FaultSpec {
  throttle: number
  error: number
  reset: number
  slow: number
  slowMs: number
  seed: number
}

/** What befalls one call. `when`: whether the work is done although the client hears nothing good. */
export interface Fault {
  is: 'none' | 'throttle' | 'error' | 'reset'
  when: 'before' | 'after'
  /** For `error`: a proper refusal, or one of the evil shapes real gateways have. */
  shape: 'unavailable' | 'internal' | 'html' | 'no-code'
  delayMs: number
}

/** Draws what goes wrong with the next call of an action. */
export interface Faults {
  readonly spec: FaultSpec
  /** Decides by the seed, the action and how often it was called: the same run meets the same faults. */
  next(action: string): Fault
}

const calm: FaultSpec = { throttle: 0, error: 0, reset: 0, slow: 0, slowMs: 0, seed: 1 }

/**
 * Reads `throttle=0.2,error=0.05,reset=0.05,slow=0.1:2000,seed=7`; empty means none.
 * Throws an Error with a sentence when a word or a chance in it is wrong.
 */
export function parseFaults(text: string): FaultSpec {
  const spec = { ...calm }
  for (const part of text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean)) {
    const [name, value = ''] = part.split('=', 2) as [string, string?]
    if (name === 'seed') spec.seed = whole(name, value)
    else if (name === 'slow') Object.assign(spec, slow(value))
    else if (name === 'throttle' || name === 'error' || name === 'reset') spec[name] = chance(name, value)
    else throw new Error(`Unknown fault "${name}": use throttle, error, reset, slow or seed.`)
  }
  if (spec.throttle + spec.error + spec.reset > 1)
    throw new Error('The chances of throttle, error and reset add up to more than 1.')
  return spec
}

/** The same spec draws the same faults: each depends on the seed, the action, and how often it was called. */
export function createFaults(spec: FaultSpec): Faults {
  const counts = new Map<string, number>()
  return {
    spec,
    next(action) {
      const count = counts.get(action) ?? 0
      counts.set(action, count + 1)
      return decide(spec, action, count)
    },
  }
}

function decide(spec: FaultSpec, action: string, count: number): Fault {
  const [what, when, shape, slowness] = draws(spec.seed, action, count)
  const delayMs = slowness < spec.slow ? spec.slowMs : 0
  const shapes = ['unavailable', 'internal', 'html', 'no-code'] as const
  const fault = {
    when: when < 0.5 ? 'before' : 'after',
    shape: shapes[Math.floor(shape * 4)] ?? 'internal',
    delayMs,
  } as const
  if (what < spec.throttle) return { ...fault, is: 'throttle', when: 'before' }
  if (what < spec.throttle + spec.error) return { ...fault, is: 'error' }
  if (what < spec.throttle + spec.error + spec.reset) return { ...fault, is: 'reset' }
  return { ...fault, is: 'none' }
}

function slow(value: string): { slow: number; slowMs: number } {
  const [part = '', ms = '2000'] = value.split(':')
  return { slow: chance('slow', part), slowMs: whole('slow', ms) }
}

function chance(name: string, value: string): number {
  const number = value === '' ? Number.NaN : Number(value)
  if (!(number >= 0 && number <= 1)) throw new Error(`The chance of ${name} must be between 0 and 1, not "${value}".`)
  return number
}

function whole(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`The number of ${name} must be whole, not "${value}".`)
  return Number(value)
}
