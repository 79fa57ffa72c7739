import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation } from '../../../world/model.ts'
import { flag, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { listedResources, removeResource, text, texts } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { releaseInterface } from '../ec2/network-interface.ts'
import { cacheFind, clusterFind } from './lookup.ts'
import { createGroup, newGroup } from './replication-group-create.ts'
import { describeCluster, describeGroup, replicationGroupStatus } from './replication-group-description.ts'

/** Replication groups, and the clusters that their nodes are. */
export const replicationGroupOperations: Record<string, Operation> = {
  'elasticache.CreateReplicationGroup': operation(newGroup, createGroup),
  'elasticache.DescribeReplicationGroups': operation('ReplicationGroupId MaxRecords Marker', (input, call) => {
    const name = word(input, 'ReplicationGroupId')
    const found = name ? [cacheFind(call, 'replicationgroup', name)] : listedResources(call, 'replication-group')
    const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
    return { ReplicationGroups: rows.map(one => describeGroup(call, one)), ...(next && { Marker: next }) }
  }),
  'elasticache.DescribeCacheClusters': operation(
    'CacheClusterId MaxRecords Marker ShowCacheNodeInfo ShowCacheClustersNotInReplicationGroups',
    describeClusters,
  ),
  'elasticache.DeleteReplicationGroup': operation('ReplicationGroupId RetainPrimaryCluster', remove),
}

/** Every cluster here is a node of a replication group. */
function describeClusters(input: JsonObject, call: Call): JsonObject {
  const name = word(input, 'CacheClusterId')
  const all = listedResources(call, 'replication-group').flatMap(group =>
    texts(group, 'interfaces').map((_, index) => ({ group, index })),
  )
  const found = name ? [clusterFind(call, name)] : flag(input, 'ShowCacheClustersNotInReplicationGroups') ? [] : all
  const { rows, next } = page(input, found, { limit: 'MaxRecords', token: 'Marker', size: 100 })
  const withNodes = flag(input, 'ShowCacheNodeInfo')
  return {
    CacheClusters: rows.map(({ group, index }) => describeCluster(call, group, index, withNodes)),
    ...(next && { Marker: next }),
  }
}

function remove(input: JsonObject, call: Call): JsonObject {
  const name = requireParameter(input, 'ReplicationGroupId', 'InvalidParameterValueException')
  const group = cacheFind(call, 'replicationgroup', name)
  if (flag(input, 'RetainPrimaryCluster')) {
    refuse(400, 'UnsupportedParameter', 'The emulator does not simulate clusters without a replication group.')
  }
  const status = replicationGroupStatus(call, group)
  if (status !== 'available') {
    const why = `Replication group ${text(group, 'name')} has status ${status} which is not valid for deletion.`
    refuse(400, 'InvalidReplicationGroupStateFault', why)
  }
  removeResource(call, group, times.cacheDeleting)
  for (const id of texts(group, 'interfaces')) {
    releaseInterface(call, id, times.cacheDeleting + times.cacheInterfaceLingers)
  }
  return { ReplicationGroup: describeGroup(call, group) }
}
