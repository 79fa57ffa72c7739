import { CloudProblem } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { AnyKind, Cloud, Found, Idempotency, Kind, Mark, Sheet } from '../../src/engine/kind.ts'
import { draw } from '../../src/engine/kind.ts'

/**
 * A cloud on paper, small enough to try every instant and every pair of instants: one type for each reason why two
 * cannot exist. It keeps the rules of the real ones: a token is remembered, a name is unique, a fresh thing hides from
 * look-ups for a while, a thing that is stood on cannot go.
 */
export interface Paper {
  things: Map<string, PaperThing>
  tokens: Map<string, { id: string; input: string }>
  /** Cloud milliseconds; moves with every call and every sleep. */
  now: number
  calls: string[]
  serial: number
}

interface PaperThing {
  type: string
  born: number
  name: string
  on: string[]
  tags: Record<string, string>
  input: JsonObject
  ready: boolean
}

/** Things stay hidden from look-ups for this long, milliseconds. */
const LAG_MS = 3000

export function newPaper(): Paper {
  return { things: new Map(), tokens: new Map(), now: 0, calls: [], serial: 0 }
}

/** What every call of a run passes through; a test may lose the answer, or stop the world. */
export type Wire = <T>(action: string, work: () => T) => Promise<T>

export interface PaperCloud extends Cloud {
  paper: Paper
  wire: Wire
}

export function paperCloud(paper: Paper, wire: Wire, drain?: AbortSignal): PaperCloud {
  const cloud: PaperCloud = {
    paper,
    wire,
    async sleep(ms) {
      if (drain?.aborted) throw new Error('the paper cloud was drained')
      paper.now += ms
    },
    at: () => cloud,
  }
  return cloud
}

type Input = { name: string; on: string[] }
type Out = { id: string; name: string }

function paperKind(idempotency: Idempotency, tagged: boolean): Kind<PaperCloud, Input, Out> {
  const type = `paper:${idempotency}`
  return {
    type,
    title: `Paper ${idempotency}`,
    idempotency,
    after: [],
    expectMs: 1000,
    visibleWithinMs: 2 * LAG_MS,
    tagged,
    mutable: ['name'],
    find({ paper, wire }, where) {
      return wire(`${type}.find`, () => {
        const all = [...paper.things].filter(([, thing]) => thing.type === type)
        const found = all.filter(([id, thing]) => {
          if ('id' in where) return id === where.id
          if (paper.now - thing.born < LAG_MS) return false
          if (idempotency === 'uniqueName')
            return where.input ? thing.name === where.input.name : thing.tags['stackwright:stack'] === where.stack
          return (
            thing.tags['stackwright:stack'] === where.stack &&
            (!where.address || thing.tags['stackwright:address'] === where.address)
          )
        })
        return found.map<Found>(([id, thing]) => ({ id, tags: thing.tags }))
      })
    },
    create({ paper, wire }, input, mark) {
      return wire(`${type}.create`, () => make(paper, type, idempotency, input, mark))
    },
    async settle({ paper, wire }, id, input) {
      return wire(`${type}.settle`, () => {
        const thing = paper.things.get(id)
        if (!thing) throw new CloudProblem('notFound', { what: `${id} is gone` })
        thing.ready = true
        thing.name = input.name
        thing.input = input
        return { id, name: input.name }
      })
    },
    remove({ paper, wire }, id) {
      return wire(`${type}.remove`, () => {
        if (!paper.things.has(id)) return 'gone'
        const standing = [...paper.things].filter(([, thing]) => thing.on.includes(id))
        // A member lives inside its group and goes with it; anything else blocks the removal.
        if (standing.some(([, thing]) => thing.type !== 'paper:upsert')) return 'going'
        for (const gone of [id, ...standing.map(([inner]) => inner)]) paper.things.delete(gone)
        return 'gone'
      })
    },
  }
}

function make(paper: Paper, type: string, idempotency: Idempotency, input: Input, mark: Mark): string {
  const text = JSON.stringify(input)
  const known = idempotency === 'token' ? paper.tokens.get(mark.token) : undefined
  if (known) {
    if (known.input !== text) throw new CloudProblem('refused', { what: 'IdempotentParameterMismatch' })
    return known.id
  }
  for (const on of input.on)
    if (!paper.things.has(on)) throw new CloudProblem('refused', { what: `${on} is not there` })
  const clash = [...paper.things].find(([, thing]) => thing.type === type && thing.name === input.name)
  if (idempotency === 'uniqueName' && clash) throw new CloudProblem('exists', { what: `${input.name} is taken` })
  const id = idempotency === 'upsert' ? `put-${input.name}` : `${idempotency}-${++paper.serial}`
  paper.things.set(id, { type, born: paper.now, name: input.name, on: input.on, tags: mark.tags, input, ready: false })
  if (idempotency === 'token') paper.tokens.set(mark.token, { id, input: text })
  return id
}

export const byToken = paperKind('token', true)
export const byName = paperKind('uniqueName', true)
export const byTag = paperKind('tagLookup', true)
export const byPut = paperKind('upsert', false)
export const paperKinds: AnyKind[] = [byToken, byName, byTag, byPut]

/** A stack with every kind, edges, a thing inside another, and two chains side by side. */
export function paperStack(change: { name?: string; extra?: boolean } = {}): Sheet {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  const on = draw('step', sheet)
  const net = on.add('net', byToken, { name: 'net', on: [] })
  const sub = on.add('sub', byToken, { name: 'sub', on: [net.get('id')] })
  const key = on.add('key', byName, { name: change.name ?? 'key', on: [] })
  const group = on.add('group', byTag, { name: 'group', on: [net.get('id')] })
  const member = on.add('member', byPut, { name: 'member', on: [group.get('id')] }, { within: group })
  on.add('machine', byToken, { name: 'machine', on: [sub.get('id'), key.get('id')] }, { needs: [member] })
  if (change.extra) on.add('extra', byTag, { name: 'extra', on: [sub.get('id')] })
  return sheet
}
