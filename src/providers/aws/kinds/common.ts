import type { JsonObject } from '../../../base/json.ts'
import type { Kind } from '../../../engine/kind.ts'
import { type Removal, untilRemoved } from '../../waiting.ts'
import type { Aws } from '../client.ts'
import { isDependency } from '../errors.ts'
import { tagList } from '../read.ts'

export { lookAndDo, minute, orAbsent, second, settled, until, untilAbsent } from '../../waiting.ts'

/** A kind of AWS. */
export type AwsKind<In extends JsonObject, Out extends { id: string }> = Kind<Aws, In, Out>

/** How long a fresh thing without token or name may hide from a look-up by tag, milliseconds. Generous: a double costs more. */
export const hidesFor = 60_000

/** Tags at creation, as every call of EC2 takes them. */
export function tagged<Type extends string>(type: Type, tags: Record<string, string>) {
  return { TagSpecifications: [{ ResourceType: type, Tags: tagList(tags) }] }
}

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
