import type { Values } from '../../answers/question.ts'
import type { Selection } from '../../providers/aws/lookups.ts'
import { text, yes } from '../../providers/aws/parts/names.ts'
import { mysql } from '../../providers/aws/parts/rds/engines/mysql.ts'

/** What the machines and the database shall be, as far as it is answered: decides which zones can have it. */
export function selectionOf(values: Values): Selection {
  const bastion = values['bastion.enabled'] === undefined || yes(values, 'bastion.enabled')
  const types = [text(values, 'machine.type'), bastion ? text(values, 'bastion.type') : ''].filter(Boolean)
  const [version, wanted] = [text(values, 'database.version'), text(values, 'database.class')]
  return {
    types: types.length > 0 ? types : ['t4g.small'],
    engine: mysql,
    ...(version && { version }),
    ...(wanted && { class: wanted }),
  }
}
