import type { Call } from '../../world/model.ts'

/** Ids and times as Alibaba Cloud writes them. */

/** A fresh id such as `vpc-6we0c7t1…`. */
export function newId(call: Call, prefix: string): string {
  return call.world.id(prefix)
}

/** The account as the number that most answers carry. */
export function owner(call: Call): number {
  return Number(call.account)
}

/** ISO 8601 with seconds; ECS writes minutes only. */
export function date(call: Call, at: number): string {
  return call.world.date(at).replace(/\.\d+Z$/, 'Z')
}
