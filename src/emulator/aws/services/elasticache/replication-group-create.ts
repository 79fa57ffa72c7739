import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { flag, number, refuse, requireParameter, word, words } from '../../core/input.ts'
import { createResource, findResource, resourcesOf, text, texts } from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { createInterface } from '../ec2/network-interface.ts'
import { type CacheEngine, type CacheVersion, cacheEngines, type NodeType, nodeTypeNamed } from './catalog.ts'
import { cacheArn, cacheFind, cacheLook, cacheTagCodes, combination, invalid, nodeName, subnetsOf } from './lookup.ts'
import { describeGroup, endpointsOf } from './replication-group-description.ts'

/** The parameters of CreateReplicationGroup that are honoured. */
export const newGroup =
  'ReplicationGroupId ReplicationGroupDescription Engine EngineVersion CacheNodeType NumCacheClusters AutomaticFailoverEnabled ' +
  'MultiAZEnabled ClusterMode Port CacheSubnetGroupName SecurityGroupIds TransitEncryptionEnabled TransitEncryptionMode AuthToken ' +
  'AtRestEncryptionEnabled SnapshotRetentionLimit AutoMinorVersionUpgrade Tags'

const nodesPerRegion = 300

/** `CreateReplicationGroup`, cluster mode disabled. The token is checked and not kept. */
export function createGroup(input: JsonObject, call: Call): JsonObject {
  const name = readId(input)
  const description = requireParameter(input, 'ReplicationGroupDescription', 'InvalidParameterValueException')
  const tags = tagsIn(input, cacheTagCodes)
  refuseUnsimulated(input)
  const { engine, version } = readVersion(input)
  const type = readNodeType(input)
  const count = readCount(input)
  const places = cacheFind(call, 'subnetgroup', readSubnetGroup(input))
  const groups = readSecurityGroups(call, input, text(places, 'vpcId'))
  const tls = flag(input, 'TransitEncryptionEnabled')
  const hasToken = readToken(input, tls)
  const failover = readFailover(call, input, count, places)
  if (cacheLook(call, 'replicationgroup', name)) {
    refuse(400, 'ReplicationGroupAlreadyExistsFault', `Replication group ${name} already exists.`)
  }
  const nodes = resourcesOf(call, 'replication-group').flatMap(one => texts(one, 'interfaces')).length
  if (nodes + count > nodesPerRegion) {
    refuse(400, 'NodeQuotaForCustomerExceededFault', `The quota of ${nodesPerRegion} nodes is reached.`)
  }
  const data = {
    name,
    description,
    engine: engine.name,
    ...version,
    nodeType: type.name,
    /** MiB. */
    memory: type.memory,
    failover,
    multiAz: flag(input, 'MultiAZEnabled'),
    port: number(input, 'Port', 6379),
    subnetGroup: text(places, 'name'),
    vpcId: text(places, 'vpcId'),
    groups,
    tls,
    hasToken,
    encrypted: flag(input, 'AtRestEncryptionEnabled') || engine.name === 'valkey',
    autoUpgrade: flag(input, 'AutoMinorVersionUpgrade', true),
    ...endpointsOf(call, name, count, tls),
    interfaces: interfacesFor(call, { name, count, places, groups }),
    readyAt: call.world.now() + times.cacheCreating,
  }
  const group = createResource(call, 'replication-group', cacheArn(call, 'replicationgroup', name), data, { tags })
  return { ReplicationGroup: describeGroup(call, group) }
}

function readId(input: JsonObject): string {
  const id = requireParameter(input, 'ReplicationGroupId', 'InvalidParameterValueException')
  if (!/^[a-z](-?[a-z0-9])*$/i.test(id) || id.length > 40) {
    invalid(
      'The parameter ReplicationGroupId must have 1 to 40 letters, digits and hyphens, begin with a letter, not end with a hyphen and not contain two hyphens in a row.',
    )
  }
  return id.toLowerCase()
}

function refuseUnsimulated(input: JsonObject): void {
  const not = (what: string): never =>
    refuse(400, 'UnsupportedParameter', `The emulator does not simulate ${what} of CreateReplicationGroup.`)
  if (word(input, 'ClusterMode') && word(input, 'ClusterMode') !== 'disabled') not('cluster mode')
  if (number(input, 'SnapshotRetentionLimit', 0) > 0) not('snapshots')
  if (word(input, 'TransitEncryptionMode') === 'preferred') not('the transit encryption mode preferred')
}

function readVersion(input: JsonObject): { engine: CacheEngine; version: CacheVersion } {
  const name = word(input, 'Engine') || 'redis'
  const engine =
    cacheEngines.find(one => one.name === name) ?? invalid(`Invalid engine for a replication group: ${name}`)
  const asked = word(input, 'EngineVersion')
  const version = asked === '' ? engine.versions.at(-1) : engine.versions.find(one => one.version === asked)
  return { engine, version: version ?? invalid(`Cannot find version ${asked} for ${name}.`) }
}

function readNodeType(input: JsonObject): NodeType {
  const name = requireParameter(input, 'CacheNodeType', 'InvalidParameterValueException')
  return nodeTypeNamed(name) ?? invalid(`Invalid cache node type: ${name}`)
}

function readCount(input: JsonObject): number {
  const count = number(input, 'NumCacheClusters', 1)
  if (count < 1 || count > 6) invalid('The number of cache clusters is 1 to 6.')
  return count
}

function readSubnetGroup(input: JsonObject): string {
  const name = word(input, 'CacheSubnetGroupName')
  return name || combination('No default VPC exists for this account: name a cache subnet group.')
}

function readSecurityGroups(call: Call, input: JsonObject, vpcId: string): string[] {
  const ids = words(input, 'SecurityGroupIds')
  for (const id of ids) {
    const group = findResource(call, 'security-group', id) ?? invalid(`Some security groups are invalid: ${id}`)
    if (text(group, 'vpcId') !== vpcId) combination(`The security group ${id} is in another VPC than the subnet group.`)
  }
  if (ids.length > 0) return ids
  const own = resourcesOf(call, 'security-group').find(
    one => one.data.isDefault === true && text(one, 'vpcId') === vpcId,
  )
  return own ? [own.id] : []
}

/** Whether it asks for a token. */
function readToken(input: JsonObject, tls: boolean): boolean {
  if (word(input, 'TransitEncryptionMode') && !tls) {
    combination('TransitEncryptionMode can be given only when TransitEncryptionEnabled is true.')
  }
  const token = word(input, 'AuthToken')
  if (token === '') return false
  if (!tls) combination('AuthToken can be given only when TransitEncryptionEnabled is true.')
  if (token.length < 16 || token.length > 128 || !/^[A-Za-z0-9!&#$^<>-]*$/.test(token)) {
    invalid(
      'Invalid AuthToken provided. It must have 16 to 128 printable characters; of special ones only !, &, #, $, ^, <, > and -.',
    )
  }
  return true
}

function readFailover(call: Call, input: JsonObject, count: number, places: Resource): boolean {
  const failover = flag(input, 'AutomaticFailoverEnabled')
  if (failover && count < 2) combination('Automatic failover needs at least two nodes.')
  if (!flag(input, 'MultiAZEnabled')) return failover
  if (!failover) combination('Multi-AZ needs automatic failover.')
  const zones = new Set(subnetsOf(call, places).map(one => text(one, 'zone')))
  if (zones.size < 2) combination('Multi-AZ needs a cache subnet group with subnets in two zones at least.')
  return failover
}

/** An interface for each node, spread over the subnets; they outlive the nodes for a while. */
function interfacesFor(
  call: Call,
  { name, count, places, groups }: { name: string; count: number; places: Resource; groups: string[] },
): string[] {
  const subnets = subnetsOf(call, places)
  return Array.from({ length: count }, (_, index) => {
    const description = `ElastiCache ${nodeName(name, index)}`
    const subnet = subnets[index % subnets.length]!
    return createInterface(call, { subnet, groups, description, owner: 'amazon-elasticache' }).id
  })
}
