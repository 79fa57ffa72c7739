import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Clusters are Aurora’s; snapshots hold no data.' },
  { says: 'A password that RDS keeps in Secrets Manager (`ManageMasterUserPassword`) is refused.' },
  {
    says: 'Read replicas, restoring, and snapshots of clusters on request are not simulated.',
    operations: [
      'CreateDBInstanceReadReplica',
      'RestoreDBInstanceFromDBSnapshot',
      'RestoreDBInstanceToPointInTime',
      'CreateDBClusterSnapshot',
    ],
  },
  {
    says: 'Parameter groups and option groups are not simulated.',
    operations: ['CreateDBParameterGroup', 'DescribeDBParameterGroups', 'CreateOptionGroup'],
  },
  {
    says: 'Stopping and starting a database, proxies and event subscriptions are not simulated.',
    operations: ['StopDBInstance', 'StartDBInstance', 'CreateDBProxy', 'CreateEventSubscription'],
  },
]
