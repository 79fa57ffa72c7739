import type { Call, Resource } from '../../../world/model.ts'
import { newId } from '../../core/ids.ts'
import {
  createResource,
  findResource,
  removeResource,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { instanceState, isLive } from './instance-state.ts'
import { createInterface, publicAddress, releaseInterface } from './network-interface.ts'
import { type RunInstancesInput, readRunInstancesInput } from './run-instances-input.ts'

/** Instances begin and end here, for RunInstances and for Auto Scaling. */

/** What Auto Scaling or a request adds to the input. */
export interface Launching {
  /** Besides what was asked for. */
  tags?: Record<string, string>
  /** Cloud time it was started at; now when absent. */
  at?: number
  clientToken?: string
  reservationId?: string
  index?: number
}

/** Starts one instance; its disks and network interface come with it. */
export function launch(call: Call, wanted: RunInstancesInput, of: Launching = {}): Resource {
  const at = of.at ?? call.world.now()
  const id = newId(call, 'i')
  const tags = { ...wanted.tags.instance, ...of.tags }
  const port = createInterface(call, {
    subnet: wanted.subnet,
    groups: wanted.groups,
    description: wanted.interfaceDescription,
    instanceId: id,
    isPublic: wanted.isPublic,
    privateIp: wanted.privateIp,
    tags: wanted.tags.interface,
    born: at,
  })
  const volumes = wanted.volumes.map(({ device, ...volume }) => {
    const data = { ...volume, device, instanceId: id, zone: text(wanted.subnet, 'zone') }
    return createResource(call, 'volume', newId(call, 'vol'), data, { tags: wanted.tags.volume, born: at }).id
  })
  const data = {
    imageId: wanted.image.id,
    arch: wanted.image.arch,
    root: wanted.image.root,
    type: wanted.type.name,
    subnetId: wanted.subnet.id,
    vpcId: text(wanted.subnet, 'vpcId'),
    zone: text(wanted.subnet, 'zone'),
    interfaceId: port.id,
    volumes,
    privateIp: text(port, 'privateIp'),
    keyName: wanted.keyName,
    profileArn: wanted.profileArn,
    userData: wanted.userData,
    metadata: wanted.metadata,
    isPublic: wanted.isPublic,
    protect: wanted.protect,
    clientToken: of.clientToken ?? '',
    reservationId: of.reservationId ?? newId(call, 'r'),
    index: of.index ?? 0,
    toward: 'running',
    thereAt: at + times.instanceRunning,
  }
  return createResource(call, 'instance', id, data, { tags, born: at })
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
): Resource {
  return launch(call, readRunInstancesInput(call, { LaunchTemplate: template, SubnetId: subnetId }), of)
}

/** Begins its end, once; its network interface and disks go when it is terminated. */
export function terminate(call: Call, instance: Resource, reason = 'User initiated', at = call.world.now()): void {
  if (!isLive(instance)) return
  const thereAt = at + times.instanceTerminates
  const after = Math.max(0, thereAt - call.world.now())
  releaseInterface(call, text(instance, 'interfaceId'), after)
  for (const volume of volumesOf(call, instance)) {
    if (volume.data.deleteOnTermination === true) removeResource(call, volume, after)
    else updateResource(call, volume, { freeAt: thereAt })
  }
  instance.goneAt = thereAt + times.remembered
  updateResource(call, instance, { toward: 'terminated', thereAt, reason })
}

/** Begins to stop it; its own public address goes. */
export function stop(call: Call, instance: Resource): void {
  updateResource(call, instance, { toward: 'stopped', thereAt: call.world.now() + times.instanceStop })
  const port = findResource(call, 'network-interface', text(instance, 'interfaceId'))
  if (port) updateResource(call, port, { publicIp: '' })
}

/** A stopped instance gets another public address of the cloud's own. */
export function start(call: Call, instance: Resource): void {
  updateResource(call, instance, { toward: 'running', thereAt: call.world.now() + times.instanceStart })
  const port = findResource(call, 'network-interface', text(instance, 'interfaceId'))
  if (port && instance.data.isPublic === true) updateResource(call, port, { publicIp: publicAddress(call) })
}

/** The volumes attached to the instance. */
export function volumesOf(call: Call, instance: Resource): Resource[] {
  return resourcesOf(call, 'volume').filter(one => one.data.instanceId === instance.id)
}

/**
 * The cloud time since when the application on a machine answers; undefined while it does not. One with user data sets
 * itself up some time after it runs, whatever commands do to it later; one without that was sent commands answers once
 * one of them succeeded, any other at once.
 */
export function servesFrom(call: Call, instance: Resource): number | undefined {
  if (instanceState(call, instance) !== 'running') return undefined
  const running = time(instance, 'thereAt')
  const hasBoot = text(instance, 'userData') !== ''
  const isTold = instance.data.commanded === true
  const booted = hasBoot || !isTold ? running + (hasBoot ? times.commandSetup : 0) : Number.POSITIVE_INFINITY
  const told = (isTold && time(instance, 'servesFrom')) || Number.POSITIVE_INFINITY
  const from = Math.max(running, Math.min(booted, told))
  return from > call.world.now() ? undefined : from
}
