import type { Json, JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { isObject, object } from '../../core/input.ts'
import { resourcesOf, text, texts, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { minuteOf } from '../elbv2/request-count.ts'
import { activityRunning } from './members.ts'
import { metricIn, type Point, warmingUp } from './metric.ts'

/** Minutes in a row that the metric must be above the target, or below nine tenths of it (docs/facts/aws.md, Auto Scaling). */
const minutesHigh = 3
const minutesLow = 15
const low = 0.9

type End = 'AlarmHigh' | 'AlarmLow'

/** What a policy in ALARM asks for. */
interface Wish {
  policy: Resource
  end: End
  desired: number
}

/**
 * Target tracking of one group, brought to the present: each policy notes its metric of the minutes that are over, and
 * its alarms change the desired capacity. Grows when one policy wants it, shrinks when all do.
 */
export function trackTargets(call: Call, group: Resource): void {
  if (group.data.deleting === true) return
  const policies = policiesOf(call, group)
  for (const policy of policies) notePoints(call, group, policy)
  if (texts(group, 'suspended').includes('AlarmNotification')) return
  const enabled = policies.filter(one => one.data.enabled === true)
  const wish = mostWanted(call, group, enabled)
  if (wish) follow(call, group, wish)
}

/** The policies of a group. */
export function policiesOf(call: Call, group: Resource): Resource[] {
  return resourcesOf(call, 'scaling-policy').filter(one => text(one, 'groupId') === group.id)
}

/** The name of one of a policy's two alarms. */
export function alarmName(policy: Resource, end: End): string {
  return `TargetTracking-${text(policy, 'group')}-${end}-${policy.id.split(':')[6]}`
}

/** Nobody looks every minute: of those that went by meanwhile, each gets the value there is now. */
function notePoints(call: Call, group: Resource, policy: Resource): void {
  const now = minuteOf(call.world.now())
  const before = typeof policy.data.seen === 'number' ? policy.data.seen : minuteOf(policy.born)
  const points = pointsOf(policy)
  let seen = Math.max(before, now - minutesLow)
  for (; seen < now; seen++) {
    const point = metricIn(call, group, policy, seen)
    if (point === 'later') break
    if (point !== 'none') points.push(point)
  }
  if (seen === policy.data.seen) return
  const kept = points.filter(one => one.minute >= seen - minutesLow)
  updateResource(call, policy, { seen, points: kept as unknown as Json })
}

function pointsOf(policy: Resource): Point[] {
  const points = policy.data.points
  return Array.isArray(points) ? (points.filter(isObject) as unknown as Point[]) : []
}

function mostWanted(call: Call, group: Resource, policies: Resource[]): Wish | undefined {
  const out = policies.flatMap(policy => wishUp(group, policy) ?? [])
  if (out.length > 0) return most(out)
  const shrinking = policies.filter(one => object(one.data, 'config').DisableScaleIn !== true)
  const down = shrinking.flatMap(policy => wishDown(call, group, policy) ?? [])
  return down.length === shrinking.length ? most(down) : undefined
}

function most(wishes: Wish[]): Wish | undefined {
  return [...wishes].sort((one, other) => other.desired - one.desired)[0]
}

/** Machines that are warming up count: more are asked for only if even with them there are too few. */
function wishUp(group: Resource, policy: Resource): Wish | undefined {
  const last = inRow(policy, minutesHigh, value => value > targetOf(policy)).at(-1)
  if (!last) return undefined
  const desired = Math.min(needed(last, policy), time(group, 'max'))
  return desired > time(group, 'desired') ? { policy, end: 'AlarmHigh', desired } : undefined
}

/** Not while machines still start, warm up or leave; by the busiest of the minutes. */
function wishDown(call: Call, group: Resource, policy: Resource): Wish | undefined {
  const points = inRow(policy, minutesLow, value => value < low * targetOf(policy))
  if (points.length === 0 || activityRunning(call, group) || warmingUp(call, group, policy).length > 0) return undefined
  const desired = Math.max(...points.map(one => needed(one, policy)), time(group, 'min'))
  return desired < time(group, 'desired') ? { policy, end: 'AlarmLow', desired } : undefined
}

/** The last minutes, if each was reported and fits; else none. */
function inRow(policy: Resource, count: number, fits: (value: number) => boolean): Point[] {
  const from = Number(policy.data.seen) - count
  const points = pointsOf(policy).filter(one => one.minute >= from)
  return points.length === count && points.every(one => fits(one.value)) ? points : []
}

/** As many machines as bring the metric back to its target. */
function needed({ value, over }: Point, policy: Resource): number {
  return Math.ceil((value * over) / targetOf(policy))
}

function targetOf(policy: Resource): number {
  return Number((policy.data.config as JsonObject).TargetValue)
}

function follow(call: Call, group: Resource, { policy, end, desired }: Wish): void {
  const now = call.world.now()
  const before = time(group, 'desired')
  const alarm = `a monitor alarm ${alarmName(policy, end)} in state ALARM triggered policy ${text(policy, 'name')}`
  const why = `At ${date(call, now)} ${alarm} changing the desired capacity from ${before} to ${desired}.`
  updateResource(call, group, { desired, why, actAt: now + times.groupActs })
}
