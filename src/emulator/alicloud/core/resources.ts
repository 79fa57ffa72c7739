import type { JsonObject } from '../../../base/json.ts'
import { word } from '../../world/input.ts'
import type { Call, Resource } from '../../world/model.ts'
import { isGone } from '../../world/resources.ts'

export { isGone, text, time, updateResource } from '../../world/resources.ts'

/** How the operations of Alibaba Cloud find and make resources. */

/** What the account owns under that id, in the region that was asked for. Ids are looked up at once: only lists lag. */
export function findResource(call: Call, input: JsonObject, type: string, id: string): Resource | undefined {
  const resource = call.world.get(type, id)
  if (
    resource === undefined ||
    resource.cloud !== 'alicloud' ||
    resource.account !== call.account ||
    isGone(call, resource)
  )
    return undefined
  const region = word(input, 'RegionId')
  return region === '' || region === resource.region ? resource : undefined
}

/** Everything of a type that the account has in the region, lag or no lag. */
export function resourcesOf(call: Call, type: string): Resource[] {
  return call.world.list(type, call).filter(resource => resource.cloud === 'alicloud' && !isGone(call, resource))
}

/** What a list or tag look-up shows: resources younger than their own lag are not in it yet. */
export function listedResources(call: Call, type: string): Resource[] {
  return resourcesOf(call, type).filter(resource => call.world.now() >= resource.born + lag(resource.id))
}

/** 2 to 5 seconds, drawn from the id, which is itself drawn from the seed. */
function lag(id: string): number {
  let hash = 7
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) % 3001
  return 2000 + hash
}

/** Puts a resource into the account of the call. */
export function createResource(
  call: Call,
  type: string,
  id: string,
  data: JsonObject,
  tags: Record<string, string> = {},
  region = call.region,
): Resource {
  return call.world.add({ cloud: 'alicloud', type, id, account: call.account, region, tags, data })
}
