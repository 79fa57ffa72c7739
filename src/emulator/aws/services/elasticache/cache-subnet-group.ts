import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  removeResource,
  resourcesOf,
  text,
} from '../../core/resources.ts'
import { tagsIn } from '../../core/tags.ts'
import { cacheArn, cacheFind, cacheLook, cacheTagCodes, invalid, subnetsOf } from './lookup.ts'

const perRegion = 300
const perGroup = 20

/** Subnet groups of caches. Their names are kept in lower case. */
export const cacheSubnetGroupOperations: Record<string, Operation> = {
  'elasticache.CreateCacheSubnetGroup': operation(
    'CacheSubnetGroupName CacheSubnetGroupDescription SubnetIds Tags',
    (input, call) => {
      const name = nameIn(input).toLowerCase()
      if (!/^[a-z0-9-]{1,255}$/.test(name) || name === 'default') {
        invalid(
          'The parameter CacheSubnetGroupName must have at most 255 letters, digits and hyphens, and not be default.',
        )
      }
      const tags = tagsIn(input, cacheTagCodes)
      const subnets = readSubnets(call, words(input, 'SubnetIds'))
      if (cacheLook(call, 'subnetgroup', name)) {
        refuse(400, 'CacheSubnetGroupAlreadyExistsFault', `Cache subnet group ${name} already exists.`)
      }
      if (resourcesOf(call, 'cache-subnet-group').length >= perRegion) {
        refuse(400, 'CacheSubnetGroupQuotaExceededFault', `The quota of ${perRegion} cache subnet groups is reached.`)
      }
      const data = {
        name,
        description: requireParameter(input, 'CacheSubnetGroupDescription', 'InvalidParameterValueException'),
        subnets: subnets.map(one => one.id),
        vpcId: text(subnets[0]!, 'vpcId'),
      }
      const group = createResource(call, 'cache-subnet-group', cacheArn(call, 'subnetgroup', name), data, { tags })
      return { CacheSubnetGroup: describeSubnetGroup(call, group) }
    },
  ),
  'elasticache.DescribeCacheSubnetGroups': operation('CacheSubnetGroupName MaxRecords Marker', (input, call) => {
    const name = word(input, 'CacheSubnetGroupName')
    const found = name ? [cacheFind(call, 'subnetgroup', name)] : listedResources(call, 'cache-subnet-group')
    const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
    return { CacheSubnetGroups: rows.map(one => describeSubnetGroup(call, one)), ...(next && { Marker: next }) }
  }),
  'elasticache.DeleteCacheSubnetGroup': operation('CacheSubnetGroupName', (input, call) => {
    const group = cacheFind(call, 'subnetgroup', nameIn(input))
    const user = resourcesOf(call, 'replication-group').find(one => text(one, 'subnetGroup') === text(group, 'name'))
    if (user) {
      const who = `${text(group, 'name')} is currently in use by ${text(user, 'name')}`
      refuse(400, 'CacheSubnetGroupInUse', `Cache subnet group ${who}.`)
    }
    removeResource(call, group)
    return {}
  }),
}

function nameIn(input: JsonObject): string {
  return requireParameter(input, 'CacheSubnetGroupName', 'InvalidParameterValueException')
}

function describeSubnetGroup(call: Call, group: Resource): JsonObject {
  return {
    CacheSubnetGroupName: text(group, 'name'),
    CacheSubnetGroupDescription: text(group, 'description'),
    ARN: group.id,
    VpcId: text(group, 'vpcId'),
    SupportedNetworkTypes: ['ipv4'],
    Subnets: subnetsOf(call, group).map(one => ({
      SubnetIdentifier: one.id,
      SubnetAvailabilityZone: { Name: text(one, 'zone') },
      SupportedNetworkTypes: ['ipv4'],
    })),
  }
}

function readSubnets(call: Call, ids: string[]): Resource[] {
  const subnets = [...new Set(ids)].map(
    id =>
      findResource(call, 'subnet', id) ?? refuse(400, 'InvalidSubnet', `Some input subnets in :[${id}] are invalid.`),
  )
  if (subnets.length === 0) invalid('The parameter SubnetIds must be provided.')
  if (subnets.length > perGroup) {
    refuse(400, 'CacheSubnetQuotaExceededFault', `A cache subnet group has at most ${perGroup} subnets.`)
  }
  if (new Set(subnets.map(one => text(one, 'vpcId'))).size > 1) {
    refuse(400, 'InvalidSubnet', 'The subnets are not all in the same VPC.')
  }
  return subnets
}
