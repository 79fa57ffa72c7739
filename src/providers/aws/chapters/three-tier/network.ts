import type { Values } from '../../../../answers/question.ts'
import type { Wish } from '../../live.ts'
import { text } from '../names.ts'
import { network as shared } from '../network.ts'
import { subnets as chapter } from '../subnets.ts'

/** What the machines and the database shall be, as far as it is answered: decides which zones can have it. */
export function wishOf(values: Values): Wish {
  const types = [text(values, 'web.type'), text(values, 'tier.type')].filter(Boolean)
  const [version, wanted] = [text(values, 'aurora.version'), text(values, 'aurora.class')]
  return {
    types: types.length > 0 ? [...new Set(types)] : ['t4g.micro'],
    engine: 'aurora-mysql',
    ...(version && { version }),
    ...(wanted && { class: wanted }),
  }
}

export const network = shared(8)

export const subnets = chapter(
  'Create eight subnets in two zones, the NAT gateway and the routes',
  [
    { id: 'public', whose: 'load balancer', way: 'gateway' },
    { id: 'web', whose: 'web servers', way: 'nat' },
    { id: 'app', whose: 'application servers', way: 'nat' },
    { id: 'database', whose: 'database', way: 'none' },
  ],
  wishOf,
)
