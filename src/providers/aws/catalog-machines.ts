import { hasOutcome } from '../../base/errors.ts'
import type { Memoize } from '../../base/memoize.ts'
import { type Catalog, type Spec, SUGGESTED } from './catalog.ts'
import type { Aws } from './client.ts'

/** Public parameters of Systems Manager that always name the newest Amazon Linux 2023 (facts §5). */
const IMAGES = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-'

/** Instance types and images. */
export function machineCatalog(
  cloud: Aws,
  memoize: Memoize,
): Pick<Catalog, 'zonesOf' | 'specs' | 'newestImage' | 'image'> {
  const offerings = (types: string[]) => zonesByType(cloud, types)
  return {
    async zonesOf(type) {
      const known = await memoize('offerings', () => offerings(SUGGESTED))
      if (SUGGESTED.includes(type)) return known.get(type) ?? []
      return (await memoize(`offerings ${type}`, () => offerings([type]))).get(type) ?? []
    },
    async specs(besides) {
      const known = await memoize('specs', () => specsOf(cloud, SUGGESTED))
      if (!besides || known.has(besides)) return known
      return new Map([...known, ...(await memoize(`specs ${besides}`, () => specsOf(cloud, [besides])))])
    },
    newestImage: arch =>
      memoize(`newest ${arch}`, async () => {
        try {
          const { Parameter } = await cloud.call('ssm', 'GetParameter', { Name: IMAGES + arch }, { sure: true })
          return Parameter?.Value
        } catch (error) {
          if (hasOutcome(error, 'notFound')) return undefined
          throw error
        }
      }),
    image: id =>
      memoize(`image ${id}`, async () => {
        const { Images = [] } = await orNothing(
          cloud.call('ec2', 'DescribeImages', { ImageIds: [id] }, { sure: true }),
          {},
        )
        const [found] = Images
        if (!found) return undefined
        return {
          id,
          name: found.Name ?? id,
          arch: found.Architecture ?? 'x86_64',
          linux: found.Platform?.toLowerCase() !== 'windows',
        }
      }),
  }
}

async function zonesByType(cloud: Aws, types: string[]): Promise<Map<string, string[]>> {
  const rows = await cloud.pages(
    'ec2',
    'DescribeInstanceTypeOfferings',
    { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: types }] },
    page => page.InstanceTypeOfferings,
  )
  const zones = new Map<string, string[]>()
  for (const { InstanceType, Location } of rows) {
    if (InstanceType && Location) zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location].sort())
  }
  return zones
}

async function specsOf(cloud: Aws, types: string[]): Promise<Map<string, Spec>> {
  // By filter: a name the region does not know is no row then, and no error.
  const filter = { Filters: [{ Name: 'instance-type', Values: types }] }
  const rows = await cloud.pages('ec2', 'DescribeInstanceTypes', filter, page => page.InstanceTypes)
  const specs = rows.flatMap((row): Spec[] => {
    const id = row.InstanceType
    const archs: string[] = row.ProcessorInfo?.SupportedArchitectures ?? []
    const memory = (row.MemoryInfo?.SizeInMiB ?? 0) / 1024
    const arch = archs.includes('arm64') ? 'arm64' : 'x86_64'
    return id ? [{ id, cores: row.VCpuInfo?.DefaultVCpus ?? 0, memory, arch }] : []
  })
  return new Map(specs.map(spec => [spec.id, spec]))
}

async function orNothing<T>(asked: Promise<T>, nothing: T): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (hasOutcome(error, 'notFound') || (hasOutcome(error, 'refused') && /^InvalidAMIID/.test(error.code ?? '')))
      return nothing
    throw error
  }
}
