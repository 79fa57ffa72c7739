import type { Call, Thing } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import { all, change, find, leave, make, text, time } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { instanceState, isLive } from './instance-state.ts'
import { createInterface, publicAddress, releaseInterface } from './network-interface.ts'
import { type Order, readOrder } from './run-instances-input.ts'

/** Instances begin and end here, for RunInstances and for Auto Scaling. */

export interface Launching {
  /** Besides the order's own. */
  tags?: Record<string, string>
  /** Cloud time it was started at; now when absent. */
  at?: number
  clientToken?: string
  reservationId?: string
  index?: number
}

/** Starts one instance; its disks and network interface come with it. */
export function launch(call: Call, order: Order, of: Launching = {}): Thing {
  const at = of.at ?? call.world.now()
  const id = newId(call, 'i')
  const tags = { ...order.tags.instance, ...of.tags }
  const port = createInterface(call, {
    subnet: order.subnet,
    groups: order.groups,
    description: order.interfaceDescription,
    instanceId: id,
    isPublic: order.isPublic,
    privateIp: order.privateIp,
    tags: order.tags.interface,
    born: at,
  })
  const volumes = order.volumes.map(({ device, ...volume }) => {
    const data = { ...volume, device, instanceId: id, zone: text(order.subnet, 'zone') }
    return make(call, 'volume', newId(call, 'vol'), data, { tags: order.tags.volume, born: at }).id
  })
  const data = {
    imageId: order.image.id,
    arch: order.image.arch,
    root: order.image.root,
    type: order.type.name,
    subnetId: order.subnet.id,
    vpcId: text(order.subnet, 'vpcId'),
    zone: text(order.subnet, 'zone'),
    interfaceId: port.id,
    volumes,
    privateIp: text(port, 'privateIp'),
    keyName: order.keyName,
    profileArn: order.profileArn,
    userData: order.userData,
    metadata: order.metadata,
    isPublic: order.isPublic,
    protect: order.protect,
    clientToken: of.clientToken ?? '',
    reservationId: of.reservationId ?? newId(call, 'r'),
    index: of.index ?? 0,
    toward: 'running',
    thereAt: at + times.instanceRunning,
  }
  return make(call, 'instance', id, data, { tags, born: at })
}

/**
 * Starts one from a launch template, as Auto Scaling does: `template` is `{LaunchTemplateId | LaunchTemplateName, Version}`.
 * Throws EC2's refusals (ApiError): template, image, subnet, groups, profile, stock, quota.
 */
export function launchFromTemplate(
  call: Call,
  template: { LaunchTemplateId?: string; LaunchTemplateName?: string; Version?: string },
  subnetId: string,
  of: Launching = {},
): Thing {
  return launch(call, readOrder(call, { LaunchTemplate: template, SubnetId: subnetId }), of)
}

/** Begins its end, once; its network interface and disks go when it is terminated. */
export function terminate(call: Call, instance: Thing, reason = 'User initiated', at = call.world.now()): void {
  if (!isLive(instance)) return
  const thereAt = at + times.instanceTerminates
  const after = Math.max(0, thereAt - call.world.now())
  releaseInterface(call, text(instance, 'interfaceId'), after)
  for (const volume of volumesOf(call, instance)) {
    if (volume.data.deleteOnTermination === true) leave(call, volume, after)
    else change(call, volume, { freeAt: thereAt })
  }
  instance.goneAt = thereAt + times.remembered
  change(call, instance, { toward: 'terminated', thereAt, reason })
}

export function stop(call: Call, instance: Thing): void {
  change(call, instance, { toward: 'stopped', thereAt: call.world.now() + times.instanceStop })
  const port = find(call, 'network-interface', text(instance, 'interfaceId'))
  if (port) change(call, port, { publicIp: '' })
}

/** A stopped instance gets another public address of the cloud's own. */
export function start(call: Call, instance: Thing): void {
  change(call, instance, { toward: 'running', thereAt: call.world.now() + times.instanceStart })
  const port = find(call, 'network-interface', text(instance, 'interfaceId'))
  if (port && instance.data.isPublic === true) change(call, port, { publicIp: publicAddress(call) })
}

export function volumesOf(call: Call, instance: Thing): Thing[] {
  return all(call, 'volume').filter(one => one.data.instanceId === instance.id)
}

/**
 * The cloud time since when the application on a machine answers; undefined while it does not. One with user data sets
 * itself up some time after it runs, whatever commands do to it later; one without that was sent commands answers once
 * one of them succeeded, any other at once.
 */
export function servesFrom(call: Call, instance: Thing): number | undefined {
  if (instanceState(call, instance) !== 'running') return undefined
  const running = time(instance, 'thereAt')
  const hasBoot = text(instance, 'userData') !== ''
  const isTold = instance.data.commanded === true
  const booted = hasBoot || !isTold ? running + (hasBoot ? times.commandSetup : 0) : Number.POSITIVE_INFINITY
  const told = (isTold && time(instance, 'servesFrom')) || Number.POSITIVE_INFINITY
  const from = Math.max(running, Math.min(booted, told))
  return from > call.world.now() ? undefined : from
}
