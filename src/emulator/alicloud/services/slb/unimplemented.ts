import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Listeners are HTTP ones without forwarding rules; redirecting ones are refused.',
    operations: ['CreateRules', 'DeleteRules', 'DescribeRules'],
  },
]
