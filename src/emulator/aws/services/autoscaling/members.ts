import type { Json, JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { uuid } from '../../core/ids.ts'
import { isObject } from '../../core/input.ts'
import { findResource, texts, updateResource } from '../../core/resources.ts'
import { instanceState, isLive } from '../ec2/instance-state.ts'
import { deregister, targetsOf } from '../elbv2/target.ts'

/** A machine of an Auto Scaling group, as the group knows it. */
export type Member = {
  id: string
  /** Version of the launch template it was started from. */
  version: string
  state: 'in' | 'leaving'
  /** Cloud time since when the group knows that it died; 0 while it lives. */
  lostAt: number
  /** Cloud time at which it is ended: after its connections drained. */
  endsAt: number
  /** Ended without draining: it is dead, or its group goes. */
  atOnce?: boolean
  /** It had drained, and a real load balancer was not done with it. */
  held?: boolean
  registered: boolean
  protectedFromScaleIn: boolean
  markedUnhealthy: boolean
}

/** A line of the group's history. */
export type Activity = {
  id: string
  kind: 'launch' | 'end' | 'failed'
  instanceId: string
  description: string
  cause: string
  message: string
  at: number
}

const keptActivities = 100

/** The group's machines, as the group knows them. */
export function membersOf(group: Resource): Member[] {
  const members = group.data.members
  return Array.isArray(members) ? (members.filter(isObject) as unknown as Member[]) : []
}

/** What the group did, oldest first. */
export function activitiesOf(group: Resource): Activity[] {
  const activities = group.data.activities
  return Array.isArray(activities) ? (activities.filter(isObject) as unknown as Activity[]) : []
}

/** Whether a machine is still starting or ending. */
export function activityRunning(call: Call, group: Resource): boolean {
  return membersOf(group).some(one => one.state === 'leaving' || lifecycle(call, one) === 'Pending')
}

/** Pending, InService, Terminating. */
export function lifecycle(call: Call, member: Member): string {
  const instance = findResource(call, 'instance', member.id)
  if (member.state === 'leaving' || !instance || !isLive(instance)) return 'Terminating'
  return instanceState(call, instance) === 'pending' ? 'Pending' : 'InService'
}

/** The group's launch template as EC2 takes it: by id, never by id and name. */
export function templateIn(group: Resource): JsonObject {
  const { LaunchTemplateName: _, ...template } = group.data.template as JsonObject
  return template
}

/** Changes a member; nothing happens when it is no longer in the group. */
export function setMember(call: Call, group: Resource, id: string, to: Partial<Member>): void {
  save(
    call,
    group,
    membersOf(group).map(one => (one.id === id ? { ...one, ...to } : one)),
  )
}

/** A member begins to leave: it is deregistered, drained, then ended. `at once` skips the draining. */
export function dismiss(call: Call, group: Resource, member: Member, cause: string, atOnce = false): void {
  const now = call.world.now()
  const drained = texts(group, 'targetGroups').map(id => {
    const target = findResource(call, 'target-group', id)
    return target && targetsOf(call, target).some(one => one.id === member.id && one.drainsUntil === null)
      ? deregister(call, target, member.id)
      : now
  })
  const endsAt = atOnce ? now : Math.max(now, ...drained)
  setMember(call, group, member.id, { state: 'leaving', endsAt, atOnce })
  note(call, group, {
    kind: 'end',
    instanceId: member.id,
    description: `Terminating EC2 instance: ${member.id}`,
    cause,
  })
}

/** Keeps the changed list of members. */
export function save(call: Call, group: Resource, members: Member[]): void {
  updateResource(call, group, { members: members as unknown as Json })
}

/** Adds an activity to the group's history. */
export function note(
  call: Call,
  group: Resource,
  of: Omit<Activity, 'id' | 'at' | 'message'> & { message?: string },
): void {
  const activity = { message: '', ...of, id: uuid(call.world), at: call.world.now() }
  const activities = [...activitiesOf(group), activity].slice(-keptActivities)
  updateResource(call, group, { activities: activities as unknown as Json })
}
