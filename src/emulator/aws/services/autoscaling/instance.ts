import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { date } from '../../core/ids.ts'
import { objects, operation, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { findResource, text, texts, time, updateResource } from '../../core/resources.ts'
import { moreTags } from '../../core/tags.ts'
import { instanceState } from '../ec2/instance-state.ts'
import { deregister } from '../elbv2/target.ts'
import { readTargetGroups, stable } from './auto-scaling-group.ts'
import { describeMember } from './description.ts'
import { asgTagCodes, groupNamed, groups, invalid, readTags, requireGroup, tagRows } from './lookup.ts'
import { type Activity, activitiesOf, dismiss, type Member, membersOf, setMember } from './members.ts'
import { reconcile } from './reconcile.ts'

/** Machines of groups, what happened to them, target groups and tags. */
export const groupInstanceOperations: Record<string, Operation> = {
  'autoscaling.DescribeAutoScalingInstances': operation('InstanceIds MaxRecords NextToken', (input, call) => {
    const ids = words(input, 'InstanceIds')
    const rows = groups(call)
      .flatMap(group => membersOf(group).map(member => ({ group, member })))
      .filter(({ member }) => ids.length === 0 || ids.includes(member.id))
    const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', size: 50 })
    return {
      AutoScalingInstances: some.map(({ group, member }) => {
        const shown = describeMember(call, group, member)
        return {
          ...shown,
          AutoScalingGroupName: text(group, 'name'),
          HealthStatus: String(shown.HealthStatus).toUpperCase(),
        }
      }),
      ...nextToken(next),
    }
  }),
  'autoscaling.TerminateInstanceInAutoScalingGroup': operation(
    'InstanceId ShouldDecrementDesiredCapacity',
    (input, call) => {
      const { group, member } = memberOf(call, word(input, 'InstanceId'))
      const less = input.ShouldDecrementDesiredCapacity === true
      if (less && time(group, 'desired') - 1 < time(group, 'min')) {
        invalid(
          `Currently, desiredSize equals minSize (${time(group, 'min')}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        )
      }
      if (less) updateResource(call, group, { desired: time(group, 'desired') - 1 })
      dismiss(
        call,
        group,
        member,
        `At ${date(call, call.world.now())} instance ${member.id} was taken out of service in response to a user request.`,
      )
      const activity = activitiesOf(group).at(-1)!
      reconcile(call, group)
      return { Activity: describeActivity(call, group, activity) }
    },
  ),
  'autoscaling.SetInstanceHealth': operation('InstanceId HealthStatus ShouldRespectGracePeriod', (input, call) => {
    const { group, member } = memberOf(call, word(input, 'InstanceId'))
    const health = word(input, 'HealthStatus')
    if (!['Healthy', 'Unhealthy'].includes(health)) invalid(`Valid instance health states are: [Healthy, Unhealthy].`)
    setMember(call, group, member.id, { markedUnhealthy: health === 'Unhealthy' })
    return {}
  }),
  'autoscaling.SetInstanceProtection': operation(
    'InstanceIds AutoScalingGroupName ProtectedFromScaleIn',
    (input, call) => {
      const group = requireGroup(call, input)
      for (const id of words(input, 'InstanceIds')) {
        if (!membersOf(group).some(one => one.id === id))
          invalid(`The instance ${id} is not part of Auto Scaling group ${text(group, 'name')}.`)
        setMember(call, group, id, { protectedFromScaleIn: input.ProtectedFromScaleIn === true })
      }
      return {}
    },
  ),
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
  'autoscaling.AttachLoadBalancerTargetGroups': operation('AutoScalingGroupName TargetGroupARNs', (input, call) => {
    attach(call, stable(requireGroup(call, input)), words(input, 'TargetGroupARNs'))
    return {}
  }),
  'autoscaling.DetachLoadBalancerTargetGroups': operation('AutoScalingGroupName TargetGroupARNs', (input, call) => {
    detach(call, requireGroup(call, input), words(input, 'TargetGroupARNs'))
    return {}
  }),
  'autoscaling.DescribeLoadBalancerTargetGroups': operation(
    'AutoScalingGroupName NextToken MaxRecords',
    (input, call) => ({
      LoadBalancerTargetGroups: texts(requireGroup(call, input), 'targetGroups').map(one => ({
        LoadBalancerTargetGroupARN: one,
        State: 'InService',
      })),
    }),
  ),
  'autoscaling.AttachTrafficSources': operation('AutoScalingGroupName TrafficSources', (input, call) => {
    attach(call, stable(requireGroup(call, input)), sources(input))
    return {}
  }),
  'autoscaling.DetachTrafficSources': operation('AutoScalingGroupName TrafficSources', (input, call) => {
    detach(call, requireGroup(call, input), sources(input))
    return {}
  }),
  'autoscaling.DescribeTrafficSources': operation(
    'AutoScalingGroupName TrafficSourceType NextToken MaxRecords',
    (input, call) => ({
      TrafficSources: texts(requireGroup(call, input), 'targetGroups').map(one => ({
        Identifier: one,
        TrafficSource: one,
        Type: 'elbv2',
        State: 'InService',
      })),
    }),
  ),
  'autoscaling.CreateOrUpdateTags': operation('Tags', (input, call) => {
    for (const tag of objects(input, 'Tags')) {
      const group = needTagged(call, tag)
      const { tags, propagate } = readTags({ Tags: [tag] }, text(group, 'name'))
      group.tags = moreTags(group, tags, asgTagCodes)
      updateResource(call, group, { propagate: { ...(group.data.propagate as JsonObject), ...propagate } })
    }
    return {}
  }),
  'autoscaling.DeleteTags': operation('Tags', (input, call) => {
    for (const tag of objects(input, 'Tags')) {
      const group = needTagged(call, tag)
      delete group.tags[word(tag, 'Key')]
      call.world.touch(group)
    }
    return {}
  }),
  'autoscaling.DescribeTags': operation('Filters NextToken MaxRecords', (input, call) => {
    const found = filtered<JsonObject>(input, groups(call).flatMap(tagRows), {
      'auto-scaling-group': row => word(row, 'ResourceId'),
      key: row => word(row, 'Key'),
      value: row => word(row, 'Value'),
      'propagate-at-launch': row => String(row.PropagateAtLaunch),
    })
    const { rows, next } = page(input, found, { limit: 'MaxRecords', size: 50 })
    return { Tags: rows, ...nextToken(next) }
  }),
}

function memberOf(call: Call, id: string): { group: Resource; member: Member } {
  for (const group of groups(call)) {
    const member = membersOf(group).find(one => one.id === id && one.state === 'in')
    if (member) return { group, member }
  }
  return invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`)
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

function sources(input: JsonObject): string[] {
  return objects(input, 'TrafficSources').map(one => word(one, 'Identifier'))
}

function attach(call: Call, group: Resource, arns: string[]): void {
  const added = readTargetGroups(call, arns)
  updateResource(call, group, { targetGroups: [...new Set([...texts(group, 'targetGroups'), ...added])] })
  for (const member of membersOf(group)) setMember(call, group, member.id, { registered: false })
  reconcile(call, group)
}

function detach(call: Call, group: Resource, arns: string[]): void {
  const strange = arns.find(one => !texts(group, 'targetGroups').includes(one))
  if (strange) invalid(`Provided target group ARN ${strange} is not attached to the AutoScalingGroup.`)
  updateResource(call, group, { targetGroups: texts(group, 'targetGroups').filter(one => !arns.includes(one)) })
  for (const id of arns) {
    const target = findResource(call, 'target-group', id)
    for (const member of target ? membersOf(group) : []) deregister(call, target!, member.id)
  }
}

function needTagged(call: Call, tag: JsonObject): Resource {
  const name = word(tag, 'ResourceId')
  if (word(tag, 'ResourceType') !== 'auto-scaling-group') invalid('ResourceType must be auto-scaling-group.')
  return groupNamed(call, name) ?? invalid(`Resource not found: ${name}`)
}

function describeActivity(call: Call, group: Resource, one: Activity): JsonObject {
  const status = statusOf(call, one)
  const over = status === 'Successful' || status === 'Failed'
  return {
    ActivityId: one.id,
    AutoScalingGroupName: text(group, 'name'),
    AutoScalingGroupARN: group.id,
    Description: one.description,
    Cause: one.cause,
    StartTime: date(call, one.at),
    StatusCode: status,
    Progress: over ? 100 : 50,
    Details: '{}',
    ...(one.message && { StatusMessage: one.message }),
    ...(over && { EndTime: date(call, call.world.now()) }),
  }
}

function statusOf(call: Call, one: Activity): string {
  if (one.kind === 'failed') return 'Failed'
  const instance = findResource(call, 'instance', one.instanceId)
  const state = instance ? instanceState(call, instance) : 'terminated'
  if (one.kind === 'end') return state === 'terminated' ? 'Successful' : 'InProgress'
  return state === 'pending' ? 'PreInService' : 'Successful'
}
