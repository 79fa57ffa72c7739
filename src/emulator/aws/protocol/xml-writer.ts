import type { Json, JsonObject } from '../../../base/json.ts'
import { dateText } from './dates.ts'
import type { Member, Shape, Structure } from './schema.ts'

/** `<name attributes>body</name>`; the body is XML already. */
export function element(name: string, body: string, attributes = ''): string {
  return `<${name}${attributes}>${body}</${name}>`
}

/** Text as XML has it, in elements and in attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\u0085\u2028]/g, char => entities[char] ?? `&#x${char.charCodeAt(0).toString(16)};`)
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** The members of a structure as elements, in the schema's order; `only` leaves some out. */
export function writeMembers(shape: Structure, value: JsonObject, only?: (member: Member) => boolean): string {
  return shape.members
    .filter(member => value[member.name] !== undefined && value[member.name] !== null && (!only || only(member)))
    .map(member => (member.traits.xmlAttribute ? '' : writeMember(member, value[member.name]!)))
    .join('')
}

/** One element, or as many as a flattened list has items. */
export function writeMember(member: Member, value: Json, name = member.own.xmlName ?? member.name): string {
  const { shape } = member
  const flat = Boolean(member.traits.xmlFlattened)
  if (shape.kind === 'list') {
    const items = value as Json[]
    if (flat) return items.map(item => writeMember(shape.item, item, name)).join('')
    const inner = shape.item.traits.xmlName ?? 'member'
    return element(name, items.map(item => writeMember(shape.item, item, inner)).join(''))
  }
  if (shape.kind === 'map') {
    const entries = Object.entries(value as JsonObject).map(
      ([key, item]) =>
        writeMember(shape.key, key, shape.key.traits.xmlName ?? 'key') +
        writeMember(shape.value, item, shape.value.traits.xmlName ?? 'value'),
    )
    if (flat) return entries.map(entry => element(name, entry)).join('')
    return element(name, entries.map(entry => element('entry', entry)).join(''))
  }
  if (shape.kind === 'structure') {
    return element(name, writeMembers(shape, value as JsonObject), attributesOf(member, shape, value as JsonObject))
  }
  return element(name, escapeXml(plain(shape, value)))
}

function attributesOf(member: Member, shape: Structure, value: JsonObject): string {
  const [prefix, uri] = member.traits.xmlNamespace ?? []
  const space = uri ? ` ${prefix ? `xmlns:${prefix}` : 'xmlns'}="${uri}"` : ''
  const attributes = shape.members
    .filter(one => one.traits.xmlAttribute && value[one.name] !== undefined)
    .map(one => ` ${one.own.xmlName ?? one.name}="${escapeXml(String(value[one.name]))}"`)
  return space + attributes.join('')
}

function plain(shape: Shape, value: Json): string {
  if (shape.kind === 'timestamp') return dateText(String(value), shape.format ?? 'date-time')
  return String(value)
}
