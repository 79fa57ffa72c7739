import { refuse } from './input.ts'

/** What the emulator offers and where. Zone letters and image families as docs/facts/alicloud.md (ECS) has them. */

/** A region with its zones. */
export interface Region {
  id: string
  name: string
  zones: string[]
  /** How the region appears inside database host names. */
  host: string
}

/** The regions that are simulated. */
export const regions: Region[] = [
  region('ap-northeast-1', 'Japan (Tokyo)', '', 'abc', 'japan.'),
  region('ap-northeast-2', 'South Korea (Seoul)', '', 'ab', 'ap-northeast-2.'),
  region('ap-southeast-1', 'Singapore', '', 'abc', 'singapore.'),
  region('cn-hangzhou', 'China (Hangzhou)', '-', 'hijk', ''),
  region('eu-central-1', 'Germany (Frankfurt)', '', 'abc', 'germany.'),
  region('us-west-1', 'US (Silicon Valley)', '', 'ab', 'us-west-1.'),
]

function region(id: string, name: string, dash: string, letters: string, host: string): Region {
  return { id, name, zones: [...letters].map(letter => `${id}${dash}${letter}`), host }
}

/** The region, or the refusal every product gives. */
export function regionOf(id: string): Region {
  return (
    regions.find(one => one.id === id) ?? refuse(404, 'InvalidRegionId.NotFound', `The RegionId ${id} does not exist.`)
  )
}

/** An instance type as `DescribeInstanceTypes` tells it. */
export interface InstanceType {
  id: string
  family: string
  cores: number
  memory: number
  arch: 'X86' | 'ARM'
  level: 'EntryLevel' | 'EnterpriseLevel' | 'CreditEntryLevel'
  disks: string[]
}

const modern = ['cloud_essd', 'cloud_auto']
const classic = ['cloud_efficiency', 'cloud_ssd', 'cloud_essd']
const economy = ['cloud_essd_entry', 'cloud_essd', 'cloud_auto']

/** The instance types that are simulated. */
export const instanceTypes: InstanceType[] = [
  ...family('ecs.t6', 'CreditEntryLevel', classic, 'c1m1.large 2 2', 'c1m2.large 2 4', 'c1m4.large 2 8'),
  ...family('ecs.e', 'EntryLevel', economy, 'c1m1.large 2 2', 'c1m2.large 2 4', 'c1m4.large 2 8', 'c1m2.xlarge 4 8'),
  ...family(
    'ecs.u1',
    'EnterpriseLevel',
    economy,
    'c1m1.large 2 2',
    'c1m2.large 2 4',
    'c1m4.large 2 8',
    'c1m2.xlarge 4 8',
  ),
  ...family('ecs.c6', 'EnterpriseLevel', classic, 'large 2 4', 'xlarge 4 8'),
  ...family('ecs.g6', 'EnterpriseLevel', classic, 'large 2 8', 'xlarge 4 16'),
  ...family('ecs.c7', 'EnterpriseLevel', modern, 'large 2 4', 'xlarge 4 8', '2xlarge 8 16'),
  ...family('ecs.g7', 'EnterpriseLevel', modern, 'large 2 8', 'xlarge 4 16', '2xlarge 8 32'),
  ...family('ecs.r7', 'EnterpriseLevel', modern, 'large 2 16', 'xlarge 4 32'),
  ...family('ecs.c8i', 'EnterpriseLevel', modern, 'large 2 4', 'xlarge 4 8'),
  ...family('ecs.g8i', 'EnterpriseLevel', modern, 'large 2 8'),
  ...family('ecs.c8y', 'EnterpriseLevel', modern, 'large 2 4', 'xlarge 4 8'),
  ...family('ecs.g8y', 'EnterpriseLevel', modern, 'large 2 8'),
]

/** `c1m2.large 2 4`: size, vCPU, GiB. The sharing families join the size with a dash (`ecs.e-c1m2.large`). */
function family(name: string, level: InstanceType['level'], disks: string[], ...sizes: string[]): InstanceType[] {
  return sizes.map(size => {
    const [suffix = '', cores = '', memory = ''] = size.split(' ')
    const id = `${name}${suffix.startsWith('c1') ? '-' : '.'}${suffix}`
    return {
      id,
      family: name,
      cores: Number(cores),
      memory: Number(memory),
      arch: name.endsWith('y') ? 'ARM' : 'X86',
      level,
      disks,
    }
  })
}

/** The type of that id; undefined when it is not simulated. */
export function instanceType(id: string): InstanceType | undefined {
  return instanceTypes.find(type => type.id === id)
}

/** Whether a zone has an instance type, in the product's own words. */
export type Stock = 'WithStock' | 'WithoutStock' | 'NotSold'

/**
 * Stock of an instance type in a zone. The region's first zone lacks the newest machines, its second has run out of
 * some, its last no longer has the oldest: every region has types to trip over and types that are everywhere.
 */
export function instanceStock(id: string, zone: string): Stock {
  const type = instanceType(id)
  const where = regions.find(one => one.zones.includes(zone))
  if (!type || !where) return 'NotSold'
  const index = where.zones.indexOf(zone)
  const last = index === where.zones.length - 1
  if (index === 0 && ['ecs.c8i', 'ecs.g8i', 'ecs.c8y', 'ecs.g8y'].includes(type.family)) return 'NotSold'
  if (last && type.family === 'ecs.t6') return 'NotSold'
  if (index === 1 && ['ecs.c7.large', 'ecs.g8i.large', 'ecs.e-c1m4.large', 'ecs.r7.large'].includes(id))
    return 'WithoutStock'
  if (index === 0 && ['ecs.g7.2xlarge', 'ecs.t6-c1m1.large'].includes(id)) return 'WithoutStock'
  return 'WithStock'
}

/** In stock by every list, accepted, and then never made: the last zone's `ecs.g8y.large`. It happens to real stock too. */
export function vanishes(id: string, zone: string): boolean {
  return id === 'ecs.g8y.large' && regions.some(one => one.zones.at(-1) === zone)
}

/** Smallest and largest size of a system disk, GiB, by category. */
export const diskSizes: Record<string, [number, number]> = {
  cloud_essd: [20, 2048],
  cloud_auto: [20, 2048],
  cloud_essd_entry: [20, 2048],
  cloud_efficiency: [20, 2048],
  cloud_ssd: [20, 2048],
}
