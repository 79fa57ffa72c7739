import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation } from '../../../world/model.ts'
import { date, uuid } from '../../core/ids.ts'
import { object, operation, refuse, word, words } from '../../core/input.ts'
import { findResource, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { fromTemplate } from '../ec2/launch-template.ts'
import { readTemplate, stable } from './auto-scaling-group.ts'
import { refreshes, running, update } from './instance-refresh-step.ts'
import { requireGroup } from './lookup.ts'
import { membersOf, templateIn } from './members.ts'

/** Instance refresh: the machines of a group are replaced one after the other. */
export const instanceRefreshOperations: Record<string, Operation> = {
  'autoscaling.StartInstanceRefresh': operation(
    'AutoScalingGroupName Strategy DesiredConfiguration Preferences',
    (input, call) => {
      const group = stable(requireGroup(call, input))
      if (running(group)) {
        refuse(
          400,
          'InstanceRefreshInProgressFault',
          'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
        )
      }
      const asked = object(object(input, 'DesiredConfiguration'), 'LaunchTemplate')
      const template =
        Object.keys(asked).length > 0 ? readTemplate(call, asked, words(group.data, 'subnets')) : undefined
      if (template) updateResource(call, group, { template })
      const wanted = String(fromTemplate(call, templateIn(group)).number)
      const skip = object(input, 'Preferences').SkipMatching === true
      const old = membersOf(group).filter(one => one.state === 'in' && !(skip && one.version === wanted))
      const refresh = {
        id: uuid(call.world),
        old: old.map(one => one.id),
        startAt: call.world.now() + times.refreshStarts,
        endAt: 0,
        status: 'InProgress',
        warmup: Number(object(input, 'Preferences').InstanceWarmup ?? Math.max(time(group, 'warmup'), 0)),
        preferences: object(input, 'Preferences'),
        total: old.length,
      }
      updateResource(call, group, { refreshes: [...refreshes(group), refresh] })
      return { InstanceRefreshId: refresh.id }
    },
  ),
  'autoscaling.DescribeInstanceRefreshes': operation(
    'AutoScalingGroupName InstanceRefreshIds NextToken MaxRecords',
    (input, call) => {
      const ids = words(input, 'InstanceRefreshIds')
      const rows = refreshes(requireGroup(call, input)).filter(one => ids.length === 0 || ids.includes(word(one, 'id')))
      return { InstanceRefreshes: rows.reverse().map(one => describe(call, word(input, 'AutoScalingGroupName'), one)) }
    },
  ),
  'autoscaling.CancelInstanceRefresh': operation(
    'AutoScalingGroupName WaitForTransitioningInstances',
    (input, call) => {
      const group = requireGroup(call, input)
      const going = running(group)
      if (!going) {
        return refuse(
          400,
          'ActiveInstanceRefreshNotFoundFault',
          'No in progress or pending Instance Refresh found for Auto Scaling group.',
        )
      }
      update(call, group, going, { status: 'Cancelled', endAt: call.world.now(), old: [] })
      return { InstanceRefreshId: word(going, 'id') }
    },
  ),
}

function describe(call: Call, name: string, one: JsonObject): JsonObject {
  const begun = call.world.now() >= Number(one.startAt)
  const over = Number(one.endAt) > 0
  const left = words(one, 'old').filter(id => findResource(call, 'instance', id)?.data.toward === 'running').length
  const total = Number(one.total)
  return {
    InstanceRefreshId: word(one, 'id'),
    AutoScalingGroupName: name,
    Status: begun || over ? word(one, 'status') : 'Pending',
    PercentageComplete: over || total === 0 ? 100 : Math.floor(((total - left) / total) * 100),
    InstancesToUpdate: over ? 0 : left,
    StartTime: date(call, Number(one.startAt)),
    Preferences: object(one, 'preferences'),
    ...(over && { EndTime: date(call, Number(one.endAt)) }),
  }
}
