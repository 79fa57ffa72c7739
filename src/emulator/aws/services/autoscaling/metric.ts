import type { Call, Resource, World } from '../../../world/model.ts'
import { object, word } from '../../core/input.ts'
import { findResource, resourcesOf, time } from '../../core/resources.ts'
import { runsSince } from '../ec2/instance-state.ts'
import { requestsIn } from '../elbv2/request-count.ts'
import { targetsOf } from '../elbv2/target.ts'
import { targetHealth } from '../elbv2/target-health.ts'
import { groupNamed } from './lookup.ts'
import { type Member, membersOf } from './members.ts'

/** A metric's value in a minute, and of how many machines it is the average. */
export type Point = { minute: number; value: number; over: number }

/** The CPU load that a real machine has had of late, percent; undefined while it was not measured. */
export type MeasuresCpu = (instanceId: string) => number | undefined

const meters = new WeakMap<World, MeasuresCpu>()

/** The hook for real machines: who measures their CPU in this world instead of `setCpu`. */
export function measureCpuWith(world: World, measure: MeasuresCpu): void {
  meters.set(world, measure)
}

/** Sets the CPU load of every simulated machine of the groups of this name, percent. Returns whether there is one. */
export function setCpu(calls: Call[], name: string, percent: number): boolean {
  const groups = calls.flatMap(call => {
    const group = groupNamed(call, name)
    return group ? [{ call, group }] : []
  })
  for (const { call, group } of groups) {
    group.data.cpu = percent
    call.world.touch(group)
  }
  return groups.length > 0
}

/**
 * What a policy's metric was in a minute that is over: `none` when nothing was reported, `later` when it is not known yet.
 * A group reports no CPU load before one of its machines is warm, a load balancer no requests when there were none.
 */
export function metricIn(call: Call, group: Resource, policy: Resource, minute: number): Point | 'none' | 'later' {
  const metric = object(object(policy.data, 'config'), 'PredefinedMetricSpecification')
  switch (word(metric, 'PredefinedMetricType')) {
    case 'ASGAverageCPUUtilization':
      return cpuIn(call, group, policy, minute)
    case 'ALBRequestCountPerTarget':
      return requestsPerTargetIn(call, word(metric, 'ResourceLabel'), minute)
    default:
      return 'none'
  }
}

/** Members that serve but do not count yet, or do not even run. */
export function warmingUp(call: Call, group: Resource, policy: Resource): Member[] {
  const warmup = warmupOf(group, policy) * 1000
  return membersOf(group).filter(one => {
    const instance = findResource(call, 'instance', one.id)
    const since = instance && runsSince(call, instance)
    return one.state === 'in' && (since === undefined || call.world.now() < since + warmup)
  })
}

/** The target group that a resource label ends with, where a load balancer of its beginning is there too. */
export function labelled(call: Call, label: string): Resource | undefined {
  const [balancer = '', group = ''] = label.split(/\/(?=targetgroup\/)/)
  if (!resourcesOf(call, 'load-balancer').some(one => one.id.endsWith(`:loadbalancer/${balancer}`))) return undefined
  return resourcesOf(call, 'target-group').find(one => one.id.endsWith(`:${group}`))
}

/** Seconds: the policy's own, else the group's, else its cool-down. */
function warmupOf(group: Resource, policy: Resource): number {
  const own = [time(policy, 'warmup'), time(group, 'warmup')].find(one => one >= 0)
  return own ?? time(group, 'cooldown')
}

function cpuIn(call: Call, group: Resource, policy: Resource, minute: number): Point | 'none' {
  const cold = warmingUp(call, group, policy).map(one => one.id)
  const warm = membersOf(group).filter(one => one.state === 'in' && !cold.includes(one.id))
  const measure = meters.get(call.world)
  const set = group.data.cpu
  const loads = warm.flatMap(one => (measure ? measure(one.id) : typeof set === 'number' ? set : undefined) ?? [])
  if (loads.length === 0) return 'none'
  return { minute, value: loads.reduce((sum, one) => sum + one, 0) / loads.length, over: loads.length }
}

function requestsPerTargetIn(call: Call, label: string, minute: number): Point | 'none' | 'later' {
  const target = labelled(call, label)
  if (!target) return 'none'
  const requests = requestsIn(call.world, target.id, minute)
  if (requests === undefined) return 'later'
  const serving = targetsOf(call, target).filter(one => targetHealth(call, target, one).state === 'healthy').length
  if (requests === 0 || serving === 0) return 'none'
  return { minute, value: requests / serving, over: serving }
}
