import { Problem } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { Kind } from '../../../engine/kind.ts'
import { type Removal, untilRemoved } from '../../waiting.ts'
import { adviceFor } from '../advice.ts'
import type { Aws } from '../client.ts'
import { isDependency } from '../errors.ts'

export { lookAndDo, minute, orAbsent, second, settled, until, untilAbsent } from '../../waiting.ts'

/** A kind of AWS. */
export type AwsKind<In extends JsonObject, Out extends { id: string }> = Kind<Aws, In, Out>

/** How long a fresh thing without token or name may hide from a look-up by tag, milliseconds. Generous: a double costs more. */
export const hidesFor = 60_000

export const repeatable = { repeatable: true } as const

/** Sends a removal until nothing stands on the thing any more; see `untilRemoved`. */
export function removed(
  cloud: Aws,
  send: () => Promise<unknown>,
  within: number,
  blockers?: Removal['blockers'],
): Promise<'gone'> {
  return untilRemoved(cloud, send, { within, isDependency, ...(blockers && { blockers }) })
}

/** Lists cut into pieces that a call can take. */
export function chunks<T>(list: T[], size: number): T[][] {
  const pieces: T[][] = []
  for (let from = 0; from < list.length; from += size) pieces.push(list.slice(from, from + size))
  return pieces
}

/** The refusal to remove what has deletion protection, with what to do about it. */
export function isProtected(what: string): Problem {
  const advice = adviceFor('OperationNotPermitted', 'rds', 'DeleteDBInstance')!
  return new Problem({ what: `${what} cannot be removed.`, why: advice.why, next: advice.next })
}
