import type { JsonObject } from '../../../base/json.ts'
import { word } from '../../world/input.ts'
import type { Call, Thing } from '../../world/model.ts'
import { isGone } from '../../world/resources.ts'

export { change, isGone, text, time } from '../../world/resources.ts'

/** How the operations of Alibaba Cloud find and make resources. */

/** What the account owns under that id, in the region that was asked for. Ids are looked up at once: only lists lag. */
export function find(call: Call, input: JsonObject, type: string, id: string): Thing | undefined {
  const thing = call.world.get(type, id)
  if (thing === undefined || thing.cloud !== 'alicloud' || thing.account !== call.account || isGone(call, thing))
    return undefined
  const region = word(input, 'RegionId')
  return region === '' || region === thing.region ? thing : undefined
}

/** Everything of a type that the account has in the region, lag or no lag. */
export function all(call: Call, type: string): Thing[] {
  return call.world.list(type, call).filter(thing => thing.cloud === 'alicloud' && !isGone(call, thing))
}

/** What a list or tag look-up shows: things younger than their own lag are not in it yet. */
export function listed(call: Call, type: string): Thing[] {
  return all(call, type).filter(thing => call.world.now() >= thing.born + lag(thing.id))
}

/** 2 to 5 seconds, drawn from the id, which is itself drawn from the seed. */
function lag(id: string): number {
  let hash = 7
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) % 3001
  return 2000 + hash
}

export function make(
  call: Call,
  type: string,
  id: string,
  data: JsonObject,
  tags: Record<string, string> = {},
  region = call.region,
): Thing {
  return call.world.add({ cloud: 'alicloud', type, id, account: call.account, region, tags, data })
}
