import { CloudProblem, hasFate } from '../../../errors.ts'
import type { Found, JsonObject, Kind, Mark } from '../../../kind.ts'
import { type Alicloud, type Paging, type Product, until } from '../client.ts'
import { isDependency } from '../errors.ts'
import { carries, foundIn, markFilter, tagParams } from '../read.ts'
import type { Params } from '../wire.ts'

/** A kind of Alibaba Cloud. */
export type AlicloudKind<In extends JsonObject, Out extends { id: string }> = Kind<Alicloud, In, Out>

export const second = 1000
export const minute = 60 * second

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

/** What `read` answers, or undefined where the cloud says that it is not there. */
export async function orAbsent<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (hasFate(error, 'gone')) return undefined
    throw error
  }
}

/**
 * Waits until the thing is there and `ready`. A fresh thing may be invisible for a moment, so absence counts only
 * after a minute: then it was removed by somebody else, and `vanished` is thrown (by default: gone).
 */
export async function settled(
  cloud: Alicloud,
  read: () => Promise<JsonObject | undefined>,
  ready: (thing: JsonObject) => boolean,
  options: { what: string; within: number; every?: number; vanished?: CloudProblem },
): Promise<JsonObject> {
  const patience = cloud.deadline(minute)
  const thing = await until(
    cloud,
    () => orAbsent(read),
    found => {
      if (found) return ready(found)
      if (!patience()) return false
      throw options.vanished ?? new CloudProblem('gone', { what: `Not there any more: ${options.what}.` })
    },
    options,
  )
  return thing!
}

/**
 * Sends a removal; while something that is itself going away still stands on it, tries again for `within`. What stays
 * in the way for more than a minute and could be removed by people (`blockers`) ends the waiting and is named.
 */
export async function removed(
  cloud: Alicloud,
  send: () => Promise<unknown>,
  within: number,
  blockers: () => Promise<string[]> = async () => [],
): Promise<'gone'> {
  const late = cloud.deadline(within)
  let look = cloud.deadline(minute, 2000)
  for (let wait = second; ; wait = Math.min(10 * second, wait * 1.2)) {
    try {
      await send()
      return 'gone'
    } catch (error) {
      if (hasFate(error, 'gone')) return 'gone'
      if (!(error instanceof CloudProblem) || !isDependency(error.code)) throw error
      if (look() || late()) {
        const list = await blockers()
        if (list.length > 0 || late()) throw blocked(error, list)
        look = cloud.deadline(minute, 2000)
      }
    }
    await cloud.sleep(wait)
  }
}

function blocked({ what, why, next, code, requestId }: CloudProblem, list: string[]): CloudProblem {
  return new CloudProblem('refused', {
    what,
    list: list.map(line => `In the way: ${line}.`),
    ...(why && { why }),
    ...(next && { next }),
    ...(code && { code }),
    ...(requestId && { requestId }),
  })
}

/**
 * Work that looks first and then sends one call which must not be repeated blindly: after an answer that left it open
 * the work starts over, with the look.
 */
export async function lookAndDo(cloud: Alicloud, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!hasFate(error, 'unsure') || attempt === 10) throw error
    }
    await cloud.sleep(attempt * second)
  }
}

/** Waits a while for something to be absent; `going` when it takes longer. */
export async function untilAbsent(
  cloud: Alicloud,
  read: () => Promise<JsonObject | undefined>,
  within: number,
): Promise<'gone' | 'going'> {
  const late = cloud.deadline(within)
  const start = cloud.now()
  for (;;) {
    if ((await orAbsent(read)) === undefined) return 'gone'
    if (late()) return 'going'
    await cloud.sleep(Math.min(10 * second, Math.max(second, 0.05 * (cloud.now() - start))))
  }
}

/** The mark of things that have a description instead of tags: letters, digits, `_` and `-` only. */
export function descriptionMark(mark: Mark): string {
  return `stackwright-${mark.token.replace(/[^A-Za-z0-9_-]/g, '_')}`
}

/** The tags that a described mark stands for; {} when the description is somebody else's. */
export function tagsOfDescription(description: string): Record<string, string> {
  const token = /^stackwright-(.+)$/.exec(description)?.[1]
  return token ? { 'stackwright:token': token } : {}
}

/** An empty text is not sent: most products refuse one. */
export function given(text: string): string | undefined {
  return text === '' ? undefined : text
}
