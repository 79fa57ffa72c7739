import { isDeepStrictEqual } from 'node:util'
import type { Aws } from '../../client.ts'
import { type AwsKind, orAbsent, repeatable, second } from '../common.ts'

/** Follows the group's average CPU load. */
export type CpuPolicyIn = { groupName: string; name: string /** Percent. */; targetCpu: number }

/** Follows the requests to the machines behind an application load balancer, one of whose listeners leads to them. */
export type RequestsPolicyIn = {
  groupName: string
  name: string
  /** A minute, for each machine. */
  targetRequests: number
  loadBalancerArn: string
  targetGroupArn: string
}

export type ScalingPolicyIn = CpuPolicyIn | RequestsPolicyIn

/** Console: Auto Scaling group › Automatic scaling › Target tracking: average CPU or requests per target. */
export const scalingPolicy: AwsKind<ScalingPolicyIn, { id: string }> = {
  type: 'aws:scaling-policy',
  title: 'Scaling policy',
  idempotency: 'upsert',
  after: ['aws:auto-scaling-group'],
  expectMs: 2 * second,
  tagged: false,
  async find(cloud, where) {
    if (!('id' in where)) return []
    return (await orAbsent(() => readPolicy(cloud, where.id))) ? [{ id: where.id, tags: {} }] : []
  },
  create: async (_cloud, { groupName, name }) => `${groupName}/${name}`,
  async settle(cloud, id, input) {
    const now = (await readPolicy(cloud, id))?.TargetTrackingConfiguration
    const wanted = configOf(input)
    const same = isDeepStrictEqual({ ...now?.PredefinedMetricSpecification }, wanted.PredefinedMetricSpecification)
    if (same && now?.TargetValue === wanted.TargetValue) return { id }
    const policy = {
      AutoScalingGroupName: input.groupName,
      PolicyName: input.name,
      PolicyType: 'TargetTrackingScaling',
    }
    // Its two alarms are made, changed and removed with it (docs/facts/aws.md, Auto Scaling).
    const put = { ...policy, TargetTrackingConfiguration: wanted }
    await cloud.call('autoscaling', 'PutScalingPolicy', put, repeatable)
    return { id }
  },
  async remove(cloud, id) {
    const { group, name } = policyOf(id)
    if (!(await orAbsent(() => readPolicy(cloud, id)))) return 'gone'
    const input = { AutoScalingGroupName: group, PolicyName: name }
    await orAbsent(() => cloud.call('autoscaling', 'DeletePolicy', input, repeatable))
    return 'gone'
  },
}

function configOf(input: ScalingPolicyIn) {
  if ('targetCpu' in input) {
    const metric = { PredefinedMetricType: 'ASGAverageCPUUtilization' as const }
    return { PredefinedMetricSpecification: metric, TargetValue: input.targetCpu }
  }
  const ResourceLabel = `${input.loadBalancerArn.split(':loadbalancer/')[1]}/${input.targetGroupArn.split(':').at(-1)}`
  const metric = { PredefinedMetricType: 'ALBRequestCountPerTarget' as const, ResourceLabel }
  return { PredefinedMetricSpecification: metric, TargetValue: input.targetRequests }
}

async function readPolicy(cloud: Aws, id: string) {
  const { group, name } = policyOf(id)
  const input = { AutoScalingGroupName: group, PolicyNames: [name] }
  return (await cloud.call('autoscaling', 'DescribePolicies', input)).ScalingPolicies?.[0]
}

/** The name of the policy is the part after the last `/`. */
function policyOf(id: string): { group: string; name: string } {
  const cut = id.lastIndexOf('/')
  return { group: id.slice(0, cut), name: id.slice(cut + 1) }
}
