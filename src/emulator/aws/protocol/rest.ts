import type { Json, JsonObject } from '../../../base/json.ts'
import { readScalar } from './check.ts'
import { readDate } from './dates.ts'
import { refusal } from './refusals.ts'
import { isInBody } from './rest-response.ts'
import { type RestRequest, type Route, routeOf } from './rest-routes.ts'
import type { Action, Member, Service, Shape, Structure } from './schema.ts'
import type { Family } from './service.ts'
import { type Element, parseXml } from './xml-reader.ts'

/** The action a REST request means, and its input by the schema. Throws the family's refusals. */
export function readRest(service: Service, request: RestRequest): { action: Action; input: JsonObject } {
  const route = routeOf(service, request)
  if (!route)
    throw refusal(service.family, 'unknown action', 'The specified method is not allowed against this resource.')
  const input: JsonObject = { ...readBody(route.action, request, service.family) }
  for (const member of route.action.input.members) {
    const value = fromHead(member, route, request, service.family)
    if (value !== undefined) input[member.name] = value
  }
  unknownQuery(route, request, service.family)
  return { action: route.action, input }
}

function fromHead(member: Member, route: Route, request: RestRequest, family: Family): Json | undefined {
  const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders } = member.traits
  const read = (text: string) => readText(member, text, family)
  if (httpLabel) return route.labels[member.name] === undefined ? undefined : read(route.labels[member.name]!)
  if (httpQuery) {
    const found = request.query.filter(([name]) => name === httpQuery).map(([, value]) => value)
    if (found.length === 0) return undefined
    if (member.shape.kind === 'list') return found
    return read(found[0]!)
  }
  if (httpHeader) {
    const text = request.headers[httpHeader.toLowerCase()]
    if (text === undefined || text === '') return undefined
    if (member.shape.kind === 'list') return text.split(',').map(part => part.trim())
    return read(text)
  }
  if (httpPrefixHeaders === undefined) return undefined
  const prefix = httpPrefixHeaders.toLowerCase()
  const found = Object.entries(request.headers).filter(([name]) => name.startsWith(prefix))
  return found.length === 0
    ? undefined
    : Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

function readBody(action: Action, { body }: RestRequest, family: Family): JsonObject {
  const payload = action.input.members.find(member => member.traits.httpPayload)
  if (payload) {
    const { shape } = payload
    if (shape.kind === 'blob') return { [payload.name]: body.toString('base64') }
    if (body.length === 0) return {}
    if (shape.kind !== 'structure') return { [payload.name]: body.toString('utf8') }
    return { [payload.name]: readElement(shape, parse(body, family), family) }
  }
  if (body.length === 0 || !action.input.members.some(isInBody)) return {}
  return readElement(action.input, parse(body, family), family)
}

function parse(body: Buffer, family: Family): Element {
  try {
    return parseXml(body.toString('utf8'))
  } catch (error) {
    const why = (error as Error).message
    throw refusal(family, 'not understood', `The XML you provided was not well-formed: ${why}.`)
  }
}

function readElement(shape: Structure, element: Element, family: Family): JsonObject {
  const result: JsonObject = {}
  for (const member of shape.members) {
    const name = member.own.xmlName ?? member.name
    if (member.traits.xmlAttribute) {
      if (element.attributes[name] !== undefined) result[member.name] = element.attributes[name]
      continue
    }
    const found = element.children.filter(child => child.name === name)
    if (found.length > 0) result[member.name] = readFound(member, found, family)
  }
  const strange = element.children.find(
    child => !shape.members.some(one => (one.own.xmlName ?? one.name) === child.name),
  )
  if (strange) throw refusal(family, 'not understood', `The XML element ${strange.name} is not known here.`)
  return result
}

function readFound(member: Member, found: Element[], family: Family): Json {
  const { shape } = member
  const flat = Boolean(member.traits.xmlFlattened)
  if (shape.kind === 'list') {
    const inner = shape.item.traits.xmlName ?? 'member'
    const items = flat ? found : found[0]!.children.filter(child => child.name === inner)
    return items.map(item => readFound(shape.item, [item], family))
  }
  if (shape.kind === 'map') {
    const entries = flat ? found : found[0]!.children
    return Object.fromEntries(entries.map(entry => readEntry(shape, entry, family)))
  }
  if (found.length > 1) throw refusal(family, 'not understood', `The XML element ${member.name} is there twice.`)
  if (shape.kind === 'structure') return readElement(shape, found[0]!, family)
  return readText(member, found[0]!.text, family)
}

function readEntry(shape: Extract<Shape, { kind: 'map' }>, entry: Element, family: Family): [string, Json] {
  const part = (name: string) => entry.children.find(child => child.name === name)
  const key = part(shape.key.traits.xmlName ?? 'key')
  const value = part(shape.value.traits.xmlName ?? 'value')
  if (!key || !value) throw refusal(family, 'not understood', 'A map lacks a key or a value.')
  return [key.text, readFound(shape.value, [value], family)]
}

function readText(member: Member, text: string, family: Family): Json {
  if (member.shape.kind !== 'timestamp') return readScalar(member, text, family, member.name)
  const date = readDate(text)
  if (!date) throw refusal(family, 'bad value', `${member.name} is no time.`)
  return date
}

/** Parameters that only sign, or name the operation, belong to no input. */
function unknownQuery(route: Route, request: RestRequest, family: Family): void {
  const known = new Set([...route.fixed, ...route.action.input.members.map(member => member.traits.httpQuery)])
  const strange = request.query.find(([name]) => !known.has(name) && name !== 'x-id' && !/^X-Amz-/i.test(name))
  if (strange) throw refusal(family, 'unknown parameter', `The query parameter ${strange[0]} is not known here.`)
}
