import type { JsonObject } from '../../../../base/json.ts'
import { ApiError, type Call, type Operation, type Resource } from '../../../world/model.ts'
import { filtered } from '../../core/filters.ts'
import { arn, date, uuid } from '../../core/ids.ts'
import { number, object, operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { createResource, findResource, resourcesOf, text, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { fromTemplate } from '../ec2/launch-template.ts'
import { readRunInstancesInput } from '../ec2/run-instances-input.ts'
import { describeGroup } from './description.ts'
import { groupNamed, groups, invalid, readTags, requireGroup } from './lookup.ts'
import { activityRunning, type Member, membersOf } from './members.ts'
import { reconcile } from './reconcile.ts'

const settings =
  'LaunchTemplate MinSize MaxSize DesiredCapacity DefaultCooldown VPCZoneIdentifier HealthCheckType HealthCheckGracePeriod ' +
  'TerminationPolicies NewInstancesProtectedFromScaleIn DefaultInstanceWarmup MaxInstanceLifetime CapacityRebalance'

const perRegion = 500

/** Auto Scaling groups: their settings. What they do with them, as time goes by, is in reconcile.ts. */
export const autoScalingGroupOperations: Record<string, Operation> = {
  'autoscaling.CreateAutoScalingGroup': operation(
    `AutoScalingGroupName TargetGroupARNs TrafficSources Tags ServiceLinkedRoleARN ${settings}`,
    createGroup,
  ),
  'autoscaling.DescribeAutoScalingGroups': operation(
    'AutoScalingGroupNames IncludeInstances NextToken MaxRecords Filters',
    (input, call) => {
      const names = words(input, 'AutoScalingGroupNames')
      // Asked by its name, a group is there at once.
      const resources = names.length > 0 ? names.flatMap(name => groupNamed(call, name) ?? []) : groups(call)
      const found = filtered(input, resources, { 'tag-value': one => Object.values(one.tags) }, one => one.tags)
      const { rows, next } = page(input, found, { limit: 'MaxRecords', size: 50 })
      return {
        AutoScalingGroups: rows.map(one => {
          const shown = describeGroup(call, one)
          return input.IncludeInstances === false ? { ...shown, Instances: [] } : shown
        }),
        ...nextToken(next),
      }
    },
  ),
  'autoscaling.UpdateAutoScalingGroup': operation(`AutoScalingGroupName ${settings}`, (input, call) => {
    const group = stable(requireGroup(call, input))
    const settings = readSettings(call, input, group.data)
    const bounds = `min: ${settings.min}, max: ${settings.max}, desired: ${settings.desired}`
    const why = asked(call, group, `update of AutoScalingGroup constraints to ${bounds}`, Number(settings.desired))
    updateResource(call, group, { ...settings, ...why, actAt: call.world.now() + times.groupActs })
    return {}
  }),
  'autoscaling.SetDesiredCapacity': operation('AutoScalingGroupName DesiredCapacity HonorCooldown', (input, call) => {
    const group = stable(requireGroup(call, input))
    const desired = number(input, 'DesiredCapacity', 0)
    checkSizes(time(group, 'min'), time(group, 'max'), desired)
    const why = asked(call, group, 'explicitly set group desired capacity', desired)
    updateResource(call, group, { desired, ...why, actAt: call.world.now() + times.groupActs })
    return {}
  }),
  'autoscaling.DeleteAutoScalingGroup': operation('AutoScalingGroupName ForceDelete', (input, call) => {
    const group = requireGroup(call, input)
    const members = membersOf(group)
    const now = call.world.now()
    if (input.ForceDelete !== true) {
      if (members.some(one => one.state === 'in') || (time(group, 'desired') > 0 && !group.data.deleting)) {
        refuse(
          400,
          'ResourceInUseFault',
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
        )
      }
      if (members.length > 0 || activityRunning(call, group)) {
        refuse(
          400,
          'ScalingActivityInProgressFault',
          'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
        )
      }
    }
    updateResource(call, group, { deleting: true, desired: 0, min: 0, actAt: now, emptyAt: now })
    reconcile(call, group)
    return {}
  }),
}

/** A group on its way out takes no more orders. */
export function stable(group: Resource): Resource {
  if (group.data.deleting === true) {
    refuse(400, 'ScalingActivityInProgressFault', 'The AutoScalingGroup is pending delete.')
  }
  return group
}

/** What the group's activities name as the cause of another size, in the service's words. */
function asked(call: Call, group: Resource, how: string, desired: number): { why?: string } {
  const before = time(group, 'desired')
  if (desired === before) return {}
  const at = date(call, call.world.now())
  return { why: `At ${at} a user request ${how} changing the desired capacity from ${before} to ${desired}.` }
}

/** The target group ARNs, each of which must exist. */
export function readTargetGroups(call: Call, arns: string[]): string[] {
  const missing = arns.find(id => !findResource(call, 'target-group', id))
  if (missing) {
    invalid('Provided Target Groups may not be valid. Please ensure they exist and try again.')
  }
  return arns
}

function createGroup(input: JsonObject, call: Call): JsonObject {
  const name = word(input, 'AutoScalingGroupName')
  if (!/^[^:\u0000-\u001f]{1,255}$/.test(name)) {
    invalid("Group name is 1 to 255 characters and can't contain a colon.")
  }
  if (groupNamed(call, name)) {
    refuse(
      400,
      'AlreadyExistsFault',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    )
  }
  if (resourcesOf(call, 'auto-scaling-group').length >= perRegion) {
    refuse(400, 'LimitExceededFault', 'You have already reached your limit of AutoScalingGroups.')
  }
  const marks = readTags(input, name)
  const sources = Array.isArray(input.TrafficSources)
    ? (input.TrafficSources as JsonObject[]).map(one => word(one, 'Identifier'))
    : []
  const now = call.world.now()
  const settings = readSettings(call, input, {})
  const data = {
    name,
    ...settings,
    why: `At ${date(call, now)} a user request created an AutoScalingGroup changing the desired capacity from 0 to ${settings.desired}.`,
    targetGroups: readTargetGroups(call, [...words(input, 'TargetGroupARNs'), ...sources]),
    propagate: marks.propagate,
    members: [] as Member[],
    activities: [],
    suspended: [],
    actAt: now + times.groupActs,
    retryAt: 0,
    deleting: false,
  }
  const id = arn(call, 'autoscaling', `autoScalingGroup:${uuid(call.world)}:autoScalingGroupName/${name}`)
  createResource(call, 'auto-scaling-group', id, data, { tags: marks.tags })
  return {}
}

/** The settings after this call: what it names, else what was, else what the product starts with. */
function readSettings(call: Call, input: JsonObject, before: JsonObject): JsonObject {
  const was = (name: string, fallback: number) => Number(before[name] ?? fallback)
  const min = number(input, 'MinSize', was('min', -1))
  const max = number(input, 'MaxSize', was('max', -1))
  const desired = readDesired(input, before, min, max)
  checkSizes(min, max, desired)
  const subnets = readSubnets(call, word(input, 'VPCZoneIdentifier'), before)
  const asked = object(input, 'LaunchTemplate')
  if (before.template === undefined && Object.keys(asked).length === 0) {
    invalid(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    )
  }
  const template = Object.keys(asked).length > 0 ? readTemplate(call, asked, subnets) : (before.template as JsonObject)
  const checks = word(input, 'HealthCheckType') || String(before.checkType ?? 'EC2')
  if (!checks.split(',').every(one => ['EC2', 'ELB'].includes(one)))
    invalid(`Invalid value '${checks}' for HealthCheckType.`)
  const grace = number(input, 'HealthCheckGracePeriod', was('grace', 0))
  if (grace < 0) invalid('HealthCheckGracePeriod must not be negative.')
  return {
    min,
    max,
    desired,
    subnets,
    template,
    checkType: checks,
    grace,
    cooldown: number(input, 'DefaultCooldown', was('cooldown', 300)),
    warmup: number(input, 'DefaultInstanceWarmup', was('warmup', -1)),
    lifetime: number(input, 'MaxInstanceLifetime', was('lifetime', 0)),
    policies: input.TerminationPolicies ? words(input, 'TerminationPolicies') : words(before, 'policies'),
    protects: (input.NewInstancesProtectedFromScaleIn ?? before.protects) === true,
  }
}

/** Sizes that move also move what is wanted, unless it is named. */
function readDesired(input: JsonObject, before: JsonObject, min: number, max: number): number {
  if (word(input, 'DesiredCapacity') !== '') return number(input, 'DesiredCapacity', 0)
  return before.desired === undefined ? min : Math.min(Math.max(Number(before.desired), min), max)
}

function checkSizes(min: number, max: number, desired: number): void {
  if (min < 0 || max < 0) invalid('MinSize and MaxSize must be given and must not be negative.')
  if (min > max) invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`)
  if (desired < min)
    invalid(`Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`)
  if (desired > max)
    invalid(`Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`)
}

function readSubnets(call: Call, list: string, before: JsonObject): string[] {
  if (list === '' && before.subnets !== undefined) return words(before, 'subnets')
  const ids = list
    .split(',')
    .map(one => one.trim())
    .filter(Boolean)
  if (ids.length === 0) invalid('At least one Availability Zone or VPC Subnet is required.')
  const subnets = ids.map(id => findResource(call, 'subnet', id) ?? invalid(`The subnet ID '${id}' does not exist`))
  if (new Set(subnets.map(one => text(one, 'vpcId'))).size > 1) {
    invalid('The subnets of an AutoScalingGroup must be in the same VPC.')
  }
  return ids
}

/** What capacity says is found out when machines start; everything else must be right at once. */
const later = ['InsufficientInstanceCapacity', 'VcpuLimitExceeded', 'InsufficientFreeAddressesInSubnet', 'Unsupported']

/** The template as the group keeps it: id, name and the version as it was said. */
export function readTemplate(call: Call, asked: JsonObject, subnets: string[]): JsonObject {
  try {
    const { template } = fromTemplate(call, asked)
    readRunInstancesInput(call, { LaunchTemplate: asked, SubnetId: subnets[0]! })
    return keepTemplate(template, asked)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 600) throw error
    if (later.includes(error.code)) return keepTemplate(fromTemplate(call, asked).template, asked)
    return invalid(`You must use a valid fully-formed launch template. ${error.message}`)
  }
}

function keepTemplate(template: Resource, asked: JsonObject): JsonObject {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: text(template, 'name'),
    Version: word(asked, 'Version') || '$Default',
  }
}
