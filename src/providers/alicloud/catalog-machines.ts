import type { Json, JsonObject } from '../../base/json.ts'
import type { Memoize } from '../../base/memoize.ts'
import type { Billing, Catalog, Disk, Image, Spec } from './catalog.ts'
import type { Alicloud } from './cloud.ts'
import { num, rows, str } from './read.ts'

/** Instance types, disks and images. */
export function machineCatalog(
  cloud: Alicloud,
  memoize: Memoize,
): Pick<Catalog, 'stock' | 'specs' | 'disks' | 'newest' | 'image'> {
  return {
    stock: billing => memoize(`stock ${billing}`, () => stockOf(cloud, billing)),
    specs: () => memoize('specs', () => specsOf(cloud)),
    disks: (zone, type, billing) =>
      memoize(`disks ${zone} ${type} ${billing}`, () => disksOf(cloud, zone, type, billing)),
    newest: family =>
      memoize(`family ${family}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeImageFromFamily', { ImageFamily: family })
        return str(answer, 'Image.ImageId') ? imageOf((answer as { Image: JsonObject }).Image) : undefined
      }),
    image: id =>
      memoize(`image ${id}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeImages', { ImageId: id })
        return rows(answer, 'Images.Image')
          .map(imageOf)
          .find(image => image.id === id)
      }),
  }
}

async function stockOf(cloud: Alicloud, billing: Billing): Promise<Map<string, Set<string>>> {
  const zones = await available(cloud, { DestinationResource: 'InstanceType' }, billing)
  return new Map(zones.map(zone => [str(zone, 'ZoneId'), new Set(supported(zone).map(row => str(row, 'Value')))]))
}

async function specsOf(cloud: Alicloud): Promise<Map<string, Spec>> {
  const paging = { by: 'token', size: 1600 } as const
  const all = await cloud.pages('ecs', 'DescribeInstanceTypes', {}, 'InstanceTypes.InstanceType', paging)
  return new Map(all.map(specOf).map(spec => [spec.id, spec]))
}

async function disksOf(cloud: Alicloud, zone: string, type: string, billing: Billing): Promise<Disk[]> {
  const asked = { DestinationResource: 'SystemDisk', ZoneId: zone, InstanceType: type }
  const here = (await available(cloud, asked, billing)).filter(row => str(row, 'ZoneId') === zone)
  return here.flatMap(supported).map(row => ({
    category: str(row, 'Value'),
    min: num(row, 'Min') || 20,
    max: num(row, 'Max') || 2048,
  }))
}

/** What can be had, by zone. */
async function available(cloud: Alicloud, params: Record<string, string>, billing: Billing): Promise<JsonObject[]> {
  const answer = await cloud.call('ecs', 'DescribeAvailableResource', {
    ResourceType: 'instance',
    IoOptimized: 'optimized',
    InstanceChargeType: billing === 'subscription' ? 'PrePaid' : 'PostPaid',
    ...params,
  })
  return rows(answer, 'AvailableZones.AvailableZone')
}

/** The rows of a zone that can be had now. */
function supported(zone: JsonObject): JsonObject[] {
  return rows(zone, 'AvailableResources.AvailableResource')
    .flatMap(resource => rows(resource, 'SupportedResources.SupportedResource'))
    .filter(row => str(row, 'Status') === 'Available' && ['', 'WithStock'].includes(str(row, 'StatusCategory')))
}

function specOf(row: JsonObject): Spec {
  const level = str(row, 'InstanceFamilyLevel')
  return {
    id: str(row, 'InstanceTypeId'),
    family: str(row, 'InstanceTypeFamily'),
    cores: num(row, 'CpuCoreCount'),
    memory: num(row, 'MemorySize'),
    arch: str(row, 'CpuArchitecture').toUpperCase() === 'ARM' ? 'arm64' : 'x86_64',
    plain: num(row, 'GPUAmount') === 0 && !str(row, 'LocalStorageCategory'),
    burstable: level === 'CreditEntryLevel',
  }
}

function imageOf(row: Json): Image {
  return {
    id: str(row, 'ImageId'),
    name: str(row, 'OSNameEn') || str(row, 'OSName') || str(row, 'ImageId'),
    arch: str(row, 'Architecture') || 'x86_64',
    size: num(row, 'Size') || 20,
    linux: str(row, 'OSType').toLowerCase() !== 'windows',
  }
}
