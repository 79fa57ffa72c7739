import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Rotation, replication and policies of secrets are not simulated.',
    operations: ['RotateSecret', 'ReplicateSecretToRegions', 'PutResourcePolicy'],
  },
  {
    says: 'Versions of a secret are not listed, and secrets are not read in batches.',
    operations: ['ListSecretVersionIds', 'BatchGetSecretValue'],
  },
  {
    says: 'It makes no passwords.',
    operations: ['GetRandomPassword'],
  },
]
