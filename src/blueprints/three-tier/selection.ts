import type { Values } from '../../answers/question.ts'
import type { Selection } from '../../providers/aws/lookups.ts'
import { text } from '../../providers/aws/parts/names.ts'
import { auroraMysql } from '../../providers/aws/parts/rds/engines/aurora-mysql.ts'

/** What the machines and the database shall be, as far as it is answered: decides which zones can have it. */
export function selectionOf(values: Values): Selection {
  const types = [text(values, 'web.type'), text(values, 'tier.type')].filter(Boolean)
  const [version, wanted] = [text(values, 'aurora.version'), text(values, 'aurora.class')]
  return {
    types: types.length > 0 ? [...new Set(types)] : ['t4g.micro'],
    engine: auroraMysql,
    ...(version && { version }),
    ...(wanted && { class: wanted }),
  }
}
