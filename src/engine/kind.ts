import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../base/json.ts'

/**
 * The vocabulary everything else is written in: a *kind* says how one type of resource is found, created, awaited and
 * removed; *drawing* a step puts nodes on a list; a node's input can mention a handle of an earlier node, and mentioning
 * it is depending on it. A cycle cannot be written.
 */

/** The tags on every resource we create, by which it is found again without the state. */
export interface Mark {
  stack: string
  /** `step/name`, for example `subnets/vswitch-1`. */
  address: string
  /** At most 64 ASCII characters; a hash of (stack id, address, generation), fixed before the first send. */
  token: string
  tags: Record<string, string>
}

/** Names a secret in the secret store; stands in inputs, state and plans instead of the secret itself. */
export type Secret = { $secret: string }

/** Names a long text by its SHA-256; the text itself is drawn again in each run and never saved. */
export type Text = { $text: string }

/** A live resource as a look-up finds it. */
export interface Found {
  id: string
  tags: Record<string, string>
  /** When it was created, ISO 8601 UTC, where the cloud reports it. */
  since?: string
}

/** What the engine needs of a connected cloud; each provider's own client has more. */
export interface Cloud {
  /** Waits this many milliseconds of the cloud's time; rejects at once when the run is being interrupted. */
  sleep(ms: number): Promise<void>
  /** The same cloud with its calls queued by `rank`: the higher, the earlier (critical path first). */
  at(rank: number): this
}

/**
 * Why a second create cannot leave two resources:
 * - `token`      the cloud recognises the token of a call that is sent again;
 * - `uniqueName` the cloud refuses a name that is taken; the tags tell whether it is ours;
 * - `tagLookup`  neither: before a second create the resource is looked for by its tags until it would be visible;
 * - `upsert`     the call sets a value, so that sending it again changes nothing.
 */
export type Idempotency = 'token' | 'uniqueName' | 'tagLookup' | 'upsert'

/**
 * One type of resource of one cloud.
 * `In` is the resolved input (no handles left, secrets still as references), `Out` what later resources may use.
 */
export interface Kind<
  C extends Cloud = Cloud,
  In extends JsonObject = JsonObject,
  Out extends { id: string } = { id: string },
> {
  /** `cloud:type`, stored in the state and in a tag, for example `alicloud:vswitch`. */
  type: string
  /** The console's word for it, for example `VSwitch`. */
  title: string
  idempotency: Idempotency
  /** Types that this one depends on: the order of a removal that has only tags to go by. */
  after: string[]
  /** Typical time from create to ready, milliseconds of the cloud's time. Orders the critical path and is shown as the expected time. */
  expectMs: number
  /** For `tagLookup`: how long a new one can be missing from look-ups, milliseconds of the cloud's time. */
  visibleWithinMs?: number
  /** Inputs that `settle` can change in place; a change to any other needs a replacement. `upsert` kinds: all. */
  mutable?: (keyof In & string)[]
  /** Carries tags, so that `find({ stack })` sees it: part of the audit and of a removal by tags. */
  tagged: boolean
  /** What happens to its data when it is removed, in sentences shown before that is confirmed; a removal by tags has no input. */
  dataLoss?(input: Partial<In>): string[]
  /** What is paid in advance for this input, shown before it is bought and at teardown. A sentence, or undefined. */
  prepaid?(input: In): string | undefined
  /**
   * The one with this id, or all of the stack that carry our mark (only `address` where given). Returns [] when there is
   * none; never throws for that. For `uniqueName` kinds without tags, `input` holds the natural key, and a look-up by
   * `address` returns the resource of that name; its tags tell whether it is ours.
   */
  find(cloud: C, where: Where<In>): Promise<Found[]>
  /** One mutating call with the mark. Returns the id, which is saved before anything else happens. Throws a CloudProblem. */
  create(cloud: C, input: In, mark: Mark): Promise<string>
  /** Waits until it can be used and sets what could not be set at creation. Can be repeated at any time. Throws a CloudProblem. */
  settle(cloud: C, id: string, input: In, mark: Mark): Promise<Out>
  /** Requests its removal. `going`: call again later. Returns `gone` also when it never existed. Throws a CloudProblem. */
  remove(cloud: C, id: string, input: In | undefined, mark: Mark): Promise<'gone' | 'going'>
}

/** What `find` looks for: one id, or everything of a stack or of one address in it. */
export type Where<In> = { id: string; input?: In } | { stack: string; address?: string; input?: In }

/** `{ $ref: 'network/vpc', field: 'id' }`: a field of an earlier node's result, filled in when that node is ready. */
export type Ref<T extends Json = Json> = { $ref: string; field: string; readonly is?: T }

/** A drawn node, as later draws mention it: `vpc.get('id')`. */
export interface Handle<Out> {
  address: string
  get<K extends keyof Out & string>(field: K): Ref<Out[K] extends Json ? Out[K] : never>
}

/** `In`, where every value can also be a reference. */
export type Drawn<T> = T extends JsonObject
  ? { [K in keyof T]: Drawn<T[K]> | (T[K] extends Json ? Ref<T[K]> : never) }
  : T extends (infer E)[]
    ? (Drawn<E> | (E extends Json ? Ref<E> : never))[]
    : T

/** A kind of any cloud, input and output, as lists of kinds hold them. */
// biome-ignore lint/suspicious/noExplicitAny: a list of kinds holds kinds of every input; each is called only with its own.
export type AnyKind = Kind<any, any, any>

/** One resource of the plan, in the order drawn. */
export interface Node {
  address: string
  step: string
  kind: AnyKind
  /** Can hold references and secrets. */
  input: JsonObject
  /** Addresses mentioned in the input, and those of `DrawOptions.needs`. */
  needs: string[]
  /** The address whose removal removes this one too (an account in its database instance). */
  within?: string
}

/** What a node depends on besides the references in its input. */
export interface DrawOptions {
  /** Nodes that must be ready first although no input mentions them. */
  needs?: Handle<never>[] | { address: string }[]
  /** The node whose removal removes this one too. */
  within?: { address: string }
}

/** Collects nodes; handed to every step's `draw`. */
export interface Drawing {
  add<C extends Cloud, In extends JsonObject, Out extends { id: string }>(
    name: string,
    kind: Kind<C, In, Out>,
    input: Drawn<In>,
    options?: DrawOptions,
  ): Handle<Out>
  /** Keeps a long text outside the inputs, which hold only its hash, so that the state stays small. */
  text(content: string): Text
  /** What an earlier step of the same cloud drew at `address`, where the steps' results do not tell it. Throws when it has not been drawn. */
  earlier<C extends Cloud, In extends JsonObject, Out extends { id: string }>(
    address: string,
    kind: Kind<C, In, Out>,
  ): Handle<Out>
}

/** The plan under construction. */
export interface Sheet {
  nodes: Node[]
  texts: Map<string, string>
}

/** A drawing for one step; its nodes get the address `step/name`. Its `add` throws for an address that is drawn twice. */
export function draw(step: string, sheet: Sheet): Drawing {
  const { nodes } = sheet
  return {
    text(content) {
      const hash = createHash('sha256').update(content).digest('hex')
      sheet.texts.set(hash, content)
      return { $text: hash }
    },
    earlier(address, kind) {
      if (!nodes.some(node => node.address === address && node.kind === kind))
        throw new Error(`the step ${step} needs ${address}, which no step before it has drawn`)
      return handle(address)
    },
    add(name, kind, input, options = {}) {
      const address = `${step}/${name}`
      if (nodes.some(node => node.address === address)) throw new Error(`drawn twice: ${address}`)
      const plain = input as JsonObject
      const needs = [...refsIn(plain), ...(options.needs ?? []).map(need => need.address)]
      if (options.within) needs.push(options.within.address)
      nodes.push({
        address,
        step,
        kind,
        input: plain,
        needs: [...new Set(needs)],
        ...(options.within && { within: options.within.address }),
      })
      return handle(address)
    },
  }
}

function handle<Out>(address: string): Handle<Out> {
  return { address, get: field => ({ $ref: address, field }) }
}

/** The addresses of all references in a value, with repetitions. */
export function refsIn(value: Json): string[] {
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap(refsIn)
  if (isRef(value)) return [value.$ref]
  return Object.values(value).flatMap(refsIn)
}

/** The value with every reference replaced by what `lookup` returns for it. */
export function resolve(value: Json, lookup: (ref: Ref) => Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(item => resolve(item, lookup))
  if (isRef(value)) return lookup(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, lookup)]))
}

/** Whether a value stands for a field of an earlier node. */
export function isRef(value: JsonObject): value is Ref & JsonObject {
  return typeof value.$ref === 'string' && typeof value.field === 'string'
}

/** Whether a value stands for a secret in the secret store. */
export function isSecret(value: Json | undefined): value is Secret {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value.$secret === 'string'
}
