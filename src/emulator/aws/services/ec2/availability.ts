import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation } from '../../../world/model.ts'
import {
  type InstanceType,
  instanceType,
  instanceTypes,
  isOffered,
  regionOf,
  regions,
  type Zone,
} from '../../core/catalog.ts'
import { filtered } from '../../core/filters.ts'
import { operation, refuse, word, words } from '../../core/input.ts'
import { nextToken, page } from '../../core/page.ts'
import { resourcesOf, text } from '../../core/resources.ts'
import { isLive } from './instance-state.ts'

/** On-demand vCPUs of a new account (5 to 32). */
export const vcpuQuota = 32

/** What is offered where, and what the account may have. */
export const availabilityOperations: Record<string, Operation> = {
  'ec2.DescribeRegions': operation('RegionNames AllRegions Filters', (input, _) => {
    const names = words(input, 'RegionNames')
    const missing = names.find(name => !regions.some(one => one.id === name))
    if (missing) refuse(400, 'InvalidParameterValue', `Invalid region name: ${missing}`)
    const asked = regions.filter(one => names.length === 0 || names.includes(one.id))
    const found = filtered(input, asked, {
      'region-name': one => one.id,
      endpoint: one => `ec2.${one.id}.amazonaws.com`,
      'opt-in-status': () => 'opt-in-not-required',
    })
    return {
      Regions: found.map(one => ({
        RegionName: one.id,
        Endpoint: `ec2.${one.id}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      })),
    }
  }),
  'ec2.DescribeAvailabilityZones': operation('ZoneNames ZoneIds AllAvailabilityZones Filters', (input, call) => {
    const zones = regionOf(call.region).zones
    const names = [...words(input, 'ZoneNames'), ...words(input, 'ZoneIds')]
    const missing = names.find(name => !zones.some(one => one.name === name || one.id === name))
    if (missing) refuse(400, 'InvalidParameterValue', `Invalid availability zone: [${missing}]`)
    const asked = zones.filter(one => names.length === 0 || names.includes(one.name) || names.includes(one.id))
    const found = filtered(input, asked, {
      'zone-name': one => one.name,
      'zone-id': one => one.id,
      'region-name': () => call.region,
      state: () => 'available',
      'zone-type': () => 'availability-zone',
      'opt-in-status': () => 'opt-in-not-required',
      'group-name': () => `${call.region}-zg-1`,
    })
    return { AvailabilityZones: found.map(one => describeZone(call, one)) }
  }),
  'ec2.DescribeInstanceTypes': operation('InstanceTypes Filters MaxResults NextToken', (input, call) => {
    regionOf(call.region)
    const names = words(input, 'InstanceTypes')
    const missing = names.filter(name => !instanceType(name))
    if (missing.length > 0)
      refuse(400, 'InvalidInstanceType', `The following supplied instance types do not exist: [${missing.join(', ')}]`)
    const asked = instanceTypes.filter(one => names.length === 0 || names.includes(one.name))
    const found = filtered(input, asked, {
      'instance-type': one => one.name,
      'processor-info.supported-architecture': one => one.archs,
      'current-generation': one => String(one.current),
      'burstable-performance-supported': one => String(one.burstable),
      'free-tier-eligible': one => String(one.freeTier),
      'vcpu-info.default-vcpus': one => String(one.vcpus),
      'memory-info.size-in-mib': one => String(one.memory),
      'bare-metal': () => 'false',
      hypervisor: one => (one.name.startsWith('t2') || one.name.startsWith('t1') ? 'xen' : 'nitro'),
      'supported-usage-class': () => ['on-demand', 'spot'],
      'supported-virtualization-type': () => 'hvm',
    })
    const { rows, next } = page(input, found, { size: 100 })
    return { InstanceTypes: rows.map(describeType), ...nextToken(next) }
  }),
  'ec2.DescribeInstanceTypeOfferings': operation('LocationType Filters MaxResults NextToken', (input, call) => {
    const kind = word(input, 'LocationType') || 'region'
    const zones = regionOf(call.region).zones
    const places: [string, Zone[]][] =
      kind === 'region'
        ? [[call.region, zones]]
        : zones.map(zone => [kind === 'availability-zone-id' ? zone.id : zone.name, [zone]])
    const rows = places.flatMap(([location, within]) =>
      instanceTypes
        .filter(type => within.some(zone => isOffered(zone, type.name)))
        .map(type => ({ InstanceType: type.name, LocationType: kind, Location: location })),
    )
    const found = filtered(input, rows, {
      location: row => row.Location,
      'instance-type': row => row.InstanceType,
    })
    const { rows: some, next } = page(input, found)
    return { InstanceTypeOfferings: some, ...nextToken(next) }
  }),
  'ec2.DescribeAccountAttributes': operation('AttributeNames', (input, _) => {
    const known: Record<string, string[]> = {
      'supported-platforms': ['VPC'],
      'default-vpc': ['none'],
      'max-instances': ['20'],
      'vpc-max-security-groups-per-interface': ['5'],
      'max-elastic-ips': ['5'],
      'vpc-max-elastic-ips': ['5'],
    }
    const names = words(input, 'AttributeNames')
    const rows = Object.entries(known).filter(([name]) => names.length === 0 || names.includes(name))
    return {
      AccountAttributes: rows.map(([AttributeName, values]) => ({
        AttributeName,
        AttributeValues: values.map(AttributeValue => ({ AttributeValue })),
      })),
    }
  }),
}

/** vCPUs of the instances that run or start. */
export function vcpusInUse(call: Call): number {
  const running = resourcesOf(call, 'instance').filter(one => isLive(one) && text(one, 'toward') === 'running')
  return running.reduce((sum, one) => sum + (instanceType(text(one, 'type'))?.vcpus ?? 0), 0)
}

function describeZone(call: Call, zone: Zone): JsonObject {
  return {
    ZoneName: zone.name,
    ZoneId: zone.id,
    ZoneType: 'availability-zone',
    RegionName: call.region,
    State: 'available',
    OptInStatus: 'opt-in-not-required',
    GroupName: `${call.region}-zg-1`,
    NetworkBorderGroup: call.region,
    Messages: [],
  }
}

function describeType(type: InstanceType): JsonObject {
  return {
    InstanceType: type.name,
    CurrentGeneration: type.current,
    FreeTierEligible: type.freeTier,
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedVirtualizationTypes: ['hvm'],
    BareMetal: false,
    Hypervisor: type.name.startsWith('t2') || type.name.startsWith('t1') ? 'xen' : 'nitro',
    ProcessorInfo: { SupportedArchitectures: type.archs, SustainedClockSpeedInGhz: 2.5 },
    VCpuInfo: { DefaultVCpus: type.vcpus },
    MemoryInfo: { SizeInMiB: type.memory },
    InstanceStorageSupported: false,
    NetworkInfo: {
      NetworkPerformance: 'Up to 5 Gigabit',
      MaximumNetworkInterfaces: type.enis,
      Ipv4AddressesPerInterface: 4,
    },
    BurstablePerformanceSupported: type.burstable,
    AutoRecoverySupported: true,
  }
}
