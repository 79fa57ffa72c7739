import type { JsonObject } from '../../../../base/json.ts'
import { refuse, word } from '../../core/input.ts'

/** How Route 53 keeps names: lower case, with the last dot, everything unusual as three octal digits. */
export function dnsName(name: string): string {
  const dotted = name.endsWith('.') ? name : `${name}.`
  const plain = dotted
    .toLowerCase()
    .replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
  if (
    plain.length > 256 ||
    plain.split('.').some((label, index, all) => label.length > 63 || (label === '' && index < all.length - 1))
  ) {
    refuse(400, 'InvalidDomainName', `The domain name ${name} is not valid.`)
  }
  return plain.replace(/[^a-z0-9._-]/g, char => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** Whether a name is the zone's own or below it. */
export function isBelow(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

/** Names sort by their labels from the right, as listing shows them. */
export function reversed(name: string): string {
  return name.split('.').reverse().join('.')
}

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'SRV', 'TXT']

/** What a record set says, checked for what Route 53 itself refuses; sentences as in its batch errors. */
export function recordFaults(record: JsonObject, values: string[]): string[] {
  const type = word(record, 'Type')
  const alias = record.AliasTarget !== undefined
  const named = `[Tried to create resource record set [name='${word(record, 'Name')}', type='${type}']`
  if (!types.includes(type)) return [`Invalid record type ${type}`]
  if (alias && (record.TTL !== undefined || values.length > 0)) {
    return ['InvalidInput: an alias record set has neither a TTL nor values']
  }
  if (!alias && (record.TTL === undefined || values.length === 0)) {
    return ['InvalidInput: a record set needs a TTL and values, or an alias target']
  }
  if (type === 'CNAME' && values.length > 1) return [`${named} but a CNAME has one value]`]
  const bad = values.find(value => !valueFits(type, value))
  return bad === undefined
    ? []
    : [`InvalidChangeBatch: the value '${bad}' is not valid for a record of the type ${type}`]
}

function valueFits(type: string, value: string): boolean {
  if (type === 'A') return /^(\d{1,3}\.){3}\d{1,3}$/.test(value) && value.split('.').every(part => Number(part) < 256)
  if (type === 'AAAA') return value.includes(':')
  if (type === 'TXT' || type === 'SPF') return /^"(\\.|[^"\\])*"( "(\\.|[^"\\])*")*$/.test(value)
  return value !== '' && !/[\s]$/.test(value)
}
