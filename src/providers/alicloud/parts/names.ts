import type { Values } from '../../../answers/question.ts'
import { machineCount, text } from '../../values.ts'

export { machineCount, number, numbered, tags, text, yes } from '../../values.ts'

/** Index (0 or 1) of the VSwitch each machine goes to: the chosen one first, then alternating. */
export function placesOf(values: Values): (0 | 1)[] {
  const first = vswitchIndex(values, 'machine.vswitch')
  return Array.from({ length: machineCount(values) }, (_, i) => ((first + i) % 2 === 0 ? 0 : 1))
}

/** Which of the two VSwitches an answer means: 0 for `1` and for anything else that is not `2`. */
export function vswitchIndex(values: Values, key: string): 0 | 1 {
  return text(values, key) === '2' ? 1 : 0
}

/** The zones the machines will be in, each once. */
export function machineZones(values: Values): string[] {
  return [...new Set(placesOf(values).map(i => text(values, `vswitch${i + 1}.zone`)))].filter(Boolean)
}
