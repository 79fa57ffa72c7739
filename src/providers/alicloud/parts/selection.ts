import type { Values } from '../../../answers/question.ts'
import type { Selection } from '../catalog.ts'
import { machineCount, text } from './names.ts'
import { engineOf } from './rds/engines/index.ts'

/** What is chosen for the machines and the database, as far as it is answered: it decides which zones are suggested. */
export function selectionOf(values: Values): Selection {
  const selection: Selection = {
    machines: machineCount(values),
    billing: text(values, 'machine.billing') === 'subscription' ? 'subscription' : 'payg',
    engine: engineOf(values).id,
    dbBilling: text(values, 'database.billing') === 'subscription' ? 'subscription' : 'payg',
  }
  const given: [keyof Selection & ('type' | 'version' | 'category' | 'storageType' | 'class'), string][] = [
    ['type', 'machine.type'],
    ['version', 'database.version'],
    ['category', 'database.category'],
    ['storageType', 'database.storageType'],
    ['class', 'database.class'],
  ]
  for (const [field, key] of given) if (text(values, key)) selection[field] = text(values, key)
  return selection
}
