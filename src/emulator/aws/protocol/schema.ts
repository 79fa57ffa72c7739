import type { ServiceEntry } from './service.ts'

/**
 * Reads the schemas that the official clients bring along: plain tuples, `[3, namespace, name, traits, members,
 * targets, required]` for a structure. A client only ever writes inputs and reads outputs by them; we walk the same
 * schemas the other way round.
 */
export type Shape = Simple | List | Table | Structure

/** How a timestamp is written. */
export type Format = 'date-time' | 'http-date' | 'epoch' | undefined

/** A shape without members. */
export interface Simple {
  kind: 'string' | 'number' | 'boolean' | 'timestamp' | 'blob' | 'document' | 'unit'
  /** How a timestamp is written where the schema says so. */
  format?: Format
  traits: Traits
}

/** A list of one kind of item. */
export interface List {
  kind: 'list'
  item: Member
  traits: Traits
}

/** A map from strings to one kind of value. */
export interface Table {
  kind: 'map'
  key: Member
  value: Member
  traits: Traits
}

/** An object with named members. */
export interface Structure {
  kind: 'structure'
  name: string
  /** Of a union exactly one member is given. */
  union: boolean
  members: Member[]
  byName: Map<string, Member>
  traits: Traits
}

/** A member of a structure, an item of a list, or a key or value of a map. */
export interface Member {
  name: string
  required: boolean
  /** The member's own, over those of its target. */
  traits: Traits
  /** Only the member's own: a target's `xmlName` is for a document of its own. */
  own: Traits
  shape: Shape
}

/** What the schema says of a shape or member besides its kind, in the SDK's own names. */
export interface Traits {
  xmlName?: string
  ec2QueryName?: string
  xmlFlattened?: 1
  xmlAttribute?: 1
  xmlNamespace?: [string | undefined, string]
  httpLabel?: 1
  httpQuery?: string
  httpQueryParams?: 1
  httpHeader?: string
  httpPrefixHeaders?: string
  httpPayload?: 1
  httpResponseCode?: 1
  idempotencyToken?: 1
  http?: [method: string, path: string, status: number]
  httpError?: number
  awsQueryError?: [code: string, status: number]
}

/** An operation of a service: its route, input and output. */
export interface Action {
  name: string
  http: [method: string, path: string, status: number] | undefined
  input: Structure
  output: Structure
  /** The input's idempotency token, where the schema has one. */
  tokenMember: string | undefined
}

/** A service with the schemas of its official client. */
export interface Service extends ServiceEntry {
  action(name: string): Action | undefined
  actions(): string[]
  /** The wire's code and HTTP status for an error named as in the official client (`DBInstanceNotFoundFault`). */
  error(name: string): { code: string; status: number | undefined } | undefined
}

type Tuple = readonly unknown[]

const loaded = new Map<string, Promise<Service>>()

/** The service with its schemas. The first call for each loads the official client, which takes a moment. */
export function loadService(entry: ServiceEntry): Promise<Service> {
  const before = loaded.get(entry.name)
  if (before) return before
  const loading = entry.load().then(client => serviceOf(entry, exportsOf(client)))
  loaded.set(entry.name, loading)
  return loading
}

/** The clients are CommonJS: once bundled, all they export is the default of a module. */
function exportsOf(client: object): Record<string, unknown> {
  const { default: whole } = client as { default?: object }
  return (whole ?? client) as Record<string, unknown>
}

function serviceOf(entry: ServiceEntry, client: Record<string, unknown>): Service {
  const actions = new Map<string, Action>()
  const tuple = (name: string, kind: number) => {
    const found = client[`${name}$`]
    return /^\w+$/.test(name) && Array.isArray(found) && found[0] === kind ? (found as Tuple) : undefined
  }
  return {
    ...entry,
    action(name) {
      const found = actions.get(name) ?? actionOf(name, tuple(name, 9))
      if (found) actions.set(name, found)
      return found
    },
    actions: () =>
      Object.keys(client)
        .filter(key => key.endsWith('$') && tuple(key.slice(0, -1), 9))
        .map(key => key.slice(0, -1)),
    error(name) {
      const found = tuple(name, -3)
      if (!found) return undefined
      const traits = traitsOf(found[3])
      const [code, status] = traits.awsQueryError ?? [name, undefined]
      return { code: entry.family === 'json' ? name : code, status: traits.httpError ?? status }
    },
  }
}

function actionOf(name: string, tuple: Tuple | undefined): Action | undefined {
  if (!tuple) return undefined
  const input = structureOf(tuple[4])
  const traits = traitsOf(tuple[3])
  return {
    name,
    http: traits.http,
    input,
    output: structureOf(tuple[5]),
    tokenMember: input.members.find(member => member.traits.idempotencyToken)?.name,
  }
}

function structureOf(ref: unknown): Structure {
  const shape = shapeOf(ref)
  if (shape.kind === 'structure') return shape
  return { kind: 'structure', name: '', union: false, members: [], byName: new Map(), traits: {} }
}

const shapes = new WeakMap<Tuple, Shape>()

/** Every structure once: schemas refer to themselves. */
function shapeOf(ref: unknown): Shape {
  const schema = typeof ref === 'function' ? (ref as () => unknown)() : ref
  if (!Array.isArray(schema)) return plainOf(schema as number | string)
  const before = shapes.get(schema)
  if (before) return before
  const shape = tupleOf(schema)
  shapes.set(schema, shape)
  return shape
}

function tupleOf(tuple: Tuple): Shape {
  const [kind, , name] = tuple
  const traits = traitsOf(tuple[3])
  if (kind === 1) return lazily({ kind: 'list', traits }, { item: () => memberOf('member', tuple[4], false) }) as List
  if (kind === 2) {
    const parts = {
      key: () => memberOf('key', tuple[4], false),
      value: () => memberOf('value', tuple[5], false),
    }
    return lazily({ kind: 'map', traits }, parts) as Table
  }
  if (kind === 0) return { ...(shapeOf(tuple[4]) as Simple), traits }
  const head = { kind: 'structure', name: String(name), union: kind === 4, traits }
  const members = () => membersOf(tuple)
  return lazily(head, {
    members,
    byName() {
      return new Map((this as unknown as Structure).members.map(member => [member.name, member]))
    },
  }) as unknown as Structure
}

function membersOf(tuple: Tuple): Member[] {
  const names = tuple[4] as string[]
  const targets = tuple[5] as unknown[]
  const required = typeof tuple[6] === 'number' ? tuple[6] : 0
  return names.map((name, index) => memberOf(name, targets[index], index < required))
}

/** A member is its target, or a pair of target and traits. */
function memberOf(name: string, ref: unknown, required: boolean): Member {
  const pair = Array.isArray(ref) && ref.length === 2
  const own = traitsOf(pair ? ref[1] : 0)
  const shape = shapeOf(pair ? ref[0] : ref)
  return { name, required, own, shape, traits: { ...shape.traits, ...own } }
}

/** Numbers are kinds and sums of bits: 64 and more a list, 128 and more a map of that kind. */
function plainOf(code: number | string): Shape {
  if (typeof code === 'string') return { kind: 'unit', traits: {} }
  if (code >= 128) {
    return { kind: 'map', traits: {}, key: memberOf('key', 0, false), value: memberOf('value', code & 63, false) }
  }
  if (code >= 64) return { kind: 'list', traits: {}, item: memberOf('member', code & 63, false) }
  if (code === 0) return { kind: 'string', traits: {} }
  if (code === 2) return { kind: 'boolean', traits: {} }
  if (code === 1 || code === 17 || code === 19) return { kind: 'number', traits: {} }
  if (code === 21 || code === 42) return { kind: 'blob', traits: {} }
  if (code >= 4 && code <= 7) return { kind: 'timestamp', format: formats[code], traits: {} }
  return { kind: 'document', traits: {} }
}

const formats: Record<number, Format> = { 5: 'date-time', 6: 'http-date', 7: 'epoch' }

const bits = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
]

function traitsOf(traits: unknown): Traits {
  if (typeof traits === 'object' && traits !== null) return traits as Traits
  const sum = typeof traits === 'number' ? traits : 0
  return Object.fromEntries(bits.filter((_, index) => (sum >> index) & 1).map(name => [name, 1]))
}

/** Fields that are worked out when first read. */
function lazily(head: object, parts: Record<string, () => unknown>): unknown {
  for (const [name, make] of Object.entries(parts)) {
    Object.defineProperty(head, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make.call(this)
        Object.defineProperty(this, name, { value, enumerable: true })
        return value
      },
    })
  }
  return head
}
