import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { regionOf, regions } from '../../core/catalog.ts'
import { date, newId } from '../../core/ids.ts'
import { checkText, operation, refuse, requireParameter, within, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import {
  createResource,
  findResource,
  listedResources,
  resourcesOf,
  text,
  time,
  updateResource,
} from '../../core/resources.ts'
import { byTags, newTags, tagActions, tagKeyValue } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { publicAddress, takeAddress } from '../vpc/address.ts'
import { usableVSwitch } from '../vpc/vswitch.ts'

const tags = tagActions({ instance: 'load-balancer', vservergroup: 'vserver-group', listener: 'listener' })

const accepted =
  'LoadBalancerName AddressType VpcId VSwitchId MasterZoneId SlaveZoneId PayType InstanceChargeType InternetChargeType LoadBalancerSpec DeleteProtection Tag Bandwidth AddressIPVersion Address'

/** Load balancers themselves. */
export const loadBalancerOperations = {
  'slb.CreateLoadBalancer': operation(accepted, createBalancer),
  'slb.DescribeLoadBalancers': operation(
    'LoadBalancerId LoadBalancerName LoadBalancerStatus Address AddressType AddressIPVersion MasterZoneId SlaveZoneId NetworkType PayType InternetChargeType VpcId VSwitchId Tag PageNumber PageSize',
    (input, call) => {
      regionOf(call.region)
      const ids = word(input, 'LoadBalancerId')
      const balancers = (
        ids === '' ? listedResources(call, 'load-balancer') : resourcesOf(call, 'load-balancer')
      ).filter(one => (ids === '' || ids.split(',').includes(one.id)) && asked(call, input, one))
      const { rows, head } = page(input, byTags(input, balancers), 10, 100)
      return { ...head, LoadBalancers: { LoadBalancer: rows.map(one => describe(call, one)) } }
    },
  ),
  'slb.DescribeLoadBalancerAttribute': operation('LoadBalancerId', (input, call) => {
    const balancer = balancerOf(call, input)
    const listeners = listenersOf(call, balancer)
    const { InternetChargeTypeAlias: _, ...shown } = describe(call, balancer)
    const port = (one: Resource) => Number(one.data.port)
    return {
      ...shown,
      ListenerPorts: { ListenerPort: listeners.map(port) },
      ListenerPortsAndProtocol: {
        ListenerPortAndProtocol: listeners.map(one => ({
          ListenerPort: port(one),
          ListenerProtocol: 'http',
          Description: text(one, 'Description'),
          ListenerForward: 'off',
        })),
      },
      BackendServers: { BackendServer: [] },
    }
  }),
  'slb.SetLoadBalancerName': operation('LoadBalancerId LoadBalancerName', (input, call) => {
    const balancer = balancerOf(call, input)
    checkText(requireParameter(input, 'LoadBalancerName'), 1, 80, 'InvalidParameter')
    updateResource(call, balancer, { name: word(input, 'LoadBalancerName') })
    return {}
  }),
  'slb.SetLoadBalancerDeleteProtection': operation('LoadBalancerId DeleteProtection', (input, call) => {
    const balancer = idleBalancer(call, balancerOf(call, input))
    updateResource(call, balancer, { protection: onOff(input, 'DeleteProtection', 'off') })
    occupy(call, balancer)
    return {}
  }),
  'slb.SetLoadBalancerStatus': operation('LoadBalancerId LoadBalancerStatus', (input, call) => {
    const balancer = idleBalancer(call, balancerOf(call, input))
    const status = requireParameter(input, 'LoadBalancerStatus')
    if (status !== 'active' && status !== 'inactive')
      refuse(400, 'InvalidParameter', 'LoadBalancerStatus must be active or inactive.')
    updateResource(call, balancer, { status })
    occupy(call, balancer)
    return {}
  }),
  'slb.DeleteLoadBalancer': operation('LoadBalancerId', (input, call) => {
    const balancer = idleBalancer(call, balancerOf(call, input))
    if (text(balancer, 'protection') === 'on') {
      refuse(400, 'OperationDenied.DeletionProtection', 'The load balancer is protected against deletion.')
    }
    const parts = ['listener', 'vserver-group']
      .flatMap(type => resourcesOf(call, type))
      .filter(one => text(one, 'balancerId') === balancer.id)
    for (const part of [...parts, balancer]) call.world.drop(part)
    return {}
  }),
  'slb.DescribeRegions': operation('', () => ({
    Regions: {
      Region: regions.map(one => ({
        RegionId: one.id,
        LocalName: one.name,
        RegionEndpoint: `slb.${one.id}.aliyuncs.com`,
      })),
    },
  })),
  'slb.DescribeZones': operation('', (_, call) => ({
    Zones: {
      Zone: regionOf(call.region).zones.map(zone => ({
        ZoneId: zone,
        LocalName: zone,
        SlaveZones: { SlaveZone: slaves(call, zone).map(slave => ({ ZoneId: slave, LocalName: slave })) },
      })),
    },
  })),
  'slb.DescribeAvailableResource': operation('AddressType AddressIPVersion', (input, call) => {
    const kinds = ['vpc', 'classic_internet'].filter(
      kind => word(input, 'AddressType') === '' || word(input, 'AddressType') === kind,
    )
    const pairs = regionOf(call.region).zones.flatMap(master => slaves(call, master).map(slave => ({ master, slave })))
    return {
      AvailableResources: {
        AvailableResource: pairs.map(({ master, slave }) => ({
          MasterZoneId: master,
          SlaveZoneId: slave,
          SupportResources: { SupportResource: kinds.map(AddressType => ({ AddressType, AddressIPVersion: 'ipv4' })) },
        })),
      },
    }
  }),
  'slb.TagResources': tags.tag,
  'slb.UntagResources': tags.untag,
  'slb.ListTagResources': tags.list,
}

/** The load balancer that the call names. Refused when it is not there. */
export function balancerOf(call: Call, input: JsonObject): Resource {
  const balancer = findResource(call, input, 'load-balancer', requireParameter(input, 'LoadBalancerId'))
  return balancer ?? refuse(404, 'InvalidLoadBalancerId.NotFound', 'The specified LoadBalancerId does not exist.')
}

/** The listeners of a load balancer. */
export function listenersOf(call: Call, balancer: Resource): Resource[] {
  return resourcesOf(call, 'listener').filter(one => text(one, 'balancerId') === balancer.id)
}

/** The product has many words for one resource; which one comes is up to the seed. */
const busyWords: [number, string][] = [
  [400, 'ServiceIsConfiguring'],
  [400, 'OperationBusy'],
  [400, 'OperationFailed.TokenIsProcessing'],
  [449, 'SystemBusy'],
]

/** One change at a time: refused while another one is being carried out. */
export function idleBalancer(call: Call, balancer: Resource): Resource {
  if (call.world.now() < time(balancer, 'busyUntil')) {
    const [status, code] = busyWords[Math.floor(call.world.random() * busyWords.length)]!
    refuse(status, code, 'The specified load balancer is being configured; try again later.')
  }
  return balancer
}

/** A change begins: until it is over, others are refused. */
export function occupy(call: Call, resource: Resource): void {
  updateResource(call, resource, { busyUntil: call.world.now() + times.balancerBusy })
}

/** A parameter that is `on` or `off`. */
export function onOff(input: JsonObject, name: string, fallback: string): string {
  const value = word(input, name) || fallback
  if (value !== 'on' && value !== 'off') refuse(400, 'InvalidParameter', `The parameter ${name} must be on or off.`)
  return value
}

function createBalancer(input: JsonObject, call: Call): JsonObject {
  const { zones } = regionOf(call.region)
  checkText(word(input, 'LoadBalancerName'), 1, 80, 'InvalidParameter', /^[\p{L}\p{N}][\p{L}\p{N} ._/-]*$/u)
  checkCharge(input)
  const master = word(input, 'MasterZoneId') || zones[0]!
  const slave = word(input, 'SlaveZoneId') || slaves(call, master)[0] || ''
  if (!slaves(call, master).includes(slave)) {
    refuse(400, 'InvalidParameter', `The zones ${master} and ${slave} are not a pair that load balancers are sold for.`)
  }
  const type = word(input, 'AddressType') || 'internet'
  if (type !== 'internet' && type !== 'intranet')
    refuse(400, 'InvalidParameter', 'AddressType must be internet or intranet.')
  // Naming a VSwitch means a private address, whatever AddressType says.
  const switchId = word(input, 'VSwitchId')
  const vswitch = switchId === '' ? undefined : usableVSwitch(call, input, switchId)
  if (type === 'intranet' && !vswitch)
    refuse(400, 'InvalidParameter', 'A load balancer with a private address needs a VSwitch.')
  const protection = onOff(input, 'DeleteProtection', 'off')
  const marks = newTags(input)
  const address = vswitch ? takeAddress(call, vswitch, word(input, 'Address')) : publicAddress(call)
  const id = newId(call, 'lb')
  const data = {
    name: word(input, 'LoadBalancerName') || `auto_named_${id}`,
    address,
    privateIp: vswitch ? address : '',
    addressType: vswitch ? 'intranet' : 'internet',
    vpcId: vswitch ? text(vswitch, 'vpcId') : '',
    vswitchId: switchId,
    master,
    slave,
    protection,
    status: 'active',
    trafficCharge: word(input, 'InternetChargeType') || 'paybytraffic',
    bandwidth: within(input, 'Bandwidth', 5120, 1, 5120),
  }
  createResource(call, 'load-balancer', id, data, marks)
  return {
    LoadBalancerId: id,
    LoadBalancerName: data.name,
    Address: address,
    AddressIPVersion: 'ipv4',
    NetworkType: vswitch ? 'vpc' : 'classic',
    VpcId: data.vpcId,
    VSwitchId: data.vswitchId,
    OrderId: 0,
  }
}

/** Load balancers by specification are no longer sold; what the code was is not documented, the sentence is. */
function checkCharge(input: JsonObject): void {
  const charge = word(input, 'InstanceChargeType') || 'PayByCLCU'
  if (charge !== 'PayByCLCU' || word(input, 'LoadBalancerSpec') !== '') {
    refuse(400, 'OperationDenied', 'User does not have permission modify InstanceChargeType to spec.')
  }
  if ((word(input, 'PayType') || 'PayOnDemand') !== 'PayOnDemand') {
    refuse(400, 'InvalidParameter', 'The emulator has PayOnDemand load balancers only.')
  }
  if ((word(input, 'AddressIPVersion') || 'ipv4') !== 'ipv4')
    refuse(400, 'InvalidParameter', 'The emulator knows ipv4 only.')
}

function slaves(call: Call, master: string): string[] {
  const { zones } = regionOf(call.region)
  return zones.includes(master) ? zones.filter(zone => zone !== master) : []
}

function asked(call: Call, input: JsonObject, balancer: Resource): boolean {
  const shown = describe(call, balancer)
  const names =
    'LoadBalancerName LoadBalancerStatus Address AddressType AddressIPVersion MasterZoneId SlaveZoneId NetworkType PayType InternetChargeType VpcId VSwitchId'
  return names
    .split(' ')
    .every(name => word(input, name) === '' || word(input, name).split(',').includes(String(shown[name])))
}

function describe(call: Call, balancer: Resource): JsonObject {
  return {
    LoadBalancerId: balancer.id,
    LoadBalancerName: text(balancer, 'name'),
    LoadBalancerStatus: text(balancer, 'status'),
    Address: text(balancer, 'address'),
    AddressType: text(balancer, 'addressType'),
    AddressIPVersion: 'ipv4',
    NetworkType: text(balancer, 'vpcId') === '' ? 'classic' : 'vpc',
    VpcId: text(balancer, 'vpcId'),
    VSwitchId: text(balancer, 'vswitchId'),
    MasterZoneId: text(balancer, 'master'),
    SlaveZoneId: text(balancer, 'slave'),
    RegionId: balancer.region,
    RegionIdAlias: balancer.region,
    PayType: 'PayOnDemand',
    InstanceChargeType: 'PayByCLCU',
    InternetChargeType: text(balancer, 'trafficCharge'),
    InternetChargeTypeAlias: text(balancer, 'trafficCharge'),
    Bandwidth: Number(balancer.data.bandwidth),
    CreateTime: date(call, balancer.born),
    CreateTimeStamp: Date.parse(call.world.date(balancer.born)),
    DeleteProtection: text(balancer, 'protection'),
    ModificationProtectionStatus: 'NonProtection',
    ResourceGroupId: 'rg-sandbox',
    Tags: tagKeyValue(balancer),
  }
}
