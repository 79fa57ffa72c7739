import type { JsonObject } from '../../../../base/json.ts'
import type { Operation, Resource } from '../../../world/model.ts'
import { arn, uuid } from '../../core/ids.ts'
import { number, object, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, removeResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { groupNamed, invalid, requireGroup } from './lookup.ts'

const metrics = ['ASGAverageCPUUtilization', 'ASGAverageNetworkIn', 'ASGAverageNetworkOut', 'ALBRequestCountPerTarget']

/** Target-tracking policies. Nothing loads the emulator's machines, so they never act. */
export const scalingPolicyOperations: Record<string, Operation> = {
  'autoscaling.PutScalingPolicy': operation(
    'AutoScalingGroupName PolicyName PolicyType TargetTrackingConfiguration EstimatedInstanceWarmup Enabled',
    (input, call) => {
      const group = requireGroup(call, input)
      const name = requireParameter(input, 'PolicyName', 'ValidationError')
      if (word(input, 'PolicyType') !== 'TargetTrackingScaling') {
        refuse(400, 'UnsupportedParameter', 'The emulator simulates target-tracking policies only.')
      }
      const config = checked(object(input, 'TargetTrackingConfiguration'))
      const data = {
        name,
        groupId: group.id,
        group: text(group, 'name'),
        config,
        warmup: number(input, 'EstimatedInstanceWarmup', -1),
        enabled: input.Enabled !== false,
      }
      const before = policiesOf(resourcesOf(call, 'scaling-policy'), group).find(one => text(one, 'name') === name)
      if (before) updateResource(call, before, data)
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
      const found = (group ? policiesOf(live, group) : live).filter(
        one => names.length === 0 || names.includes(text(one, 'name')) || names.includes(one.id),
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

function policiesOf(policies: Resource[], group: Resource): Resource[] {
  return policies.filter(one => text(one, 'groupId') === group.id)
}

function checked(config: JsonObject): JsonObject {
  const predefined = object(config, 'PredefinedMetricSpecification')
  const metric = word(predefined, 'PredefinedMetricType')
  if (!metrics.includes(metric)) invalid(`PredefinedMetricType must be one of ${metrics.join(', ')}.`)
  if (
    metric === 'ALBRequestCountPerTarget' &&
    !/^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/.test(word(predefined, 'ResourceLabel'))
  ) {
    invalid(
      'ALBRequestCountPerTarget requires a ResourceLabel: app/<load balancer>/<id>/targetgroup/<target group>/<id>.',
    )
  }
  if (!(Number(config.TargetValue) > 0)) invalid('TargetValue must be a positive number.')
  return config
}

/** Each policy has two alarms, which go with it. */
function alarmsOf(policy: Resource): JsonObject[] {
  return ['AlarmHigh', 'AlarmLow'].map(end => {
    const AlarmName = `TargetTracking-${text(policy, 'group')}-${end}-${policy.id.split(':')[6]}`
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
