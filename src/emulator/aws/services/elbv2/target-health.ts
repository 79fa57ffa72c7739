import { parseAddress, parseCidr } from '../../../world/cidr.ts'
import type { Call, Resource, World } from '../../../world/model.ts'
import { findResource, text, texts, time } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { servesFrom } from '../ec2/instance-lifecycle.ts'
import { instanceState } from '../ec2/instance-state.ts'
import { covers, type Rule, rulesOf } from '../ec2/security-group-rule.ts'
import { balancerState } from './load-balancer-description.ts'
import { usersOf } from './target-group.ts'

/** A target's health in the service's words. */
export interface Health {
  state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable'
  reason?: string
  description?: string
}

/** An instance in a target group; `since` is when it was registered. */
export type Target = { id: string; port: number; since: number; drainsUntil: number | null }

/** What real checks say of a target; nothing where there are none. */
export type JudgesTargets = (call: Call, group: Resource, target: Target) => Health | undefined

const judges = new WeakMap<World, JudgesTargets>()

/** The hook for real machines: who checks targets in this world instead of the simulation. */
export function judgeTargetsWith(world: World, judge: JudgesTargets): void {
  judges.set(world, judge)
}

/**
 * What the checks say of a target now. Nothing checks it before a listener of a load balancer in its zone uses the
 * group. The first good check makes it healthy; after that, thresholds count. A target whose security groups do not
 * let the load balancer in times out.
 */
export function targetHealth(call: Call, group: Resource, target: Target): Health {
  const users = usersOf(call, group)
  const balancer = users[0] && findResource(call, 'load-balancer', text(users[0], 'balancerId'))
  const instance = findResource(call, 'instance', target.id)
  if (!balancer)
    return {
      state: 'unused',
      reason: 'Target.NotInUse',
      description: 'Target group is not configured to receive traffic from the load balancer',
    }
  if (!instance) return { state: 'unused', reason: 'Target.InvalidState' }
  if (target.drainsUntil !== null) {
    return {
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
      description: 'Target deregistration is in progress',
    }
  }
  if (!zonesOf(call, balancer).includes(text(instance, 'zone')) && !crossesZones(balancer)) {
    return {
      state: 'unused',
      reason: 'Target.NotInUse',
      description: 'Target is in an Availability Zone that is not enabled for the load balancer',
    }
  }
  const state = instanceState(call, instance)
  if (state !== 'running') {
    return { state: 'unused', reason: 'Target.InvalidState', description: `Target is in the ${state} state` }
  }
  const judged = balancerState(call, balancer) === 'active' && judges.get(call.world)?.(call, group, target)
  if (judged) return judged
  return checked(call, group, target, { balancer, instance, from: checkedFrom(balancer, users, target) })
}

function checked(
  call: Call,
  group: Resource,
  target: Target,
  { balancer, instance, from }: { balancer: Resource; instance: Resource; from: number },
): Health {
  const now = call.world.now()
  const interval = time(group, 'interval') * 1000
  const registering: Health = {
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  }
  if (balancerState(call, balancer) === 'provisioning' || now < from + times.firstCheck) return registering
  const first = from + times.firstCheck
  const answers = isLetIn(call, group, target, balancer, instance) ? servesFrom(call, instance) : undefined
  const early = first + time(group, 'unhealthy') * interval
  if (answers !== undefined) {
    // Answering before the checks gave it up, one good check does; afterwards as many as the threshold wants.
    const good = answers <= early ? Math.max(first, answers) : answers + time(group, 'healthy') * interval
    if (now >= good) return { state: 'healthy' }
  }
  if (now < early) return waiting
  const code = answers === undefined ? 'Target.Timeout' : 'Target.FailedHealthChecks'
  return {
    state: 'unhealthy',
    reason: code,
    description: code === 'Target.Timeout' ? 'Request timed out' : 'Health checks failed',
  }
}

const waiting: Health = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
}

/** Checks begin when all of it is there: the load balancer, its use of the group, the target. */
function checkedFrom(balancer: Resource, users: Resource[], target: Target): number {
  return Math.max(time(balancer, 'readyAt'), Math.min(...users.map(one => one.born)), target.since)
}

function zonesOf(call: Call, balancer: Resource): string[] {
  return texts(balancer, 'subnets').flatMap(id => {
    const subnet = findResource(call, 'subnet', id)
    return subnet ? [text(subnet, 'zone')] : []
  })
}

function crossesZones(balancer: Resource): boolean {
  const attributes = balancer.data.attributes as Record<string, string>
  return text(balancer, 'type') === 'network' && attributes['load_balancing.cross_zone.enabled'] === 'true'
}

/** Whether the load balancer's groups let the check out, and the target's let it in. */
function isLetIn(call: Call, group: Resource, target: Target, balancer: Resource, instance: Resource): boolean {
  const checkPort = text(group, 'checkPort')
  const ports = [target.port, ...(checkPort === 'traffic-port' ? [] : [Number(checkPort)])]
  const port = findResource(call, 'network-interface', text(instance, 'interfaceId'))
  if (!port) return false
  const inward = rulesIn(call, texts(port, 'groups')).filter(rule => !rule.egress)
  const groups = texts(balancer, 'groups')
  const outward = rulesIn(call, groups).filter(rule => rule.egress)
  const addresses = texts(balancer, 'interfaces').flatMap(id => {
    const one = findResource(call, 'network-interface', id)
    return one ? [text(one, 'privateIp')] : []
  })
  const privateIp = text(instance, 'privateIp')
  const targetGroups = texts(port, 'groups')
  return ports.every(
    number =>
      (groups.length === 0 || outward.some(rule => fits(rule, number, targetGroups, [privateIp]))) &&
      inward.some(rule => fits(rule, number, groups, addresses)),
  )
}

function rulesIn(call: Call, ids: string[]): Rule[] {
  return ids.flatMap(id => {
    const group = findResource(call, 'security-group', id)
    return group ? rulesOf(group) : []
  })
}

function fits(rule: Rule, port: number, groups: string[], addresses: string[]): boolean {
  if (!covers(rule, 'tcp', port)) return false
  if (rule.groupId !== null) return groups.includes(rule.groupId)
  return rule.cidr !== null && addresses.some(one => contains(rule.cidr!, one))
}

function contains(block: string, ip: string): boolean {
  const cidr = parseCidr(block)
  const value = parseAddress(ip)
  return cidr !== undefined && value !== undefined && value >= cidr.first && value < cidr.first + cidr.size
}
