import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf, vanishes } from '../../core/catalog.ts'
import { newId } from '../../core/ids.ts'
import { flag, jsonWords, operation, refuse } from '../../core/input.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  updateResource,
} from '../../core/resources.ts'
import { times } from '../../core/times.ts'
import { publicAddress, takeAddress } from '../vpc/address.ts'
import { prepareKey } from './machine-key.ts'
import { type RunInstancesInput, readRunInstancesInput } from './run-instances-input.ts'

const accepted =
  'ImageId ImageFamily InstanceType SecurityGroupId SecurityGroupIds VSwitchId ZoneId InstanceName HostName Description KeyPairName Password UserData ' +
  'SystemDisk InternetMaxBandwidthOut InternetMaxBandwidthIn InternetChargeType InstanceChargeType Period PeriodUnit AutoPay AutoRenew AutoRenewPeriod ' +
  'RamRoleName HttpTokens HttpEndpoint HttpPutResponseHopLimit DeletionProtection Amount MinAmount Tag DryRun IoOptimized PrivateIpAddress SecurityEnhancementStrategy CreditSpecification'

/** The one action that makes machines; each comes with a disk and a network interface that die with it. */
export const runInstancesOperations = {
  'ecs.RunInstances': operation(accepted, (input, call) => {
    regionOf(call.region)
    const wanted = readRunInstancesInput(call, input)
    if (flag(input, 'DryRun')) {
      refuse(400, 'DryRunOperation', 'Request validation has been passed with DryRun flag set.')
    }
    const ids = Array.from({ length: wanted.amount }, (_, index) => boot(call, wanted, index))
    return {
      InstanceIdSets: { InstanceIdSet: ids },
      ...(wanted.data.charge === 'PrePaid' && { OrderId: String(100_000_000_000_000 + ids.length) }),
    }
  }),
}

function boot(call: Call, wanted: RunInstancesInput, index: number): string {
  const now = call.world.now()
  const id = newId(call, 'i')
  const diskId = newId(call, 'd')
  const interfaceId = newId(call, 'eni')
  const privateIp = takeAddress(call, wanted.vswitch, wanted.privateIp)
  const shared = { zone: text(wanted.vswitch, 'zone'), instanceId: id }
  const region = wanted.vswitch.region
  createResource(call, 'disk', diskId, { ...wanted.disk, ...shared }, { ...wanted.tags }, region)
  const data = {
    ...shared,
    privateIp,
    mac: macOf(privateIp),
    vswitchId: wanted.vswitch.id,
    vpcId: text(wanted.vswitch, 'vpcId'),
    groups: wanted.data.groups ?? [],
  }
  createResource(call, 'network-interface', interfaceId, data, { ...wanted.tags }, region)
  const name = String(wanted.data.name)
  const machine = {
    ...wanted.data,
    name: name || id,
    hostName: String(wanted.data.hostName) || `iZ${id.slice(2)}Z`,
    privateIp,
    publicIp: wanted.publicIp ? publicAddress(call) : '',
    diskId,
    interfaceId,
    index,
    // Where it is heading and when it is there; what it is now follows from the clock.
    toward: 'Running',
    thereAt: now + times.instanceRunning,
  }
  const instance = createResource(call, 'instance', id, machine, { ...wanted.tags }, region)
  if (vanishes(String(wanted.data.type), shared.zone)) vanish(call, instance)
  prepareKey(call)
  return id
}

/** Accepted and then not made, for lack of stock: it is there for a while and then it is not. */
function vanish(call: Call, instance: Resource): void {
  updateResource(call, instance, { vanishing: true })
  goWith(call, instance, times.instanceVanishes)
}

/** The machine's disk and network interface go with it. */
export function goWith(call: Call, instance: Resource, after: number): void {
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
export function chosenInstances(call: Call, input: JsonObject): Resource[] {
  const ids = jsonWords(input, 'InstanceIds')
  if (ids && ids.length > 100) refuse(400, 'InvalidInstanceIds.Malformed', 'At most 100 ids.')
  return ids ? resourcesOf(call, 'instance').filter(one => ids.includes(one.id)) : listedResources(call, 'instance')
}

/** The instance of that id, or ECS's refusal. */
export function instanceOf(call: Call, input: JsonObject, id: string): Resource {
  return (
    findResource(call, input, 'instance', id) ??
    refuse(404, 'InvalidInstanceId.NotFound', 'The specified InstanceId does not exist.')
  )
}

/** Pending, Starting, Running, Stopping, Stopped. */
export function instanceStatus(call: Call, instance: Resource): string {
  const now = call.world.now()
  if (instance.goneAt !== undefined && instance.data.vanishing !== true) return 'Stopping'
  const there = now >= Number(instance.data.thereAt)
  if (text(instance, 'toward') === 'Stopped') return there ? 'Stopped' : 'Stopping'
  if (there) return 'Running'
  return now < instance.born + times.instancePending ? 'Pending' : 'Starting'
}

/** Cloud time at which Cloud Assistant's agent first reports. */
export function agentReadyAt(instance: Resource): number {
  return Number(instance.data.thereAt) + times.agent
}

/** Begins to start or stop it. */
export function turn(call: Call, instance: Resource, toward: 'Running' | 'Stopped'): void {
  const takes = toward === 'Running' ? times.instanceStart : times.instanceStop
  updateResource(call, instance, { toward, thereAt: call.world.now() + takes })
}
