import type { Values } from '../../answers/question.ts'
import type { Selection } from '../../providers/aws/lookups.ts'
import { text } from '../../providers/aws/parts/names.ts'
import { postgresql } from '../../providers/aws/parts/rds/engines/postgresql.ts'

/** What the machines and the database shall be, as far as it is answered: decides which zones can have it. */
export function selectionOf(values: Values): Selection {
  const [type, version, wanted] = ['machine.type', 'database.version', 'database.class'].map(key => text(values, key))
  return {
    types: [type || 't4g.small'],
    engine: postgresql,
    ...(version && { version }),
    ...(wanted && { class: wanted }),
  }
}
