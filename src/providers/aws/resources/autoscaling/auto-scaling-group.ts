import { hasOutcome, Problem } from '../../../../base/errors.ts'
import type { Aws } from '../../client.ts'
import { found, markFilter, named, tagFilters, tagsIn } from '../../read.ts'
import { type AwsKind, minute, orAbsent, removed, repeatable, second, settled, untilAbsent } from '../common.ts'
import { instancesWith } from '../ec2/common.ts'

export type AutoScalingGroupIn = {
  name: string
  launchTemplateId: string
  version: string
  subnetIds: string[]
  min: number
  max: number
  desired: number
  targetGroupArns: string[]
  /** How long a new machine's failed health checks are ignored, seconds. */
  graceSeconds: number
  /** On the group and on every machine it starts. */
  tags: Record<string, string>
  /** A policy changes how many there are: `desired` counts when the group is made, and when it is another one than before. */
  scales?: boolean
}
export type AutoScalingGroupOut = { id: string; name: string }

/** Console: EC2 › Auto Scaling Groups › Create. Its name is its id. Ready when as many as desired are in service. */
export const autoScalingGroup: AwsKind<AutoScalingGroupIn, AutoScalingGroupOut> = {
  type: 'aws:auto-scaling-group',
  title: 'Auto Scaling group',
  idempotency: 'uniqueName',
  after: ['aws:launch-template', 'aws:subnet', 'aws:target-group', 'aws:route-table'],
  expectMs: 70 * second,
  tagged: true,
  mutable: ['version', 'subnetIds', 'min', 'max', 'desired', 'targetGroupArns', 'graceSeconds', 'scales'],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    const input =
      name === undefined
        ? { Filters: tagFilters(markFilter(this.type, where as { stack: string })) }
        : { AutoScalingGroupNames: [name] }
    const rows = await cloud.pages('autoscaling', 'DescribeAutoScalingGroups', input, groupsIn)
    return rows.flatMap(row => found(row.AutoScalingGroupName, tagsIn(row.Tags), row.CreatedTime))
  },
  async create(cloud, input, mark) {
    await cloud.call('autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: input.name,
      ...settings(input),
      ...(input.targetGroupArns.length > 0 && { TargetGroupARNs: input.targetGroupArns }),
      Tags: [
        ...tagsOf(named(input.name, input.tags), true),
        // Not propagated: a machine is removed with its group and never looked up on its own.
        ...tagsOf(mark.tags, false),
        ...(input.scales ? countTag(input) : []),
      ],
    })
    return input.name
  },
  async settle(cloud, id, input) {
    const read = () => readGroup(cloud, id)
    const group = await settled(cloud, read, () => true, {
      what: `the Auto Scaling group ${id}`,
      within: 5 * minute,
    })
    const wanted = { ...input, desired: desiredOf(group, input) }
    if (differs(group, wanted)) {
      const change = { AutoScalingGroupName: id, ...settings(wanted) }
      await cloud.call('autoscaling', 'UpdateAutoScalingGroup', change, repeatable)
    }
    if (input.scales && countIn(group) !== input.desired) await keepCount(cloud, id, input)
    await setTargetGroups(cloud, id, group.TargetGroupARNs ?? [], input.targetGroupArns)
    await untilInService(cloud, id, input)
    await replaceOld(cloud, id, input)
    return { id, name: id }
  },
  async remove(cloud, id) {
    const read = () => readGroup(cloud, id)
    const group = await orAbsent(read)
    if (group && !group.Status) {
      const input = { AutoScalingGroupName: id, ForceDelete: true }
      await removed(cloud, () => cloud.call('autoscaling', 'DeleteAutoScalingGroup', input, repeatable), 10 * minute)
    }
    const left = async () => (await read()) ?? (await machinesOf(cloud, id))[0]
    return untilAbsent(cloud, left, 15 * minute)
  },
}

type Group = NonNullable<Awaited<ReturnType<typeof readGroup>>>

function groupsIn<T>(answer: { AutoScalingGroups?: T[] | undefined }): T[] | undefined {
  return answer.AutoScalingGroups
}

async function readGroup(cloud: Aws, name: string) {
  const answer = await cloud.call('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] })
  return answer.AutoScalingGroups?.[0]
}

/** The settings that creation and change have in common. */
function settings(input: AutoScalingGroupIn) {
  return {
    LaunchTemplate: { LaunchTemplateId: input.launchTemplateId, Version: input.version },
    MinSize: input.min,
    MaxSize: input.max,
    DesiredCapacity: input.desired,
    VPCZoneIdentifier: input.subnetIds.join(','),
    HealthCheckType: input.targetGroupArns.length > 0 ? 'ELB' : 'EC2',
    // Without it (0) a machine that boots slowly is replaced again and again.
    HealthCheckGracePeriod: input.graceSeconds,
    DefaultInstanceWarmup: Math.min(input.graceSeconds, 300),
  }
}

/** On the group: the count that was last set, which tells a count that people changed from one that the group did. */
const COUNT = 'stackwright:count'

function countTag({ desired }: AutoScalingGroupIn) {
  return tagsOf({ [COUNT]: String(desired) }, false)
}

function countIn(group: Group): number | undefined {
  const count = tagsIn(group.Tags)[COUNT]
  return count === undefined ? undefined : Number(count)
}

/** A group that has scaled itself keeps its size, within its bounds. */
function desiredOf(group: Group, input: AutoScalingGroupIn): number {
  if (!input.scales || countIn(group) !== input.desired) return input.desired
  return Math.min(Math.max(group.DesiredCapacity ?? input.desired, input.min), input.max)
}

async function keepCount(cloud: Aws, name: string, input: AutoScalingGroupIn): Promise<void> {
  const Tags = countTag(input).map(tag => ({ ...tag, ResourceId: name, ResourceType: 'auto-scaling-group' }))
  await cloud.call('autoscaling', 'CreateOrUpdateTags', { Tags }, repeatable)
}

function tagsOf(tags: Record<string, string>, PropagateAtLaunch: boolean) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch }))
}

function differs(group: Group, input: AutoScalingGroupIn): boolean {
  const subnets = (group.VPCZoneIdentifier ?? '').split(',').sort().join()
  return (
    group.LaunchTemplate?.Version !== input.version ||
    group.MinSize !== input.min ||
    group.MaxSize !== input.max ||
    group.DesiredCapacity !== input.desired ||
    group.HealthCheckGracePeriod !== input.graceSeconds ||
    subnets !== [...input.subnetIds].sort().join()
  )
}

async function setTargetGroups(cloud: Aws, name: string, present: string[], wanted: string[]): Promise<void> {
  const more = wanted.filter(arn => !present.includes(arn))
  const fewer = present.filter(arn => !wanted.includes(arn))
  const change = (TargetGroupARNs: string[]) => ({ AutoScalingGroupName: name, TargetGroupARNs })
  if (more.length > 0) {
    await cloud.call('autoscaling', 'AttachLoadBalancerTargetGroups', change(more), repeatable)
  }
  if (fewer.length > 0) {
    await cloud.call('autoscaling', 'DetachLoadBalancerTargetGroups', change(fewer), repeatable)
  }
}

/** Machines of the group that are not terminated yet, whether or not the group still lists them. */
function machinesOf(cloud: Aws, name: string) {
  return instancesWith(cloud, [
    { Name: 'tag:aws:autoscaling:groupName', Values: [name] },
    { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] },
  ])
}

async function untilInService(cloud: Aws, name: string, { desired, scales }: AutoScalingGroupIn): Promise<void> {
  const patience = cloud.deadline(2 * minute)
  // One that follows a metric may change its mind meanwhile.
  const wanted = (group: Group) => (scales ? group.DesiredCapacity : desired) ?? desired
  const serving = (group: Group) =>
    inService(group).length === wanted(group) && (group.Instances ?? []).length === wanted(group)
  const read = async () => {
    const group = await readGroup(cloud, name)
    const lacking = group && inService(group).length < wanted(group)
    // The group retries for ever, so a launch that keeps failing is reported.
    if (lacking && patience()) await refuseFailing(cloud, name)
    return group
  }
  const what = `${scales ? 'all' : desired} machines of the Auto Scaling group ${name} to be in service`
  await settled(cloud, read, serving, { what, within: 20 * minute, every: 3 * second })
}

function inService(group: Group) {
  return (group.Instances ?? []).filter(row => row.LifecycleState === 'InService' && row.HealthStatus === 'Healthy')
}

async function refuseFailing(cloud: Aws, name: string): Promise<void> {
  const input = { AutoScalingGroupName: name, MaxRecords: 10 }
  const { Activities = [] } = await cloud.call('autoscaling', 'DescribeScalingActivities', input)
  // Newest first.
  const ended = Activities.filter(row => row.EndTime)
  const failed = ended.slice(0, 3).filter(row => row.StatusCode === 'Failed')
  if (failed.length < 3) return
  throw new Problem({
    what: `The Auto Scaling group ${name} cannot start its machines.`,
    why: cloud.redact(failed[0]!.StatusMessage ?? '') || 'AWS gives no reason.',
    next: 'Fix the cause (for example with another instance type or a higher quota), then run the same command again.',
  })
}

/** Replaces the machines of earlier versions a few at a time, by an instance refresh. */
async function replaceOld(cloud: Aws, name: string, input: AutoScalingGroupIn): Promise<void> {
  const isOld = (row: NonNullable<Group['Instances']>[number]) =>
    row.LaunchTemplate?.LaunchTemplateId === input.launchTemplateId && row.LaunchTemplate.Version !== input.version
  const old = (await readGroup(cloud, name))?.Instances?.filter(isOld) ?? []
  if (old.length === 0) return
  try {
    await cloud.call(
      'autoscaling',
      'StartInstanceRefresh',
      { AutoScalingGroupName: name, Preferences: { MinHealthyPercentage: 50, InstanceWarmup: input.graceSeconds } },
      repeatable,
    )
  } catch (error) {
    // One is in progress, started by an interrupted run or by the call whose answer was lost.
    if (!isUnderWay(error)) throw error
  }
  const read = async () =>
    (await cloud.call('autoscaling', 'DescribeInstanceRefreshes', { AutoScalingGroupName: name, MaxRecords: 1 }))
      .InstanceRefreshes?.[0]
  const refresh = await settled(
    cloud,
    read,
    row => /^(Successful|Failed|Cancelled|Rollback\w+)$/.test(row.Status ?? ''),
    {
      what: `the machines of the Auto Scaling group ${name} to be replaced`,
      within: 60 * minute,
      every: 5 * second,
    },
  )
  if (refresh.Status !== 'Successful') {
    throw new Problem({
      what: `Replacing the machines of the Auto Scaling group ${name} ended as ${refresh.Status}.`,
      ...(refresh.StatusReason && { why: cloud.redact(refresh.StatusReason) }),
      next: 'Run the same command again: it continues with the remaining machines.',
    })
  }
  await untilInService(cloud, name, input)
}

function isUnderWay(error: unknown): boolean {
  return (
    error instanceof Problem && /^InstanceRefreshInProgress/.test(error.code ?? '') && !hasOutcome(error, 'unknown')
  )
}
