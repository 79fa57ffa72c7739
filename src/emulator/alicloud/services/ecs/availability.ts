import type { JsonObject } from '../../../../base/json.ts'
import type { Call } from '../../../world/model.ts'
import {
  diskSizes,
  type InstanceType,
  instanceStock,
  instanceType,
  instanceTypes,
  regionOf,
  regions,
  type Stock,
} from '../../core/catalog.ts'
import { operation, refuse, requireParameter, within, word, words } from '../../core/input.ts'
import { byToken } from '../../core/page.ts'
import { resourcesOf } from '../../core/resources.ts'

/** What can be bought where: regions, zones, instance types, stock. */
export const availabilityOperations = {
  'ecs.DescribeRegions': operation('InstanceChargeType ResourceType', () => ({
    Regions: {
      Region: regions.map(one => ({
        RegionId: one.id,
        LocalName: one.name,
        RegionEndpoint: one.id === 'cn-hangzhou' ? 'ecs-cn-hangzhou.aliyuncs.com' : `ecs.${one.id}.aliyuncs.com`,
        Status: 'available',
      })),
    },
  })),
  'ecs.DescribeZones': operation('InstanceChargeType SpotStrategy Verbose', (input, call) => ({
    Zones: { Zone: regionOf(call.region).zones.map(zone => describeZone(zone, word(input, 'Verbose') !== 'false')) },
  })),
  'ecs.DescribeInstanceTypes': operation(
    'InstanceTypes InstanceTypeFamily InstanceTypeFamilies InstanceFamilyLevel CpuArchitecture MinimumCpuCoreCount MaximumCpuCoreCount MinimumMemorySize MaximumMemorySize MaxResults NextToken',
    (input, call) => {
      regionOf(call.region)
      const { rows, next } = byToken(
        input,
        instanceTypes.filter(type => asked(input, type)),
        100,
        1600,
      )
      return { NextToken: next, InstanceTypes: { InstanceType: rows.map(describeType) } }
    },
  ),
  'ecs.DescribeAvailableResource': operation(
    'DestinationResource ZoneId InstanceType IoOptimized InstanceChargeType ResourceType SystemDiskCategory DataDiskCategory NetworkCategory Cores Memory SpotStrategy Scope',
    (input, call) => {
      const { zones } = regionOf(call.region)
      const destination = requireParameter(input, 'DestinationResource')
      const zone = word(input, 'ZoneId')
      if (zone !== '' && !zones.includes(zone))
        refuse(404, 'InvalidZoneId.NotFound', `The specified zone ${zone} does not exist.`)
      checkChain(input, destination)
      const rows = zones
        .filter(one => zone === '' || one === zone)
        .map(one => ({ zone: one, offers: offersIn(input, destination, one) }))
        .filter(row => row.offers.length > 0)
      return {
        AvailableZones: { AvailableZone: rows.map(row => describeOffers(call, destination, row.zone, row.offers)) },
      }
    },
  ),
  'ecs.DescribeAccountAttributes': operation('AttributeName ZoneId', (input, call) => {
    const known: Record<string, string> = {
      'instance-network-type': 'vpc',
      'max-security-groups': '100',
      'max-postpaid-instance-vcpu-count': '1000',
      'used-postpaid-instance-vcpu-count': String(vcpus(call)),
      'max-spot-instance-vcpu-count': '800',
      'real-name-authentication': 'none',
    }
    const names = words(input, 'AttributeName')
    const rows = Object.entries(known).filter(([name]) => names.length === 0 || names.includes(name))
    return {
      AccountAttributeItems: {
        AccountAttributeItem: rows.map(([AttributeName, Value]) => ({
          AttributeName,
          AttributeValues: { ValueItem: [{ Value }] },
        })),
      },
    }
  }),
  'ecs.DescribeInstanceTypeFamilies': operation('Generation', (_, call) => {
    regionOf(call.region)
    const families = [...new Set(instanceTypes.map(type => type.family))]
    return {
      InstanceTypeFamilies: {
        InstanceTypeFamily: families.map(id => ({
          InstanceTypeFamilyId: id,
          Generation: id === 'ecs.t6' ? 'ecs-3' : 'ecs-5',
        })),
      },
    }
  }),
}

interface Offer {
  value: string
  stock: Stock
  min?: number
  max?: number
}

/** Zone > IoOptimized > InstanceType > SystemDisk > DataDisk: a link of the chain needs the ones before it. */
function checkChain(input: JsonObject, destination: string): void {
  const known = ['Zone', 'IoOptimized', 'InstanceType', 'SystemDisk', 'DataDisk', 'Network']
  if (!known.includes(destination)) {
    refuse(400, 'InvalidDestinationResource', `The specified DestinationResource ${destination} is not supported.`)
  }
  const type = word(input, 'InstanceType')
  if (destination.endsWith('Disk') && type === '') {
    refuse(400, 'InvalidParameter.InstanceType', 'InstanceType is mandatory when disks are asked for.')
  }
  if (type !== '' && !instanceType(type)) {
    refuse(400, 'InvalidInstanceType.ValueNotSupported', `The specified InstanceType ${type} does not exist.`)
  }
  if (word(input, 'ResourceType') === 'dedicatedhost') {
    refuse(400, 'UnsupportedParameter', 'The emulator does not simulate dedicated hosts.')
  }
}

function offersIn(input: JsonObject, destination: string, zone: string): Offer[] {
  const type = instanceType(word(input, 'InstanceType'))
  const disk = word(input, 'SystemDiskCategory')
  const cores = within(input, 'Cores', 0, 0, 1000)
  const memory = Number(word(input, 'Memory') || 0)
  const types = instanceTypes.filter(
    one =>
      (!type || one === type) &&
      (disk === '' || one.disks.includes(disk)) &&
      (cores === 0 || one.cores === cores) &&
      (memory === 0 || one.memory === memory) &&
      instanceStock(one.id, zone) !== 'NotSold',
  )
  if (types.length === 0) return []
  if (destination === 'InstanceType') return types.map(one => ({ value: one.id, stock: instanceStock(one.id, zone) }))
  const stock: Stock = types.some(one => instanceStock(one.id, zone) === 'WithStock') ? 'WithStock' : 'WithoutStock'
  if (destination === 'Zone') return [{ value: zone, stock }]
  if (destination === 'IoOptimized') return [{ value: 'optimized', stock }]
  if (destination === 'Network') return [{ value: 'vpc', stock }]
  return type!.disks.map(value => ({ value, stock, min: diskSizes[value]![0], max: diskSizes[value]![1] }))
}

function describeOffers(call: Call, destination: string, zone: string, offers: Offer[]): JsonObject {
  const some = offers.some(offer => offer.stock === 'WithStock')
  return {
    RegionId: call.region,
    ZoneId: zone,
    Status: some ? 'Available' : 'SoldOut',
    StatusCategory: some ? 'WithStock' : 'WithoutStock',
    AvailableResources: {
      AvailableResource: [
        {
          Type: destination,
          SupportedResources: {
            SupportedResource: offers.map(({ value, stock, min, max }) => ({
              Value: value,
              Status: stock === 'WithStock' ? 'Available' : 'SoldOut',
              StatusCategory: stock,
              ...(min !== undefined && max !== undefined && { Min: min, Max: max, Unit: 'GiB' }),
            })),
          },
        },
      ],
    },
  }
}

function describeZone(zone: string, verbose: boolean): JsonObject {
  const sold = instanceTypes.filter(type => instanceStock(type.id, zone) !== 'NotSold')
  return {
    ZoneId: zone,
    LocalName: zone,
    ZoneType: 'AvailabilityZone',
    AvailableResourceCreation: { ResourceTypes: ['VSwitch', 'IoOptimized', 'Instance', 'Disk'] },
    AvailableDiskCategories: { DiskCategories: Object.keys(diskSizes) },
    AvailableInstanceTypes: { InstanceTypes: verbose ? sold.map(type => type.id) : [] },
  }
}

function asked(input: JsonObject, type: InstanceType): boolean {
  const ids = words(input, 'InstanceTypes')
  const families = words(input, 'InstanceTypeFamilies')
  const limit = (name: string, fallback: number) => Number(word(input, name) || fallback)
  return (
    (ids.length === 0 || ids.includes(type.id)) &&
    (families.length === 0 || families.includes(type.family)) &&
    same(input, 'InstanceTypeFamily', type.family) &&
    same(input, 'InstanceFamilyLevel', type.level) &&
    same(input, 'CpuArchitecture', type.arch) &&
    type.cores >= limit('MinimumCpuCoreCount', 0) &&
    type.cores <= limit('MaximumCpuCoreCount', 1e9) &&
    type.memory >= limit('MinimumMemorySize', 0) &&
    type.memory <= limit('MaximumMemorySize', 1e9)
  )
}

function same(input: JsonObject, name: string, value: string): boolean {
  return word(input, name) === '' || word(input, name) === value
}

function describeType(type: InstanceType): JsonObject {
  return {
    InstanceTypeId: type.id,
    InstanceTypeFamily: type.family,
    InstanceFamilyLevel: type.level,
    InstanceCategory: type.cores * 2 === type.memory ? 'Compute-optimized' : 'General-purpose',
    CpuArchitecture: type.arch,
    CpuCoreCount: type.cores,
    MemorySize: type.memory,
    EniQuantity: 2,
    EniPrivateIpAddressQuantity: 6,
    DiskQuantity: 17,
    GPUAmount: 0,
    GPUSpec: '',
    LocalStorageCategory: '',
    InstanceBandwidthRx: 1_024_000,
    InstanceBandwidthTx: 1_024_000,
    NvmeSupport: 'unsupported',
    BaselineCredit: 0,
    InitialCredit: 0,
  }
}

function vcpus(call: Call): number {
  return resourcesOf(call, 'instance').reduce((sum, one) => sum + (instanceType(String(one.data.type))?.cores ?? 0), 0)
}
