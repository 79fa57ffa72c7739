import type { JsonObject } from '../../../base/json.ts'
import type { Found, Kind, Mark } from '../../../engine/kind.ts'
import { untilRemoved } from '../../waiting.ts'
import type { Alicloud, Paging } from '../cloud.ts'
import type { Product } from '../endpoints.ts'
import { isDependency } from '../errors.ts'
import { carries, foundIn, markFilter, tagParams } from '../read.ts'
import type { Params } from '../wire.ts'

export { lookAndDo, minute, orAbsent, second, settled, until, untilAbsent } from '../../waiting.ts'

/** A kind of Alibaba Cloud. */
export type AlicloudKind<In extends JsonObject, Out extends { id: string }> = Kind<Alicloud, In, Out>

/** How a product lists things, for a look-up by mark. */
export interface Listing {
  product: Product
  action: string
  /** Path of the rows in the answer: `Vpcs.Vpc`. */
  list: string
  id: string
  since: string
  paging?: Paging
}

/** Everything of one type that carries the mark of a stack (and an address). */
export async function findByMark(
  cloud: Alicloud,
  listing: Listing,
  type: string,
  where: { stack: string; address?: string },
  more: Params = {},
): Promise<Found[]> {
  const filter = markFilter(type, where)
  const params = { Tag: tagParams(filter), ...more }
  const found = await cloud.pages(listing.product, listing.action, params, listing.list, listing.paging)
  return found
    .map(row => foundIn(row, listing.id, listing.since))
    .filter(thing => thing.id && carries(thing.tags, filter))
}

/** Retries a removal while dependents are still being deleted, for `within` milliseconds of the cloud's time; `blockers` names what people must delete. */
export function removed(
  cloud: Alicloud,
  send: () => Promise<unknown>,
  within: number,
  blockers: () => Promise<string[]> = async () => [],
): Promise<'gone'> {
  return untilRemoved(cloud, send, { within, isDependency, blockers })
}

/** The mark of resources that have a description instead of tags: letters, digits, `_` and `-` only. */
export function descriptionMark(mark: Mark): string {
  return `stackwright-${mark.token.replace(/[^A-Za-z0-9_-]/g, '_')}`
}

/** The tags that a description stands for; {} when it is not a mark of ours. */
export function tagsOfDescription(description: string): Record<string, string> {
  const token = /^stackwright-(.+)$/.exec(description)?.[1]
  return token ? { 'stackwright:token': token } : {}
}

/** Undefined for an empty text, which most products refuse: it is not sent then. */
export function given(text: string): string | undefined {
  return text === '' ? undefined : text
}
