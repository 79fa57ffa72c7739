import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { objects, words } from '../../core/input.ts'
import { findResource, time, updateResource } from '../../core/resources.ts'
import { runsSince } from '../ec2/instance-state.ts'
import { dismiss, membersOf } from './members.ts'

/** One step: when every other machine is in service and warm, the next old one goes. */
export function stepRefresh(call: Call, group: Resource): void {
  const going = running(group)
  const now = call.world.now()
  if (!going || now < Number(going.startAt)) return
  const members = membersOf(group)
  const warm = members.every(one => {
    const instance = findResource(call, 'instance', one.id)
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

/** The group's refreshes, oldest first. */
export function refreshes(group: Resource): JsonObject[] {
  return objects(group.data, 'refreshes')
}

/** The refresh under way, if any. */
export function running(group: Resource): JsonObject | undefined {
  return refreshes(group).find(one => one.status === 'InProgress')
}

/** Changes one refresh in the group's list. */
export function update(call: Call, group: Resource, refresh: JsonObject, to: JsonObject): void {
  updateResource(call, group, { refreshes: refreshes(group).map(one => (one === refresh ? { ...one, ...to } : one)) })
}
