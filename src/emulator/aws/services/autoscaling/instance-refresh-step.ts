import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { objects, words } from '../../core/input.ts'
import { change, find, time } from '../../core/resources.ts'
import { runsSince } from '../ec2/instance-state.ts'
import { dismiss, membersOf } from './members.ts'

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

export function refreshes(group: Thing): JsonObject[] {
  return objects(group.data, 'refreshes')
}

export function running(group: Thing): JsonObject | undefined {
  return refreshes(group).find(one => one.status === 'InProgress')
}

export function update(call: Call, group: Thing, refresh: JsonObject, to: JsonObject): void {
  change(call, group, { refreshes: refreshes(group).map(one => (one === refresh ? { ...one, ...to } : one)) })
}
