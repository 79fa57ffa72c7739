import type { Aws } from '../../client.ts'
import { type AwsKind, orAbsent, repeatable, second } from '../common.ts'

export type ScalingPolicyIn = { groupName: string; name: string /** Percent. */; targetCpu: number }

/** Console: Auto Scaling group › Automatic scaling › Target tracking, average CPU. */
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
  async settle(cloud, id, { groupName, name, targetCpu }) {
    const now = await readPolicy(cloud, id)
    if (now?.TargetTrackingConfiguration?.TargetValue === targetCpu) return { id }
    const input = {
      AutoScalingGroupName: groupName,
      PolicyName: name,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
        TargetValue: targetCpu,
      },
    }
    await cloud.call('autoscaling', 'PutScalingPolicy', input, repeatable)
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
