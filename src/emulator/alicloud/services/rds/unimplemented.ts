import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'The engines are PostgreSQL and MySQL; backups hold no data, and nothing is restored from them.' },
  { says: 'Read-only instances and parameter groups are not simulated.' },
]
