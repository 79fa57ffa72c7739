import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { availabilityOperations } from './availability.ts'
import { cacheSubnetGroupOperations } from './cache-subnet-group.ts'
import { replicationGroupOperations } from './replication-group.ts'
import { replicationGroupStatus } from './replication-group-description.ts'
import { tagOperations } from './tags.ts'
import { unimplemented } from './unimplemented.ts'

/** Replication groups of Valkey and Redis OSS, cluster mode disabled. */
export const elasticache: EmulatedService = {
  name: 'elasticache',
  title: 'ElastiCache',
  wire: wire('elasticache', 'query', '2015-02-02', () => import('@aws-sdk/client-elasticache')),
  operations: {
    ...availabilityOperations,
    ...cacheSubnetGroupOperations,
    ...replicationGroupOperations,
    ...tagOperations,
  },
  inventory: {
    'replication-group': replicationGroupStatus,
    'cache-subnet-group': availableOrDeleting,
  },
  unimplemented,
}
