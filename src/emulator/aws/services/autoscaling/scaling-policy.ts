import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { arn, uuid } from '../../core/ids.ts'
import { number, object, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { minuteOf } from '../elbv2/request-count.ts'
import { balancersOf } from '../elbv2/target-group.ts'
import { groupNamed, invalid, requireGroup } from './lookup.ts'
import { labelled } from './metric.ts'
import { alarmName, policiesOf } from './target-tracking.ts'

const metrics = ['ASGAverageCPUUtilization', 'ASGAverageNetworkIn', 'ASGAverageNetworkOut', 'ALBRequestCountPerTarget']

/** Target-tracking policies. What they do, as time goes by, is in target-tracking.ts. */
export const scalingPolicyOperations: Record<string, Operation> = {
  'autoscaling.PutScalingPolicy': operation(
    'AutoScalingGroupName PolicyName PolicyType TargetTrackingConfiguration EstimatedInstanceWarmup Enabled',
    (input, call) => {
      const group = requireGroup(call, input)
      const name = requireParameter(input, 'PolicyName', 'ValidationError')
      if (word(input, 'PolicyType') !== 'TargetTrackingScaling') {
        refuse(400, 'UnsupportedParameter', 'The emulator simulates target-tracking policies only.')
      }
      const config = checked(call, object(input, 'TargetTrackingConfiguration'))
      const data = {
        name,
        groupId: group.id,
        group: text(group, 'name'),
        config,
        warmup: number(input, 'EstimatedInstanceWarmup', -1),
        enabled: input.Enabled !== false,
      }
      const before = policiesOf(call, group).find(one => text(one, 'name') === name)
      // Its alarms are other ones, which know nothing of the minutes before.
      if (before) updateResource(call, before, { ...data, points: [], seen: minuteOf(call.world.now()) })
      const id = arn(
        call,
        'autoscaling',
        `scalingPolicy:${uuid(call.world)}:autoScalingGroupName/${text(group, 'name')}:policyName/${name}`,
      )
      const policy = before ?? createResource(call, 'scaling-policy', id, data)
      return { PolicyARN: policy.id, Alarms: alarmsOf(policy) }
    },
  ),
  'autoscaling.DescribePolicies': operation(
    'AutoScalingGroupName PolicyNames PolicyTypes NextToken MaxRecords',
    (input, call) => {
      const name = word(input, 'AutoScalingGroupName')
      const names = words(input, 'PolicyNames')
      const group = name === '' ? undefined : requireGroup(call, input)
      // A policy goes with its group.
      const live = resourcesOf(call, 'scaling-policy').filter(
        one => groupNamed(call, text(one, 'group'))?.id === text(one, 'groupId'),
      )
      const found = live.filter(
        one =>
          (!group || text(one, 'groupId') === group.id) &&
          (names.length === 0 || names.includes(text(one, 'name')) || names.includes(one.id)),
      )
      const { rows, next } = page(input, found, { limit: 'MaxRecords', size: 50 })
      return { ScalingPolicies: rows.map(describe), ...nextToken(next) }
    },
  ),
  'autoscaling.DeletePolicy': operation('AutoScalingGroupName PolicyName', (input, call) => {
    const name = requireParameter(input, 'PolicyName', 'ValidationError')
    const policy = resourcesOf(call, 'scaling-policy').find(
      one =>
        one.id === name || (text(one, 'name') === name && text(one, 'group') === word(input, 'AutoScalingGroupName')),
    )
    if (!policy) return invalid(`No policy found with name ${name}.`)
    removeResource(call, policy)
    return {}
  }),
}

function checked(call: Call, config: JsonObject): JsonObject {
  const predefined = object(config, 'PredefinedMetricSpecification')
  const metric = word(predefined, 'PredefinedMetricType')
  if (!metrics.includes(metric)) invalid(`PredefinedMetricType must be one of ${metrics.join(', ')}.`)
  if (metric === 'ALBRequestCountPerTarget') checkLabel(call, word(predefined, 'ResourceLabel'))
  if (!(Number(config.TargetValue) > 0)) invalid('TargetValue must be a positive number.')
  return config
}

/** The load balancer must lead to the target group. */
function checkLabel(call: Call, label: string): void {
  if (!/^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/.test(label)) {
    invalid(
      'ALBRequestCountPerTarget requires a ResourceLabel: app/<load balancer>/<id>/targetgroup/<target group>/<id>.',
    )
  }
  const target = labelled(call, label)
  const [balancer] = label.split('/targetgroup/')
  if (!target || !balancersOf(call, target).some(one => one.endsWith(`:loadbalancer/${balancer}`)))
    invalid(`The load balancer does not route traffic to the target group of the resource label ${label}.`)
}

/** Each policy has two alarms, which go with it. */
function alarmsOf(policy: Resource): JsonObject[] {
  return (['AlarmHigh', 'AlarmLow'] as const).map(end => {
    const AlarmName = alarmName(policy, end)
    const [, , , , account] = policy.id.split(':')
    return { AlarmName, AlarmARN: `arn:aws:cloudwatch:${policy.region}:${account}:alarm:${AlarmName}` }
  })
}

function describe(policy: Resource): JsonObject {
  const warmup = time(policy, 'warmup')
  return {
    AutoScalingGroupName: text(policy, 'group'),
    PolicyName: text(policy, 'name'),
    PolicyARN: policy.id,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: { DisableScaleIn: false, ...object(policy.data, 'config') },
    Alarms: alarmsOf(policy),
    StepAdjustments: [],
    Enabled: policy.data.enabled === true,
    ...(warmup >= 0 && { EstimatedInstanceWarmup: warmup }),
  }
}
