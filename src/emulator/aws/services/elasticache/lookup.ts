import { createHash } from 'node:crypto'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf } from '../../core/catalog.ts'
import { arn } from '../../core/ids.ts'
import { refuse } from '../../core/input.ts'
import { findResource, texts } from '../../core/resources.ts'
import type { TagCodes } from '../../core/tags.ts'

/** What the caches' operations share. A resource's id is its ARN: names are the account's own in one region. */

/** How ElastiCache refuses tags. */
export const cacheTagCodes: TagCodes = { bad: 'InvalidParameterValueException', tooMany: 'TagQuotaPerResourceExceeded' }

/** What ElastiCache's ARNs name: the part before the name. */
export type CachePart = 'subnetgroup' | 'replicationgroup'

const types: Record<CachePart, [type: string, status: number, code: string, noun: string]> = {
  subnetgroup: ['cache-subnet-group', 400, 'CacheSubnetGroupNotFoundFault', 'CacheSubnetGroup'],
  replicationgroup: ['replication-group', 404, 'ReplicationGroupNotFoundFault', 'ReplicationGroup'],
}

/** The ARN of a name in the call's account and region. */
export function cacheArn(call: Call, part: CachePart | 'cluster', name: string): string {
  return arn(call, 'elasticache', `${part}:${name.toLowerCase()}`)
}

/** The resource of that name, if it is there. */
export function cacheLook(call: Call, part: CachePart, name: string): Resource | undefined {
  return findResource(call, types[part][0], cacheArn(call, part, name))
}

/** The resource of that name, or the cloud's refusal. */
export function cacheFind(call: Call, part: CachePart, name: string): Resource {
  const [, status, code, noun] = types[part]
  return cacheLook(call, part, name) ?? refuse(status, code, `${noun} ${name} not found.`)
}

/** The replication group that this cluster is a node of, and which node; or the cloud's refusal. */
export function clusterFind(call: Call, name: string): { group: Resource; index: number } {
  const [, groupName = '', number = ''] = /^(.*)-(\d{3})$/.exec(name.toLowerCase()) ?? []
  const group = groupName && cacheLook(call, 'replicationgroup', groupName)
  const index = Number(number) - 1
  return group && index >= 0 && index < texts(group, 'interfaces').length
    ? { group, index }
    : refuse(404, 'CacheClusterNotFoundFault', `CacheCluster ${name} not found.`)
}

/** The resource of that ARN, for tags. A node has those of its replication group. */
export function cacheByArn(call: Call, id: string): Resource {
  const [, , service, , , part = '', name = ''] = id.split(':')
  if (service === 'elasticache' && part === 'cluster') return clusterFind(call, name).group
  if (service !== 'elasticache' || !(part in types)) refuse(400, 'InvalidARNFault', `Invalid ARN: ${id}`)
  return cacheFind(call, part as CachePart, name)
}

/** Refuses with `InvalidParameterValue`. */
export function invalid(message: string): never {
  return refuse(400, 'InvalidParameterValueException', message)
}

/** Refuses with `InvalidParameterCombination`. */
export function combination(message: string): never {
  return refuse(400, 'InvalidParameterCombinationException', message)
}

/** `a1b2c3.use1.cache.amazonaws.com`: the end of every endpoint of an account and region. */
export function endpointEnd(call: Call, between = ''): string {
  const digest = createHash('sha256').update(`cache ${call.account} ${call.region}`).digest('hex').slice(0, 6)
  const short = regionOf(call.region).zones[0]!.id.replace(/-az\d+$/, '')
  return `${digest}.${between}${short}.cache.amazonaws.com`
}

/** The subnets of a group, each with its zone. */
export function subnetsOf(call: Call, group: Resource): Resource[] {
  return texts(group, 'subnets').flatMap(id => findResource(call, 'subnet', id) ?? [])
}

/** The node's name: `chat-redis-001`. */
export function nodeName(group: string, index: number): string {
  return `${group}-${String(index + 1).padStart(3, '0')}`
}
