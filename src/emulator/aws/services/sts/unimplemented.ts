import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'It only tells who called: no role can be assumed, no token is issued.',
    operations: ['AssumeRole', 'GetSessionToken', 'GetFederationToken'],
  },
]
