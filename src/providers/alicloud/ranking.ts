import type { DbOffer, Spec } from './catalog.ts'

/** One collator for all: creating one takes longer than sorting with it. */
const byNumbers = new Intl.Collator('en', { numeric: true }).compare

/** What to suggest first. Sizes and families decide, not prices. */

/** Sensible machines first: 2 vCPU and 4 GiB, then what is near that; among equals the cheaper family. */
export function byFitness(a: Spec, b: Spec): number {
  return score(a) - score(b) || rankOfFamily(a.family) - rankOfFamily(b.family) || byNumbers(b.id, a.id)
}

/** Whether it can be suggested. Other processors, burstable types, GPUs and local disks are choices, but never suggested. */
export function suggestible(spec: Spec): boolean {
  return spec.plain && !spec.burstable && spec.arch === 'x86_64'
}

/** `ecs.g6.large   2 vCPU   8 GiB`, in columns. */
export function nameOfType(spec: Spec): string {
  const arm = spec.arch === 'arm64' ? '   Arm' : ''
  return `${spec.id.padEnd(22)} ${String(spec.cores).padStart(3)} vCPU ${String(spec.memory).padStart(5)} GiB${arm}`
}

/** System disks, the least expensive first. */
export const DISKS = ['cloud_essd_entry', 'cloud_efficiency', 'cloud_essd', 'cloud_auto', 'cloud_ssd']
/** Their names in the console. */
export const DISK_NAMES: Record<string, string> = {
  cloud_essd_entry: 'ESSD Entry',
  cloud_efficiency: 'Ultra disk',
  cloud_essd: 'ESSD',
  cloud_auto: 'ESSD AutoPL',
  cloud_ssd: 'Standard SSD',
}

/** The usual storage first. */
export const STORAGES = ['cloud_essd', 'general_essd', 'cloud_ssd', 'local_ssd', 'cloud_essd2', 'cloud_essd3']
/** Their names in the console. */
export const STORAGE_NAMES: Record<string, string> = {
  cloud_essd: 'ESSD PL1',
  cloud_essd2: 'ESSD PL2',
  cloud_essd3: 'ESSD PL3',
  general_essd: 'Premium ESSD',
  cloud_ssd: 'Standard SSD',
  local_ssd: 'Local SSD',
}

/** In the order of a list; what is not on it comes last. */
export function byList(list: string[]): (a: string, b: string) => number {
  const at = (item: string) => (list.includes(item) ? list.indexOf(item) : list.length)
  return (a, b) => at(a) - at(b)
}

/** The one-server edition, then the newest version, then the usual storage. */
export function byOffer(a: DbOffer, b: DbOffer): number {
  return (
    byList(['Basic', 'HighAvailability'])(a.category, b.category) ||
    byVersion(a.version, b.version) ||
    byList(STORAGES)(a.storageType, b.storageType)
  )
}

/** Newest first. */
export function byVersion(a: string, b: string): number {
  return byNumbers(b, a)
}

/**
 * Size of an RDS class, read from its name: `pg.n2.2c.1m`, `mysql.n2.medium.1`, where n2 is 2 GiB a core.
 * Undefined where the name says nothing.
 */
export function sizeOfClass(id: string): { cores: number; memory: number } | undefined {
  const ratio = Number(/\.[nx](\d+)[a-z]*\./.exec(id)?.[1])
  const counted = Number(/\.(\d+)c\b/.exec(id)?.[1])
  const cores = counted || CORES[/\.(micro|small|medium|large|xlarge|\d+xlarge)\b/.exec(id)?.[1] ?? '']
  if (!cores) return undefined
  return { cores, memory: ratio ? ratio * cores : 0 }
}

/** The smaller first; names that say nothing come last, in their own order. */
export function byClassSize(a: string, b: string): number {
  const [left, right] = [sizeOfClass(a), sizeOfClass(b)]
  if (!left || !right) return Number(!left) - Number(!right)
  return left.cores - right.cores || left.memory - right.memory
}

const CORES: Record<string, number> = {
  micro: 1,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
  '2xlarge': 16,
  '4xlarge': 32,
}

/** Distance from 2 vCPU and 4 GiB; too small counts double. */
function score({ cores, memory }: Spec): number {
  const off = (value: number, wanted: number) => (value < wanted ? (wanted - value) * 2 : value - wanted)
  return off(cores, 2) * 4 + off(memory, 4)
}

/** e is the economy family, u the universal one; of the others the newest generation. */
function rankOfFamily(family: string): number {
  const [, letter = '', generation = ''] = /^ecs\.([a-z]+)(\d*)/.exec(family) ?? []
  const base = { e: 0, u: 100, c: 200, g: 300, r: 400 }[letter] ?? 500
  return base + (letter === 'e' ? 0 : 99 - Math.min(99, Number(generation) || 0))
}
