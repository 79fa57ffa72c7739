import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'A machine has one system disk and one network interface, made with it.' },
  { says: 'Dedicated hosts, spot instances, snapshots and images of one’s own are not simulated.' },
]
