import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Memcached and cluster mode are refused; replicas hold nothing of their own, and nothing ever fails over.' },
  {
    says: 'Changing a replication group is not simulated.',
    operations: ['ModifyReplicationGroup', 'IncreaseReplicaCount', 'DecreaseReplicaCount', 'TestFailover'],
  },
  {
    says: 'Clusters of their own and serverless caches are not simulated.',
    operations: ['CreateCacheCluster', 'ModifyCacheCluster', 'DeleteCacheCluster', 'CreateServerlessCache'],
  },
  {
    says: 'Snapshots, parameter groups, users and user groups are not simulated.',
    operations: [
      'CreateSnapshot',
      'CreateCacheParameterGroup',
      'DescribeCacheParameterGroups',
      'CreateUser',
      'CreateUserGroup',
    ],
  },
  {
    says: 'Node types can be listed by their reservations, which cannot be bought.',
    operations: ['PurchaseReservedCacheNodesOffering'],
  },
]
