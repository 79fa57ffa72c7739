import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { availabilityOperations } from './availability.ts'
import { clusterStatus, dbClusterOperations } from './db-cluster.ts'
import { dbInstanceOperations } from './db-instance.ts'
import { dbInstanceStatus } from './db-instance-description.ts'
import { dbSnapshotOperations, snapshotStatus } from './db-snapshot.ts'
import { dbSubnetGroupOperations } from './db-subnet-group.ts'
import { tagOperations } from './tags.ts'
import { unimplemented } from './unimplemented.ts'

/** Database instances and Aurora clusters. */
export const rds: EmulatedService = {
  name: 'rds',
  title: 'RDS',
  wire: wire('rds', 'query', '2014-10-31', () => import('@aws-sdk/client-rds')),
  operations: {
    ...dbClusterOperations,
    ...dbInstanceOperations,
    ...availabilityOperations,
    ...dbSnapshotOperations,
    ...dbSubnetGroupOperations,
    ...tagOperations,
  },
  inventory: {
    'db-instance': dbInstanceStatus,
    'db-cluster': clusterStatus,
    'db-snapshot': snapshotStatus,
    'db-subnet-group': availableOrDeleting,
  },
  unimplemented,
}
