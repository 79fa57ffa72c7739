import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Commands run once (`RepeatMode=Once`).' },
  { says: 'Without containers a command always succeeds, with output that says it was simulated.' },
]
