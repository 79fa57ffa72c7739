import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { operation, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { findResource, text } from '../../core/resources.ts'
import { instanceState } from '../ec2/instance-state.ts'
import { groups, requireGroup } from './lookup.ts'
import { type Activity, activitiesOf, membersOf } from './members.ts'

/** What groups did: machines that were started and ended, and why. */
export const scalingActivityOperations: Record<string, Operation> = {
  'autoscaling.DescribeScalingActivities': operation(
    'ActivityIds AutoScalingGroupName IncludeDeletedGroups MaxRecords NextToken',
    (input, call) => {
      const name = word(input, 'AutoScalingGroupName')
      const ids = words(input, 'ActivityIds')
      const resources = name ? [requireGroup(call, input)] : groups(call)
      const found = resources
        .flatMap(group => activitiesOf(group).map(activity => ({ group, activity })))
        .filter(({ activity }) => ids.length === 0 || ids.includes(activity.id))
        .reverse()
      const { rows, next } = page(input, found, { limit: 'MaxRecords', size: 100 })
      return { Activities: rows.map(one => describeActivity(call, one.group, one.activity)), ...nextToken(next) }
    },
  ),
}

/** An activity as `DescribeScalingActivities` shows it. */
export function describeActivity(call: Call, group: Resource, one: Activity): JsonObject {
  const status = statusOf(call, group, one)
  const over = status === 'Successful' || status === 'Failed'
  return {
    ActivityId: one.id,
    AutoScalingGroupName: text(group, 'name'),
    AutoScalingGroupARN: group.id,
    Description: one.description + (status === draining ? ' - Waiting For ELB Connection Draining.' : ''),
    Cause: one.cause,
    StartTime: date(call, one.at),
    StatusCode: status,
    Progress: over ? 100 : 50,
    Details: '{}',
    ...(one.message && { StatusMessage: one.message }),
    ...(over && { EndTime: date(call, call.world.now()) }),
  }
}

const draining = 'WaitingForELBConnectionDraining'

function statusOf(call: Call, group: Resource, one: Activity): string {
  if (one.kind === 'failed') return 'Failed'
  const instance = findResource(call, 'instance', one.instanceId)
  const state = instance ? instanceState(call, instance) : 'terminated'
  if (one.kind === 'end') {
    const member = membersOf(group).find(({ id }) => id === one.instanceId)
    if (state === 'running' && member?.state === 'leaving' && !member.atOnce) return draining
    return state === 'terminated' ? 'Successful' : 'InProgress'
  }
  return state === 'pending' ? 'PreInService' : 'Successful'
}
