import { Problem } from '../errors.ts'
import type { Flags } from './flags.ts'

export async function plan(_flags: Flags): Promise<number> {
  throw new Problem({ what: 'This command is being written.' })
}
