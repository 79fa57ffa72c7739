import ipaddr from 'ipaddr.js'
import type { Json } from '../base/json.ts'
import { type PasswordRule, passwordProblem } from './password.ts'

/**
 * Checks that the questions of every cloud share. Each `…Problem` returns a sentence that says what is wrong, or
 * undefined.
 */

/** An IPv4 network in numbers: its `first` and `last` address, how many there are (`size`), the prefix length (`mask`). */
export interface Cidr {
  text: string
  mask: number
  first: number
  last: number
  size: number
}

/** Parses `10.0.0.0/8`; undefined for anything that is not written exactly so (no IPv6, octal, spaces or signs). */
export function parseCidr(value: Json | undefined): Cidr | undefined {
  if (typeof value !== 'string' || !CIDR.test(value)) return undefined
  if (!ipaddr.IPv4.isValidFourPartDecimal(value.split('/')[0] ?? '')) return undefined
  const [address, mask] = ipaddr.IPv4.parseCIDR(value)
  const size = 2 ** (32 - mask)
  const at = address.octets.reduce((sum, octet) => sum * 256 + octet, 0)
  const first = Math.floor(at / size) * size
  return { text: value, mask, first, last: first + size - 1, size }
}

const CIDR = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\/(0|[1-9]|[12]\d|3[0-2])$/

/** What is wrong with a CIDR block in itself: its form, or an address that is not the network's first. */
export function cidrProblem(value: Json | undefined): string | undefined {
  const cidr = parseCidr(value)
  if (!cidr) return `${show(value)} is not an IPv4 CIDR block. Write it like 172.16.0.0/12.`
  const network = dotted(cidr.first)
  if (cidr.text !== `${network}/${cidr.mask}`) {
    return `${cidr.text} does not start at a network address. Use ${network}/${cidr.mask}.`
  }
  return undefined
}

/** Whether all of `inner` lies in `outer`. */
export function inside(inner: Cidr, outer: Cidr): boolean {
  return inner.first >= outer.first && inner.last <= outer.last
}

/** Whether two blocks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last
}

/** The dotted form of an address: `2886729728` → `172.16.0.0`. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
}

/** Whether a block lies in one of the private ranges of RFC 1918: 10/8, 172.16/12, 192.168/16. */
export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some(range => inside(cidr, range))
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(range => parseCidr(range)!)

/** What is wrong with an entry of an access list: a single address or a block. */
export function sourceProblem(value: Json | undefined): string | undefined {
  if (typeof value === 'string' && parseCidr(`${value}/32`)) return undefined
  if (parseCidr(value)) return cidrProblem(value)
  return `${show(value)} is not an IPv4 address or block. Write it like 203.0.113.7 or 203.0.113.0/24.`
}

/** Whether a list of addresses and blocks allows the whole internet. */
export function includesEveryone(value: Json | undefined): boolean {
  return listOf(value).some(item => parseCidr(item)?.mask === 0)
}

/** The caution for a login that is open to the whole internet; `guard` protects it, `key` is the question that limits it. */
export function openToEveryone(what: string, guard: string, key: string): string {
  return `${what} is open to the whole internet; only the ${guard} protects it. To allow only your own address: --set ${key}=ADDRESS (for example 203.0.113.7).`
}

/** The rules of one kind of name; lengths in characters, both inclusive. */
export interface NameRules {
  min: number
  max: number
  /** Characters besides letters and digits, as they stand in a regular expression's class. Default `._-`. */
  also?: string
  /** The first character can be a digit. */
  digitFirst?: boolean
}

/** What is wrong with a name of ASCII letters, digits and a few signs, a letter first: what every console page accepts. */
export function nameProblem(
  value: Json | undefined,
  { min, max, also = '._-', digitFirst }: NameRules,
): string | undefined {
  if (typeof value !== 'string') return 'A name must be text.'
  if (value.length < min || value.length > max)
    return `${show(value)} must have ${min} to ${max} characters; it has ${value.length}.`
  if (!new RegExp(digitFirst ? '^[A-Za-z0-9]' : '^[A-Za-z]').test(value)) {
    return `${show(value)} must start with a letter from a to z${digitFirst ? ' or a digit' : ''}.`
  }
  const bad = [...value].find(char => !new RegExp(`[A-Za-z0-9${also}]`).test(char))
  if (bad) return `${show(value)} contains ${show(bad)}. Use letters, digits and ${spell(also)}.`
  return undefined
}

/**
 * What is wrong with free text: letters and digits of any language, spaces and harmless punctuation are allowed, nothing
 * that a shell, nginx or SQL would interpret.
 */
export function proseProblem(value: Json | undefined, max: number, min = 0): string | undefined {
  if (typeof value !== 'string') return 'This must be text.'
  if (value.length > max) return `This must have at most ${max} characters; it has ${value.length}.`
  if (value.length < min && value !== '') return `This must have at least ${min} characters, or be empty.`
  if (/^https?:/i.test(value)) return 'This must not start with http:// or https://.'
  const bad = [...value].find(char => !/[\p{L}\p{M}\p{N} .,:_()/+@#=-]/u.test(char))
  if (bad) return `This contains ${show(bad)}. Use letters, digits, spaces and . , : _ - ( ) / + @ # =`
  return undefined
}

/** What is wrong with a TCP port, given as a whole number or its digits. */
export function portProblem(value: Json | undefined): string | undefined {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535) return undefined
  return `${show(value)} is not a port. Use a number from 1 to 65535.`
}

/** What is wrong with a whole number within bounds, both inclusive. */
export function numberProblem(value: Json | undefined, min: number, max: number): string | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return undefined
  return `${show(value)} is not a whole number from ${min} to ${max}.`
}

/** What is wrong with a password, in a sentence that never repeats it. */
export function passwordSentence(value: Json | undefined, rule: PasswordRule): string | undefined {
  const wrong = typeof value === 'string' ? passwordProblem(value, rule) : undefined
  return wrong && `The password ${wrong}.`
}

/** What is wrong with a host name of dot-separated labels: letters, digits, hyphens inside. Lengths in characters. */
export function hostNameProblem(value: Json | undefined, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'A host name must be text.'
  if (value.length < min || value.length > max)
    return `${show(value)} must have ${min} to ${max} characters; it has ${value.length}.`
  if (!value.split('.').every(label => /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(label))) {
    return `${show(value)} is not a host name. Use letters, digits and single hyphens, with dots between the parts.`
  }
  if (/^\d+$/.test(value)) return `${show(value)} must not consist of only digits.`
  return undefined
}

/** The items of a list answer as strings; text is split at its commas, anything else is no item. */
export function listOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.map(item => String(item))
  return typeof value === 'string' && value !== '' ? value.split(',').map(item => item.trim()) : []
}

/** The first problem that `problem` finds in a list's items, or undefined. */
export function firstOf<T>(items: Iterable<T>, problem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item)
    if (found) return found
  }
  return undefined
}

/**
 * A value as JSON on one line, at most 60 characters, for messages. Characters that control a terminal or change the
 * reading direction are written as escapes.
 */
export function show(value: Json | undefined): string {
  const text = JSON.stringify(value ?? null).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, spelledOut)
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text
}

function spelledOut(char: string): string {
  return `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`
}

function spell(also: string): string {
  const signs = [...also.replace(/\\/g, '')]
  return signs.length > 1 ? `${signs.slice(0, -1).join(' ')} and ${signs.at(-1)}` : signs.join('')
}
