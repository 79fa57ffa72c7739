import type { JsonObject } from '../../kind.ts'
import type { Call, Operation, Thing } from '../model.ts'
import { needGroup } from './asg-find.ts'
import { readTemplate, stable } from './asg-groups.ts'
import { dismiss, membersOf, templateIn } from './asg-run.ts'
import { change, date, find, object, objects, operation, refuse, time, uuid, word, words } from './ask.ts'
import { fromTemplate } from './ec2-templates.ts'
import { runsSince } from './instance-state.ts'
import { managedTimes } from './managed-times.ts'

/** Instance refresh: the machines of a group are replaced one after the other. */
export const refreshOperations: Record<string, Operation> = {
  'autoscaling.StartInstanceRefresh': operation(
    'AutoScalingGroupName Strategy DesiredConfiguration Preferences',
    (input, call) => {
      const group = stable(needGroup(call, input))
      if (running(group)) {
        refuse(
          400,
          'InstanceRefreshInProgressFault',
          'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
        )
      }
      const asked = object(object(input, 'DesiredConfiguration'), 'LaunchTemplate')
      const template =
        Object.keys(asked).length > 0 ? readTemplate(call, asked, words(group.data, 'subnets')) : undefined
      if (template) change(call, group, { template })
      const wanted = String(fromTemplate(call, templateIn(group)).number)
      const skip = object(input, 'Preferences').SkipMatching === true
      const old = membersOf(group).filter(one => one.state === 'in' && !(skip && one.version === wanted))
      const refresh = {
        id: uuid(call.world),
        old: old.map(one => one.id),
        startAt: call.world.now() + managedTimes.refreshStarts,
        endAt: 0,
        status: 'InProgress',
        warmup: Number(object(input, 'Preferences').InstanceWarmup ?? Math.max(time(group, 'warmup'), 0)),
        preferences: object(input, 'Preferences'),
        total: old.length,
      }
      change(call, group, { refreshes: [...refreshes(group), refresh] })
      return { InstanceRefreshId: refresh.id }
    },
  ),
  'autoscaling.DescribeInstanceRefreshes': operation(
    'AutoScalingGroupName InstanceRefreshIds NextToken MaxRecords',
    (input, call) => {
      const ids = words(input, 'InstanceRefreshIds')
      const rows = refreshes(needGroup(call, input)).filter(one => ids.length === 0 || ids.includes(word(one, 'id')))
      return { InstanceRefreshes: rows.reverse().map(one => describe(call, word(input, 'AutoScalingGroupName'), one)) }
    },
  ),
  'autoscaling.CancelInstanceRefresh': operation(
    'AutoScalingGroupName WaitForTransitioningInstances',
    (input, call) => {
      const group = needGroup(call, input)
      const going = running(group)
      if (!going) {
        return refuse(
          400,
          'ActiveInstanceRefreshNotFoundFault',
          'No in progress or pending Instance Refresh found for Auto Scaling group.',
        )
      }
      update(call, group, going, { status: 'Cancelled', endAt: call.world.now(), old: [] })
      return { InstanceRefreshId: word(going, 'id') }
    },
  ),
}

/** One step: when every other machine is in service and warm, the next old one goes. */
export function stepRefresh(call: Call, group: Thing): void {
  const going = running(group)
  const now = call.world.now()
  if (!going || now < Number(going.startAt)) return
  const members = membersOf(group)
  const warm = members.every(one => {
    const instance = find(call, 'instance', one.id)
    const since = instance && runsSince(call, instance)
    return (
      one.state === 'in' &&
      since !== undefined &&
      (words(going, 'old').includes(one.id) || now >= since + Number(going.warmup) * 1000)
    )
  })
  if (!warm || members.length < time(group, 'desired')) return
  const next = members.find(one => words(going, 'old').includes(one.id))
  if (!next) update(call, group, going, { status: 'Successful', endAt: now, old: [] })
  else
    dismiss(
      call,
      group,
      next,
      `At ${date(call, now)} an instance was taken out of service in response to an instance refresh.`,
    )
}

function refreshes(group: Thing): JsonObject[] {
  return objects(group.data, 'refreshes')
}

function running(group: Thing): JsonObject | undefined {
  return refreshes(group).find(one => one.status === 'InProgress')
}

function update(call: Call, group: Thing, refresh: JsonObject, to: JsonObject): void {
  change(call, group, { refreshes: refreshes(group).map(one => (one === refresh ? { ...one, ...to } : one)) })
}

function describe(call: Call, name: string, one: JsonObject): JsonObject {
  const begun = call.world.now() >= Number(one.startAt)
  const over = Number(one.endAt) > 0
  const left = words(one, 'old').filter(id => find(call, 'instance', id)?.data.toward === 'running').length
  const total = Number(one.total)
  return {
    InstanceRefreshId: word(one, 'id'),
    AutoScalingGroupName: name,
    Status: begun || over ? word(one, 'status') : 'Pending',
    PercentageComplete: over || total === 0 ? 100 : Math.floor(((total - left) / total) * 100),
    InstancesToUpdate: over ? 0 : left,
    StartTime: date(call, Number(one.startAt)),
    Preferences: object(one, 'preferences'),
    ...(over && { EndTime: date(call, Number(one.endAt)) }),
  }
}
