import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { resourcesOf } from '../../core/resources.ts'
import { wire } from '../../protocol/service.ts'
import { autoScalingGroupOperations } from './auto-scaling-group.ts'
import { groupInstanceOperations } from './instance.ts'
import { instanceRefreshOperations } from './instance-refresh.ts'
import { reconcile } from './reconcile.ts'
import { scalingActivityOperations } from './scaling-activity.ts'
import { scalingPolicyOperations } from './scaling-policy.ts'
import { scalingProcessOperations } from './scaling-process.ts'
import { tagOperations } from './tags.ts'
import { trafficSourceOperations } from './traffic-source.ts'
import { unimplemented } from './unimplemented.ts'

/** Auto Scaling groups with their instances, policies and refreshes. */
export const autoscaling: EmulatedService = {
  name: 'autoscaling',
  title: 'Auto Scaling',
  wire: wire('autoscaling', 'query', '2011-01-01', () => import('@aws-sdk/client-auto-scaling')),
  operations: {
    ...autoScalingGroupOperations,
    ...groupInstanceOperations,
    ...scalingActivityOperations,
    ...scalingProcessOperations,
    ...trafficSourceOperations,
    ...tagOperations,
    ...scalingPolicyOperations,
    ...instanceRefreshOperations,
  },
  inventory: {
    'auto-scaling-group': availableOrDeleting,
  },
  unimplemented,
  advance(call) {
    for (const group of resourcesOf(call, 'auto-scaling-group')) reconcile(call, group)
  },
}
