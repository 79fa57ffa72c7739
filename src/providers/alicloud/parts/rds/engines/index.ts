import type { Values } from '../../../../../answers/question.ts'
import { text } from '../../names.ts'
import type { DatabaseEngine } from './engine.ts'
import { mysql } from './mysql.ts'
import { postgresql } from './postgresql.ts'

/** The engines that can be chosen. The first is the tutorial's, and the default. */
export const engines: [DatabaseEngine, ...DatabaseEngine[]] = [postgresql, mysql]

/** The chosen engine, or the default. */
export function engineOf(values: Values): DatabaseEngine {
  return engines.find(({ id }) => id === text(values, 'database.engine')) ?? engines[0]
}
