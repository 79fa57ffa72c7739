import type { JsonObject } from '../../../base/json.ts'
import type { Call, Resource } from '../../world/model.ts'
import { isGone } from '../../world/resources.ts'

export { isGone, text, time, updateResource } from '../../world/resources.ts'

/** How the operations of AWS find, make and remove resources. */

/** Resources of the services without regions (IAM, Route 53) live here. */
export const everywhere = 'global'

/** What the account owns under that id, at once; `known` and `listed` lag. */
export function findResource(call: Call, type: string, id: string): Resource | undefined {
  const resource = call.world.get(type, id)
  if (resource === undefined || resource.cloud !== 'aws' || resource.account !== call.account || isGone(call, resource))
    return undefined
  return resource.region === call.region || resource.region === everywhere ? resource : undefined
}

/** Everything of a type that the account has in the region (or `everywhere`), lag or no lag. */
export function resourcesOf(call: Call, type: string, region = call.region): Resource[] {
  return call.world
    .list(type, { account: call.account, region })
    .filter(resource => resource.cloud === 'aws' && !isGone(call, resource))
}

/** What a list or tag look-up shows: resources younger than their own lag are not in it yet. */
export function listedResources(call: Call, type: string, region = call.region): Resource[] {
  return resourcesOf(call, type, region).filter(resource => call.world.now() >= resource.born + listLag(resource.id))
}

/** Milliseconds of the cloud's time until a filter finds it: 2 to 5 seconds, drawn from the id. */
export function listLag(id: string): number {
  return 2000 + hash(id, 3001)
}

/** What asking by its id knows: two of five fresh resources are not found for up to 2 seconds. */
export function knownResource(call: Call, type: string, id: string): Resource | undefined {
  const resource = findResource(call, type, id)
  return resource && call.world.now() >= resource.born + idLag(id) ? resource : undefined
}

function idLag(id: string): number {
  return hash(id, 5) < 2 ? 300 + hash(id, 1701) : 0
}

function hash(id: string, size: number): number {
  let value = 7
  for (const char of id) value = (value * 31 + char.charCodeAt(0)) % 1_000_003
  return value % size
}

/** What a new resource has besides its data. */
export interface NewResource {
  tags?: Record<string, string>
  region?: string
  /** Cloud time; now when absent. */
  born?: number
}

/** Puts a resource into the account and region of the call. */
export function createResource(
  call: Call,
  type: string,
  id: string,
  data: JsonObject,
  more: NewResource = {},
): Resource {
  const { tags = {}, region = call.region, born } = more
  const resource = { cloud: 'aws' as const, type, id, account: call.account, region, tags, data }
  return call.world.add(born === undefined ? resource : { ...resource, born })
}

/** It is gone `after` milliseconds from now. */
export function removeResource(call: Call, resource: Resource, after = 0): void {
  resource.goneAt = call.world.now() + after
  if (after > 0) call.world.touch(resource)
  else call.world.drop(resource)
}

/** A list of texts of a resource's data; empty when absent. */
export function texts(resource: Resource, field: string): string[] {
  const value = resource.data[field]
  return Array.isArray(value) ? value.map(String) : []
}
