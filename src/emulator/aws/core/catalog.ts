import { refuse } from './input.ts'

/** What the emulated AWS has where: regions, zones, instance types and their stock. */

/** `ap-northeast-1a` and the id that it has in every account. */
export interface Zone {
  name: string
  id: string
}

/** A region with the zones that the account sees. */
export interface Region {
  id: string
  zones: Zone[]
}

/** The regions that are simulated; a call for another one is refused. */
export const regions: Region[] = [
  region('ap-northeast-1', 'apne1', { a: 4, c: 1, d: 2 }),
  region('ap-northeast-2', 'apne2', { a: 1, b: 2, c: 3, d: 4 }),
  region('ap-southeast-1', 'apse1', { a: 1, b: 2, c: 3 }),
  region('eu-central-1', 'euc1', { a: 2, b: 3, c: 1 }),
  region('eu-west-1', 'euw1', { a: 2, b: 3, c: 1 }),
  region('us-east-1', 'use1', { a: 6, b: 1, c: 2, d: 4, e: 3, f: 5 }),
  region('us-east-2', 'use2', { a: 1, b: 2, c: 3 }),
  // Two zones for a new account.
  region('us-west-1', 'usw1', { a: 1, c: 3 }),
  region('us-west-2', 'usw2', { a: 2, b: 1, c: 3, d: 4 }),
]

function region(id: string, short: string, zones: Record<string, number>): Region {
  return {
    id,
    zones: Object.entries(zones).map(([letter, number]) => ({ name: `${id}${letter}`, id: `${short}-az${number}` })),
  }
}

/** The region of that id. Refused when it is not simulated. */
export function regionOf(id: string): Region {
  return (
    regions.find(one => one.id === id) ??
    refuse(400, 'InvalidParameterValue', `The region ${id} is not simulated. Regions: ${regions.map(one => one.id)}`)
  )
}

/** The architectures of instance types and images. */
export type Arch = 'x86_64' | 'arm64'

/** An instance type as `DescribeInstanceTypes` tells it. */
export interface InstanceType {
  name: string
  vcpus: number
  /** MiB. */
  memory: number
  archs: string[]
  burstable: boolean
  current: boolean
  freeTier: boolean
  enis: number
}

const sizes: Record<string, [vcpus: number, gib: number, enis: number]> = {
  nano: [2, 0.5, 2],
  micro: [2, 1, 2],
  small: [2, 2, 3],
  medium: [2, 4, 3],
  large: [2, 8, 3],
  xlarge: [4, 16, 4],
  '2xlarge': [8, 32, 4],
}

/** The instance types that are simulated. */
export const instanceTypes: InstanceType[] = [
  ...family('t2', ['x86_64'], ['nano', 'micro', 'small', 'medium', 'large'], { current: true, burstable: true }),
  ...family('t3', ['x86_64'], Object.keys(sizes), { current: true, burstable: true }),
  ...family('t3a', ['x86_64'], Object.keys(sizes), { current: true, burstable: true }),
  ...family('t4g', ['arm64'], Object.keys(sizes), { current: true, burstable: true }),
  ...family('m6i', ['x86_64'], ['large', 'xlarge', '2xlarge'], { current: true, burstable: false }),
  ...family('m7g', ['arm64'], ['large', 'xlarge', '2xlarge'], { current: true, burstable: false }),
  ...family('c7g', ['arm64'], ['large', 'xlarge'], { current: true, burstable: false }),
  ...family('t1', ['x86_64'], ['micro'], { current: false, burstable: true }),
]

function family(
  name: string,
  archs: string[],
  of: string[],
  kind: Pick<InstanceType, 'burstable' | 'current'>,
): InstanceType[] {
  return of.map(size => {
    const [vcpus, gib, enis] = sizes[size]!
    const small = name.startsWith('t2') || name === 't1'
    return {
      name: `${name}.${size}`,
      vcpus: small && size !== 'medium' && size !== 'large' ? 1 : vcpus,
      memory: (name === 'c7g' ? gib / 2 : gib) * 1024,
      archs: name === 't2' && (size === 'small' || size === 'micro') ? ['i386', ...archs] : archs,
      ...kind,
      freeTier: ['t2.micro', 't3.micro', 't4g.micro', 't4g.small'].includes(`${name}.${size}`),
      enis,
    }
  })
}

/** The type of that name; undefined when it is not simulated. */
export function instanceType(name: string): InstanceType | undefined {
  return instanceTypes.find(one => one.name === name)
}

/** Where a type is not offered: use1-az3 has no t3 and t4g, one zone in Tokyo lacks the oldest and the newest. */
export function isOffered(zone: Zone, type: string): boolean {
  const family = type.slice(0, type.indexOf('.'))
  if (zone.id === 'use1-az3') return !['t3', 't3a', 't4g', 'm7g', 'c7g'].includes(family)
  if (zone.id === 'apne1-az2') return !['t1', 't2', 't3a', 'c7g'].includes(family)
  if (family === 't1') return zone.name.endsWith('a')
  return true
}

/** Sold there, and nothing left: `InsufficientInstanceCapacity`. */
export function isSoldOut(zone: Zone, type: string): boolean {
  return type === 'm6i.2xlarge' && !zone.name.endsWith('a')
}
