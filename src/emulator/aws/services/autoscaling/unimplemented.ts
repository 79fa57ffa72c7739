import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Policies are target tracking of the average CPU load or of requests per target; those of network traffic are kept, and nothing acts on them. Their alarms have names and nothing else: CloudWatch is not simulated.',
  },
  {
    says: 'Launch configurations are not simulated: groups use launch templates.',
    operations: ['CreateLaunchConfiguration', 'DescribeLaunchConfigurations'],
  },
  {
    says: 'Lifecycle hooks, warm pools, scheduled actions and notifications are not simulated.',
    operations: ['PutLifecycleHook', 'PutWarmPool', 'PutScheduledUpdateGroupAction', 'PutNotificationConfiguration'],
  },
  {
    says: 'Instances cannot be attached to a group, detached from it, or put on standby.',
    operations: ['AttachInstances', 'DetachInstances', 'EnterStandby', 'ExitStandby'],
  },
  {
    says: 'A refresh cannot be rolled back.',
    operations: ['RollbackInstanceRefresh'],
  },
]
