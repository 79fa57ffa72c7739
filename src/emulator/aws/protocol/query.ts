import type { Json, JsonObject } from '../../../base/json.ts'
import { readScalar } from './check.ts'
import { readDate } from './dates.ts'
import { refusal } from './refusals.ts'
import type { Action, Member, Shape, Structure } from './schema.ts'
import type { Family } from './service.ts'

/** One parameter name taken apart at its dots: a value, or what stands behind it. */
interface Node {
  value?: string
  under: Map<string, Node>
}

/**
 * The input of a query or EC2 request from its flat parameters (`Tag.1.Key` → `Tags: [{Key}]`), by the schema of the
 * action. Throws the family's refusals: an unknown parameter, one that is there twice, a list with no number.
 */
export function readQuery(action: Action, params: [string, string][], family: Family): JsonObject {
  const root: Node = { under: new Map() }
  for (const [name, value] of params) {
    if (name !== 'Action' && name !== 'Version') plant(root, name, value, family)
  }
  return readStructure(action.input, root, family, '')
}

function plant(root: Node, name: string, value: string, family: Family): void {
  let at = root
  for (const part of name.split('.')) {
    const next: Node = at.under.get(part) ?? { under: new Map() }
    at.under.set(part, next)
    at = next
  }
  if (at.value !== undefined) throw refusal(family, 'not understood', `The parameter ${name} is there twice.`)
  at.value = value
}

function readStructure(shape: Structure, node: Node, family: Family, path: string): JsonObject {
  const names = wireNames(shape, family)
  const result: JsonObject = {}
  for (const [name, child] of node.under) {
    const here = path + name
    const member = names.get(name)
    if (!member) throw refusal(family, 'unknown parameter', `The parameter ${here} is not recognized`)
    result[member.name] = readMember(member, child, family, here)
  }
  return result
}

function readMember(member: Member, node: Node, family: Family, path: string): Json {
  const { shape } = member
  if (shape.kind === 'structure') return readStructure(shape, node, family, `${path}.`)
  if (shape.kind === 'list') return readList(member, node, family, path)
  if (shape.kind === 'map') return readMap(member, node, family, path)
  if (node.value === undefined || node.under.size > 0) {
    const [extra = ''] = node.under.keys()
    throw refusal(family, 'unknown parameter', `The parameter ${path}.${extra} is not recognized`)
  }
  if (shape.kind !== 'timestamp') return readScalar(member, node.value, family, path)
  const date = readDate(node.value)
  if (!date)
    throw refusal(family, 'bad value', `Invalid value '${node.value.slice(0, 40)}' for ${path}: it is no time.`)
  return date
}

/** `Name.member.1`, in EC2 and for flattened lists `Name.1`; an empty `Name` is an empty list. */
function readList(member: Member, node: Node, family: Family, path: string): Json[] {
  const { item } = member.shape as Extract<Shape, { kind: 'list' }>
  if (node.under.size === 0 && node.value === '') return []
  const flat = family === 'ec2' || Boolean(member.traits.xmlFlattened)
  const inner = item.traits.xmlName ?? 'member'
  const numbered = flat ? node : only(node, inner, family, path)
  return inOrder(numbered, family, path).map(([index, child]) => readMember(item, child, family, `${path}.${index}`))
}

function readMap(member: Member, node: Node, family: Family, path: string): JsonObject {
  const { key, value } = member.shape as Extract<Shape, { kind: 'map' }>
  if (node.under.size === 0 && node.value === '') return {}
  const numbered = member.traits.xmlFlattened ? node : only(node, 'entry', family, path)
  const keyName = key.traits.xmlName ?? 'key'
  const valueName = value.traits.xmlName ?? 'value'
  const entries = inOrder(numbered, family, path).map(([index, child]) => {
    const [keyNode, valueNode] = [child.under.get(keyName), child.under.get(valueName)]
    if (keyNode?.value === undefined || !valueNode)
      throw refusal(family, 'not understood', `${path}.${index} lacks its key or value.`)
    return [keyNode.value, readMember(value, valueNode, family, `${path}.${index}.${valueName}`)]
  })
  return Object.fromEntries(entries)
}

function only(node: Node, name: string, family: Family, path: string): Node {
  const [wrong] = [...node.under.keys()].filter(key => key !== name)
  const found = node.under.get(name)
  if (wrong !== undefined || !found)
    throw refusal(family, 'unknown parameter', `The parameter ${path}.${wrong ?? ''} is not recognized`)
  return found
}

/** Numbers may have gaps; their order counts. */
function inOrder(node: Node, family: Family, path: string): [string, Node][] {
  const wrong = [...node.under.keys()].find(key => !/^[1-9]\d{0,3}$/.test(key))
  if (wrong !== undefined || node.under.size === 0)
    throw refusal(
      family,
      'unknown parameter',
      `The parameter ${wrong === undefined ? path : `${path}.${wrong}`} is not recognized`,
    )
  return [...node.under].sort(([a], [b]) => Number(a) - Number(b))
}

const nameTables = new WeakMap<Structure, Map<string, Member>>()

function wireNames(shape: Structure, family: Family): Map<string, Member> {
  const before = nameTables.get(shape)
  if (before) return before
  const names = new Map(shape.members.map(member => [wireName(member, family), member]))
  nameTables.set(shape, names)
  return names
}

/** EC2 writes parameters with a capital, whatever its XML does. */
function wireName({ name, traits }: Member, family: Family): string {
  if (family !== 'ec2') return traits.xmlName ?? name
  const text = traits.ec2QueryName ?? traits.xmlName ?? name
  return text.charAt(0).toUpperCase() + text.slice(1)
}
