import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Thing } from '../../../world/model.ts'
import { regionOf, vanishes } from '../../core/catalog.ts'
import { newId } from '../../core/ids.ts'
import { flag, jsonWords, operation, refuse } from '../../core/input.ts'
import { all, change, find, listed, make, text } from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { publicAddress, takeAddress } from '../vpc/address.ts'
import { prepareKey } from './machine-key.ts'
import { type Order, readOrder } from './run-instances-input.ts'

const accepted =
  'ImageId ImageFamily InstanceType SecurityGroupId SecurityGroupIds VSwitchId ZoneId InstanceName HostName Description KeyPairName Password UserData ' +
  'SystemDisk InternetMaxBandwidthOut InternetMaxBandwidthIn InternetChargeType InstanceChargeType Period PeriodUnit AutoPay AutoRenew AutoRenewPeriod ' +
  'RamRoleName HttpTokens HttpEndpoint HttpPutResponseHopLimit DeletionProtection Amount MinAmount Tag DryRun IoOptimized PrivateIpAddress SecurityEnhancementStrategy CreditSpecification'

/** The one action that makes machines; each comes with a disk and a network interface that die with it. */
export const runInstancesOperations = {
  'ecs.RunInstances': operation(accepted, (input, call) => {
    regionOf(call.region)
    const order = readOrder(call, input)
    if (flag(input, 'DryRun')) {
      refuse(400, 'DryRunOperation', 'Request validation has been passed with DryRun flag set.')
    }
    const ids = Array.from({ length: order.amount }, (_, index) => boot(call, order, index))
    return {
      InstanceIdSets: { InstanceIdSet: ids },
      ...(order.data.charge === 'PrePaid' && { OrderId: String(100_000_000_000_000 + ids.length) }),
    }
  }),
}

function boot(call: Call, order: Order, index: number): string {
  const now = call.world.now()
  const id = newId(call, 'i')
  const diskId = newId(call, 'd')
  const interfaceId = newId(call, 'eni')
  const privateIp = takeAddress(call, order.vswitch, order.privateIp)
  const shared = { zone: text(order.vswitch, 'zone'), instanceId: id }
  const region = order.vswitch.region
  make(call, 'disk', diskId, { ...order.disk, ...shared }, { ...order.tags }, region)
  const data = {
    ...shared,
    privateIp,
    mac: macOf(privateIp),
    vswitchId: order.vswitch.id,
    vpcId: text(order.vswitch, 'vpcId'),
    groups: order.data.groups ?? [],
  }
  make(call, 'network-interface', interfaceId, data, { ...order.tags }, region)
  const name = String(order.data.name)
  const machine = {
    ...order.data,
    name: name || id,
    hostName: String(order.data.hostName) || `iZ${id.slice(2)}Z`,
    privateIp,
    publicIp: order.publicIp ? publicAddress(call) : '',
    diskId,
    interfaceId,
    index,
    // Where it is heading and when it is there; what it is now follows from the clock.
    toward: 'Running',
    thereAt: now + times.instanceRunning,
  }
  const instance = make(call, 'instance', id, machine, { ...order.tags }, region)
  if (vanishes(String(order.data.type), shared.zone)) vanish(call, instance)
  prepareKey(call)
  return id
}

/** Accepted and then not made, for lack of stock: it is there for a while and then it is not (facts §7.2). */
function vanish(call: Call, instance: Thing): void {
  change(call, instance, { vanishing: true })
  goWith(call, instance, times.instanceVanishes)
}

/** The machine's disk and network interface go with it. */
export function goWith(call: Call, instance: Thing, after: number): void {
  const parts = [
    instance,
    call.world.get('disk', text(instance, 'diskId')),
    call.world.get('network-interface', text(instance, 'interfaceId')),
  ]
  for (const part of parts) {
    if (!part) continue
    part.goneAt = call.world.now() + after
    call.world.touch(part)
  }
}

function macOf(ip: string): string {
  return ['00', '16', ...ip.split('.').map(part => Number(part).toString(16).padStart(2, '0'))].join(':')
}

/** The instances a look-up asks for: by id at once, otherwise as the list shows them. */
export function chosenInstances(call: Call, input: JsonObject): Thing[] {
  const ids = jsonWords(input, 'InstanceIds')
  if (ids && ids.length > 100) refuse(400, 'InvalidInstanceIds.Malformed', 'At most 100 ids.')
  return ids ? all(call, 'instance').filter(one => ids.includes(one.id)) : listed(call, 'instance')
}

export function instanceOf(call: Call, input: JsonObject, id: string): Thing {
  return (
    find(call, input, 'instance', id) ??
    refuse(404, 'InvalidInstanceId.NotFound', 'The specified InstanceId does not exist.')
  )
}

/** Pending, Starting, Running, Stopping, Stopped. */
export function instanceStatus(call: Call, instance: Thing): string {
  const now = call.world.now()
  if (instance.goneAt !== undefined && instance.data.vanishing !== true) return 'Stopping'
  const there = now >= Number(instance.data.thereAt)
  if (text(instance, 'toward') === 'Stopped') return there ? 'Stopped' : 'Stopping'
  if (there) return 'Running'
  return now < instance.born + times.instancePending ? 'Pending' : 'Starting'
}

export function agentReadyAt(instance: Thing): number {
  return Number(instance.data.thereAt) + times.agent
}

export function turn(call: Call, instance: Thing, toward: 'Running' | 'Stopped'): void {
  const takes = toward === 'Running' ? times.instanceStart : times.instanceStop
  change(call, instance, { toward, thereAt: call.world.now() + takes })
}
