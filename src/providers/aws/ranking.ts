import type { Spec } from './catalog.ts'

/** What to suggest first. No prices are asked for: families and sizes decide (t4g costs less than t3). */

const FAMILIES = ['t4g', 't3', 't3a', 'm7g', 'm6i', 'c7g']

/** The smaller first; among equals the cheaper family. */
export function byFitness(a: Spec, b: Spec): number {
  return a.memory - b.memory || a.cores - b.cores || rank(a.id) - rank(b.id)
}

/** `t4g.small     2 vCPU     2 GiB   Arm`, in columns. */
export function nameOfType({ id, cores, memory, arch }: Spec): string {
  const arm = arch === 'arm64' ? '   Arm' : ''
  return `${id.padEnd(14)} ${String(cores).padStart(3)} vCPU ${String(memory).padStart(5)} GiB${arm}`
}

/** Classes that no current version of MySQL or PostgreSQL runs on. */
export function ruledOut(id: string): boolean {
  return /^db\.(t1|t2|m1|m2|m3|r3)\./.test(id)
}

/** The smaller first, then the cheaper family: `db.t4g.micro` before `db.t3.micro` before `db.t4g.small`. */
export function byClassSize(a: string, b: string): number {
  return sizeOf(a) - sizeOf(b) || rankOfClass(a) - rankOfClass(b) || (a < b ? -1 : a > b ? 1 : 0)
}

/** A DB instance class as it is listed: with its memory, where its size tells it. */
export function nameOfClass(id: string): string {
  const memory = MEMORY[id.split('.').slice(2).join('.')]
  return id === 'db.serverless' ? `${id}   grows with use` : memory ? `${id.padEnd(18)} ${memory}` : id
}

const SIZES = ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge']
const MEMORY: Record<string, string> = { micro: '1 GiB', small: '2 GiB', medium: '4 GiB' }

function sizeOf(id: string): number {
  const at = SIZES.indexOf(id.split('.').at(-1) ?? '')
  return at < 0 ? SIZES.length : at
}

function rankOfClass(id: string): number {
  const at = ['t4g', 't3', 'm7g', 'm6g', 'r7g', 'r6g'].indexOf(id.split('.')[1] ?? '')
  return at < 0 ? 10 : at
}

function rank(type: string): number {
  const at = FAMILIES.indexOf(type.split('.')[0] ?? '')
  return at < 0 ? FAMILIES.length : at
}
