import type { Values } from '../../../../answers/question.ts'
import type { Wish } from '../../live.ts'
import { text, yes } from '../names.ts'
import { network as shared } from '../network.ts'
import { subnets as chapter } from '../subnets.ts'

/** What the machines and the database shall be, as far as it is answered: decides which zones can have it. */
export function wishOf(values: Values): Wish {
  const bastion = values['bastion.enabled'] === undefined || yes(values, 'bastion.enabled')
  const types = [text(values, 'machine.type'), bastion ? text(values, 'bastion.type') : ''].filter(Boolean)
  const [version, wanted] = [text(values, 'database.version'), text(values, 'database.class')]
  return {
    types: types.length > 0 ? types : ['t4g.small'],
    engine: 'mysql',
    ...(version && { version }),
    ...(wanted && { class: wanted }),
  }
}

export const network = shared(4)

export const subnets = chapter(
  'Create two public and two private subnets, the NAT gateway and the routes',
  [
    { id: 'public', whose: 'load balancer', way: 'gateway' },
    { id: 'private', whose: 'web servers and the database', way: 'nat' },
  ],
  wishOf,
)
