import type { JsonObject } from '../../../../base/json.ts'
import type { Operation } from '../../../world/model.ts'
import { operation, words } from '../../core/input.ts'
import { texts, updateResource } from '../../core/resources.ts'
import { invalid, requireGroup } from './lookup.ts'

/** What a group does by itself, each of which can be suspended. */
export const scalingProcessOperations: Record<string, Operation> = {
  'autoscaling.SuspendProcesses': operation('AutoScalingGroupName ScalingProcesses', (input, call) => {
    const group = requireGroup(call, input)
    updateResource(call, group, { suspended: [...new Set([...texts(group, 'suspended'), ...processes(input)])] })
    return {}
  }),
  'autoscaling.ResumeProcesses': operation('AutoScalingGroupName ScalingProcesses', (input, call) => {
    const group = requireGroup(call, input)
    updateResource(call, group, { suspended: texts(group, 'suspended').filter(one => !processes(input).includes(one)) })
    return {}
  }),
}

const allProcesses = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
]

function processes(input: JsonObject): string[] {
  const asked = words(input, 'ScalingProcesses')
  const odd = asked.find(one => !allProcesses.includes(one))
  if (odd) invalid(`Unknown scaling process ${odd}.`)
  return asked.length > 0 ? asked : allProcesses
}
