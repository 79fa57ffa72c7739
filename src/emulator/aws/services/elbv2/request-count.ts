import type { World } from '../../../world/model.ts'
import { times } from '../../core/times.ts'

/** How many minutes back are remembered: as many as an alarm looks at, and some more. */
const kept = 30

interface Counted {
  /** Requests by minute of the cloud's time. */
  minutes: Map<number, number>
  /** Cloud time up to which a real load balancer has told its numbers; a simulated one is counted as it serves. */
  until: number
}

// Not saved, as no request is: what alarms conclude from it is.
const worlds = new WeakMap<World, Map<string, Counted>>()

/** A simulated load balancer passed a request on to a target of this group, now. */
export function countRequest(world: World, groupId: string): void {
  add(countedFor(world, groupId), minuteOf(world.now()), 1)
}

/** A real load balancer tells how many requests it passed on to a group's targets between two cloud times. */
export function countRequestsBetween(world: World, groupId: string, count: number, from: number, to: number): void {
  const counted = countedFor(world, groupId)
  counted.until = to
  if (count === 0 || to <= from) return
  for (let minute = minuteOf(from); minute <= minuteOf(to); minute++) {
    const begin = Math.max(from, minute * times.metricPeriod)
    const end = Math.min(to, (minute + 1) * times.metricPeriod)
    add(counted, minute, (count * (end - begin)) / (to - from))
  }
}

/** Requests to the group's targets in a minute; undefined when it is not known yet. */
export function requestsIn(world: World, groupId: string, minute: number): number | undefined {
  const counted = worlds.get(world)?.get(groupId)
  if (!counted) return 0
  return (minute + 1) * times.metricPeriod <= counted.until ? (counted.minutes.get(minute) ?? 0) : undefined
}

/** The minute that a cloud time is in. */
export function minuteOf(at: number): number {
  return Math.floor(at / times.metricPeriod)
}

function countedFor(world: World, groupId: string): Counted {
  const groups = worlds.get(world) ?? new Map<string, Counted>()
  worlds.set(world, groups)
  const counted = groups.get(groupId) ?? { minutes: new Map<number, number>(), until: Number.POSITIVE_INFINITY }
  groups.set(groupId, counted)
  return counted
}

function add({ minutes }: Counted, minute: number, count: number): void {
  if (count > 0) minutes.set(minute, (minutes.get(minute) ?? 0) + count)
  for (const old of minutes.keys()) if (old < minute - kept) minutes.delete(old)
}
