import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Permissions are kept, not enforced: every key may do everything in its account.' },
  {
    says: 'Users, groups and access keys are not simulated.',
    operations: ['CreateUser', 'CreateGroup', 'CreateAccessKey', 'ListUsers'],
  },
  {
    says: 'Policies of one’s own that stand by themselves are not simulated: roles have inline and AWS’s policies.',
    operations: ['CreatePolicy', 'ListPolicies', 'GetPolicy'],
  },
]
