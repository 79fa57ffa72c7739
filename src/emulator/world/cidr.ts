/** IPv4 blocks as whole numbers: no library, since these four lines are all there is to it. */

/** A block of IPv4 addresses: its first address as a number, and the bits of its mask. */
export interface Cidr {
  first: number
  size: number
  mask: number
}

/** The block, or undefined when it is none or has bits set behind its mask. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (!match) return undefined
  const parts = match.slice(1, 5).map(Number)
  const mask = Number(match[5])
  if (parts.some(part => part > 255) || mask > 32) return undefined
  const first = parts.reduce((sum, part) => sum * 256 + part, 0)
  const size = 2 ** (32 - mask)
  return first % size === 0 ? { first, size, mask } : undefined
}

/** Whether the first block lies within the second. */
export function inside(inner: Cidr, outer: Cidr): boolean {
  return inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size
}

/** Whether two blocks share an address. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size
}

/** `10.0.0.1` of a number. */
export function address(value: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** The number of `10.0.0.1`; undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  return parseCidr(`${text}/32`)?.first
}
