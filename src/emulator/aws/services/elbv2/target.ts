import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { isObject, objects, operation, refuse, word } from '../../core/input.ts'
import { findResource, text, time, updateResource } from '../../core/resources.ts'
import { instanceState } from '../ec2/instance-state.ts'
import { invalid, within } from './lookup.ts'
import { drainingTime, targetGroupOf, usersOf } from './target-group.ts'
import { type Target, targetHealth } from './target-health.ts'

/** Registering, deregistering, and what the checks say. */
export const targetOperations: Record<string, Operation> = {
  'elbv2.RegisterTargets': operation('TargetGroupArn Targets', (input, call) => {
    const group = targetGroupOf(call, input)
    for (const target of readTargets(input, group)) {
      checkInstance(call, group, target.id)
      register(call, group, target.id, target.port)
    }
    return {}
  }),
  'elbv2.DeregisterTargets': operation('TargetGroupArn Targets', (input, call) => {
    const group = targetGroupOf(call, input)
    const asked = objects(input, 'Targets')
    for (const target of targetsOf(call, group)) {
      const named = asked.some(
        one => word(one, 'Id') === target.id && (word(one, 'Port') === '' || Number(one.Port) === target.port),
      )
      if (named) deregister(call, group, target.id, target.port)
    }
    return {}
  }),
  'elbv2.DescribeTargetHealth': operation('TargetGroupArn Targets Include', (input, call) => {
    const group = targetGroupOf(call, input)
    const there = targetsOf(call, group)
    const asked = objects(input, 'Targets')
    const rows =
      asked.length === 0
        ? there
        : readTargets(input, group).map(
            one =>
              there.find(other => other.id === one.id && other.port === one.port) ?? {
                ...one,
                since: 0,
                drainsUntil: -1,
              },
          )
    return { TargetHealthDescriptions: rows.map(one => describe(call, group, one)) }
  }),
}

/** The targets that are there or draining. A terminated instance leaves by itself. */
export function targetsOf(call: Call, group: Resource): Target[] {
  const now = call.world.now()
  const targets = group.data.targets
  const list = Array.isArray(targets) ? (targets.filter(isObject) as unknown as Target[]) : []
  return list.filter(one => {
    const instance = findResource(call, 'instance', one.id)
    if (!instance || instanceState(call, instance) === 'terminated') return false
    return one.drainsUntil === null || now < one.drainsUntil
  })
}

/** Puts an instance into a group, once; a draining one comes back. */
export function register(
  call: Call,
  group: Resource,
  id: string,
  port = time(group, 'port'),
  since = call.world.now(),
): void {
  const targets = targetsOf(call, group)
  if (targets.some(one => one.id === id && one.port === port && one.drainsUntil === null)) return
  const others = targets.filter(one => one.id !== id || one.port !== port)
  updateResource(call, group, { targets: [...others, { id, port, since, drainsUntil: null }] })
}

/** Takes an instance out; where a load balancer uses the group, its connections drain first. Returns until when. */
export function deregister(call: Call, group: Resource, id: string, port = time(group, 'port')): number {
  const now = call.world.now()
  const used = usersOf(call, group).length > 0
  const until = now + (used ? drainingTime(group) : 0)
  const targets = targetsOf(call, group).flatMap(one => {
    if (one.id !== id || one.port !== port || one.drainsUntil !== null) return [one]
    return used ? [{ ...one, drainsUntil: until }] : []
  })
  updateResource(call, group, { targets })
  return until
}

function readTargets(input: JsonObject, group: Resource): { id: string; port: number }[] {
  const list = objects(input, 'Targets')
  if (list.length === 0) invalid('At least one target must be specified')
  return list.map(one => ({ id: word(one, 'Id'), port: within(one, 'Port', time(group, 'port'), 1, 65_535) }))
}

function checkInstance(call: Call, group: Resource, id: string): void {
  if (!/^i-[0-9a-f]+$/.test(id))
    refuse(400, 'InvalidTargetException', `The target ID '${id}' is not valid for the target type 'instance'`)
  const instance = findResource(call, 'instance', id)
  if (!instance) refuse(400, 'InvalidTargetException', `The following targets are not valid instances: '${id}'`)
  if (instanceState(call, instance!) !== 'running') {
    refuse(
      400,
      'InvalidTargetException',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    )
  }
  if (text(instance!, 'vpcId') !== text(group, 'vpcId')) {
    refuse(
      400,
      'InvalidTargetException',
      `The following targets are not in the target group VPC '${text(group, 'vpcId')}': '${id}'`,
    )
  }
}

function describe(call: Call, group: Resource, target: Target): JsonObject {
  const { state, reason, description } =
    target.drainsUntil === -1
      ? { state: 'unused', reason: 'Target.NotRegistered', description: 'Target is not registered to the target group' }
      : targetHealth(call, group, target)
  const checkPort = text(group, 'checkPort')
  return {
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: checkPort === 'traffic-port' ? String(target.port) : checkPort,
    TargetHealth: {
      State: state,
      ...(reason && { Reason: reason }),
      ...(description && { Description: description }),
    },
  }
}
