import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { objects, operation, word, words } from '../../core/input.ts'
import { findResource, texts, updateResource } from '../../core/resources.ts'
import { deregister } from '../elbv2/target.ts'
import { readTargetGroups, stable } from './auto-scaling-group.ts'
import { invalid, requireGroup } from './lookup.ts'
import { membersOf, setMember } from './members.ts'
import { reconcile } from './reconcile.ts'

/** The target groups that a group's machines are registered with; traffic sources are their newer name. */
export const trafficSourceOperations: Record<string, Operation> = {
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
