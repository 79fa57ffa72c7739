import { Problem } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { Kind } from '../../../engine/kind.ts'
import { type Removal, untilRemoved } from '../../waiting.ts'
import { adviceFor } from '../advice.ts'
import type { Aws } from '../client.ts'
import { isDependency } from '../errors.ts'

export { lookAndDo, minute, orAbsent, second, settled, until, untilAbsent } from '../../waiting.ts'

/** A kind of resource of AWS. */
export type AwsKind<In extends JsonObject, Out extends { id: string }> = Kind<Aws, In, Out>

/** How long a new resource without token or name can be invisible to a look-up by tag, milliseconds. Generous: a duplicate costs more. */
export const hidesFor = 60_000

/** For calls that have the same effect when they are sent twice. */
export const repeatable = { repeatable: true } as const

/** Sends a removal until nothing depends on the resource any more; see `untilRemoved`. */
export function removed(
  cloud: Aws,
  send: () => Promise<unknown>,
  within: number,
  blockers?: Removal['blockers'],
): Promise<'gone'> {
  return untilRemoved(cloud, send, { within, isDependency, ...(blockers && { blockers }) })
}

/** A list cut into pieces of at most `size`, for calls with a limit. */
export function chunks<T>(list: T[], size: number): T[][] {
  const pieces: T[][] = []
  for (let from = 0; from < list.length; from += size) pieces.push(list.slice(from, from + size))
  return pieces
}

/** The Problem for a resource with deletion protection that is not ours, with what to do about it. */
export function refusedByProtection(what: string): Problem {
  const advice = adviceFor('OperationNotPermitted', 'rds', 'DeleteDBInstance')!
  return new Problem({ what: `${what} cannot be removed.`, why: advice.why, next: advice.next })
}
