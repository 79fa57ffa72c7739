import type { JsonObject } from '../../../../base/json.ts'
import { ApiError, type Call, type Resource } from '../../../world/model.ts'
import { findResource, removeResource, text, texts, time, updateResource } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { launchFromTemplate, terminate } from '../ec2/instance-lifecycle.ts'
import { instanceState, runsSince } from '../ec2/instance-state.ts'
import { fromTemplate } from '../ec2/launch-template.ts'
import { register, targetsOf } from '../elbv2/target.ts'
import { targetHealth } from '../elbv2/target-health.ts'
import { targetBusy } from '../elbv2/target-in-use.ts'
import { stepRefresh } from './instance-refresh-step.ts'
import { dismiss, type Member, membersOf, note, save, setMember, templateIn } from './members.ts'
import { policiesOf, trackTargets } from './target-tracking.ts'

/**
 * Brings one group to the present: it starts what is missing, ends what is too much, replaces what died, and registers
 * what runs. Nobody works in the background: this catches up whenever the world is looked at.
 */
export function reconcile(call: Call, group: Resource): void {
  forgetEnded(call, group)
  noticeLost(call, group)
  stepRefresh(call, group)
  trackTargets(call, group)
  shrink(call, group)
  grow(call, group)
  registerRunning(call, group)
  endLeaving(call, group)
  forgetEnded(call, group)
  if (group.data.deleting === true) goAway(call, group)
}

function launchOne(call: Call, group: Resource, cause: string): boolean {
  // By id alone: EC2 takes one of the two.
  const template = templateIn(group)
  let failure: ApiError | undefined
  for (const subnet of subnetsByNeed(call, group)) {
    try {
      const instance = launchFromTemplate(call, template, subnet, { tags: tagsFor(call, group, template) })
      const member = { id: instance.id, version: instance.tags['aws:ec2launchtemplate:version']!, state: 'in' as const }
      const fresh = {
        lostAt: 0,
        endsAt: 0,
        registered: false,
        protectedFromScaleIn: group.data.protects === true,
        markedUnhealthy: false,
      }
      save(call, group, [...membersOf(group), { ...member, ...fresh }])
      note(call, group, {
        kind: 'launch',
        instanceId: instance.id,
        description: `Launching a new EC2 instance: ${instance.id}`,
        cause,
      })
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failure = error
    }
  }
  const message = failure ? `${failure.message} Launching EC2 instance failed.` : 'No subnet is left.'
  note(call, group, {
    kind: 'failed',
    instanceId: '',
    description: 'Launching a new EC2 instance.  Status Reason: ' + message,
    cause,
    message,
  })
  updateResource(call, group, { retryAt: call.world.now() + times.groupRetries })
  return false
}

/** A machine that was ended by someone else, or that stopped, is found after a while and replaced. */
function noticeLost(call: Call, group: Resource): void {
  if (isSuspended(group, 'HealthCheck') || isSuspended(group, 'ReplaceUnhealthy')) return
  const now = call.world.now()
  for (const member of membersOf(group)) {
    if (member.state !== 'in') continue
    const instance = findResource(call, 'instance', member.id)
    const dead = !instance || !['pending', 'running'].includes(instanceState(call, instance))
    const cause = `At ${call.world.date(now)} an instance was taken out of service in response to `
    if (dead) {
      const lostAt = member.lostAt || now
      if (now < lostAt + times.groupNotices) setMember(call, group, member.id, { lostAt })
      else
        dismiss(call, group, member, `${cause}an EC2 health check indicating it has been terminated or stopped.`, true)
    } else if (member.markedUnhealthy || (instance && failsChecks(call, group, instance))) {
      dismiss(call, group, member, `${cause}an ELB system health check failure.`)
    }
  }
}

/** With the ELB's checks: unhealthy in a target group after the grace period. */
function failsChecks(call: Call, group: Resource, instance: Resource): boolean {
  const since = runsSince(call, instance)
  if (!text(group, 'checkType').includes('ELB') || since === undefined) return false
  if (call.world.now() < since + time(group, 'grace') * 1000) return false
  return texts(group, 'targetGroups').some(id => {
    const target = findResource(call, 'target-group', id)
    const one = target && targetsOf(call, target).find(row => row.id === instance.id)
    return target && one && targetHealth(call, target, one).state === 'unhealthy'
  })
}

function grow(call: Call, group: Resource): void {
  const now = call.world.now()
  if (now < time(group, 'actAt') || now < time(group, 'retryAt') || isSuspended(group, 'Launch')) return
  const desired = time(group, 'desired')
  const there = staying(group).length
  if (there >= desired) return
  const cause = `${whyOf(group)}At ${call.world.date(now)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${there} to ${desired}.`
  for (let count = there; count < desired; count++) if (!launchOne(call, group, cause)) return
  updateResource(call, group, { why: '' })
}

/** The zone with most machines gives first, there the oldest template, then the oldest machine. */
function shrink(call: Call, group: Resource): void {
  const now = call.world.now()
  if (now < time(group, 'actAt') || isSuspended(group, 'Terminate')) return
  const desired = time(group, 'desired')
  const deleting = group.data.deleting === true
  const there = staying(group).length
  if (there <= desired) return
  const cause = `${whyOf(group)}At ${call.world.date(now)} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${there} to ${desired}.`
  for (let rest = staying(group); rest.length > desired; rest = staying(group)) {
    const free = rest.filter(one => deleting || !one.protectedFromScaleIn)
    const victim = chooseVictim(call, free)
    if (!victim) return
    const chosen = `At ${call.world.date(now)} instance ${victim.id} was selected for termination.`
    dismiss(call, group, victim, `${cause}  ${chosen}`, deleting)
  }
  updateResource(call, group, { why: '' })
}

/** Who changed the desired capacity, before what the group did about it. */
function whyOf(group: Resource): string {
  const why = group.data.why
  return typeof why === 'string' && why !== '' ? `${why}  ` : ''
}

function chooseVictim(call: Call, members: Member[]): Member | undefined {
  const zone = (one: Member) => {
    const instance = findResource(call, 'instance', one.id)
    return instance ? text(instance, 'zone') : ''
  }
  const crowd = (one: Member) => members.filter(other => zone(other) === zone(one)).length
  const order = (one: Member) => (findResource(call, 'instance', one.id)?.born ?? 0) + Number(one.version) * 1e15
  return [...members].sort((one, other) => crowd(other) - crowd(one) || order(one) - order(other))[0]
}

/** Running members are put into the group's target groups, as of when they ran. */
function registerRunning(call: Call, group: Resource): void {
  for (const member of membersOf(group)) {
    const instance = findResource(call, 'instance', member.id)
    const since = instance && runsSince(call, instance)
    if (member.state !== 'in' || member.registered || since === undefined) continue
    for (const id of texts(group, 'targetGroups')) {
      const target = findResource(call, 'target-group', id)
      if (target) register(call, target, member.id, time(target, 'port'), since)
    }
    setMember(call, group, member.id, { registered: true })
  }
}

function endLeaving(call: Call, group: Resource): void {
  for (const member of membersOf(group)) {
    const instance = findResource(call, 'instance', member.id)
    if (member.state !== 'leaving' || !instance || call.world.now() < member.endsAt) continue
    if (!member.atOnce && targetBusy(call.world, member.id)) {
      if (!member.held) setMember(call, group, member.id, { held: true })
    } else terminate(call, instance, 'Auto Scaling', member.held ? call.world.now() : member.endsAt)
  }
}

function forgetEnded(call: Call, group: Resource): void {
  const kept = membersOf(group).filter(member => {
    const instance = findResource(call, 'instance', member.id)
    return member.state === 'in' || (instance !== undefined && instanceState(call, instance) !== 'terminated')
  })
  if (kept.length < membersOf(group).length) {
    save(call, group, kept)
    if (kept.length === 0) updateResource(call, group, { emptyAt: call.world.now() })
  }
}

function goAway(call: Call, group: Resource): void {
  if (membersOf(group).length > 0) return
  if (call.world.now() < time(group, 'emptyAt') + times.groupLeaves) return
  for (const policy of policiesOf(call, group)) removeResource(call, policy)
  removeResource(call, group)
}

function staying(group: Resource): Member[] {
  return membersOf(group).filter(one => one.state === 'in')
}

function isSuspended(group: Resource, process: string): boolean {
  return texts(group, 'suspended').includes(process)
}

/** Zones with fewer machines first. */
function subnetsByNeed(call: Call, group: Resource): string[] {
  const count = (subnetId: string) =>
    staying(group).filter(one => {
      const instance = findResource(call, 'instance', one.id)
      return instance && text(instance, 'subnetId') === subnetId
    }).length
  return texts(group, 'subnets')
    .map((id, index) => ({ id, order: count(id) * 100 + index }))
    .sort((one, other) => one.order - other.order)
    .map(one => one.id)
}

/** The group's own tags where they propagate, and those that AWS puts on by itself. Disks never get them. */
function tagsFor(call: Call, group: Resource, asked: JsonObject): Record<string, string> {
  const propagate = (group.data.propagate ?? {}) as Record<string, boolean>
  const own = Object.entries(group.tags).filter(([key]) => propagate[key] === true)
  const { template, number } = fromTemplate(call, asked)
  return {
    ...Object.fromEntries(own),
    'aws:autoscaling:groupName': text(group, 'name'),
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': String(number),
  }
}
