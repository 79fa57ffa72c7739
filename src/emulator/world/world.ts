import type { Thing, World } from './model.ts'
import { type Random, seeded } from './random.ts'

/** A point where the cloud's clock and ours were read together. */
export interface ClockMark {
  cloud: number
  /** Our milliseconds since 1970. */
  real: number
  speed: number
}

/** What a saved sandbox goes on from. */
export interface WorldState {
  clock: ClockMark
  /** Our milliseconds since 1970 when the data began: the cloud's dates count from here. */
  began: number
  random: number
  things: Thing[]
}

/** What changed since it was last asked: one transaction of the store. */
export interface Changes {
  put: Thing[]
  drop: string[]
}

export interface LiveWorld extends World {
  readonly began: number
  speed: number
  clock(): ClockMark
  randomState(): number
  /** Everything of every account that exists or is going away. */
  all(): Thing[]
  /** Any thing of this id, whatever its type. */
  byId(id: string): Thing | undefined
  takeChanges(): Changes
  /** Puts changes back that could not be saved, for the next time. */
  untakeChanges(changes: Changes): void
}

export function freshState(speed: number, seed: number): WorldState {
  const real = Date.now()
  return { clock: { cloud: 0, real, speed }, began: real, random: seed, things: [] }
}

/**
 * The embedded cloud's things and its clock. The clock goes on while no server runs, at its former speed, so it
 * never steps back; states that are derived from it never do either.
 */
export function createWorld(state: WorldState, speed: number): LiveWorld {
  const random: Random = seeded(state.random)
  const types = new Map<string, Map<string, Thing>>()
  const ids = new Map<string, Thing>()
  const put = new Map<string, Thing>()
  const dropped = new Set<string>()
  const offline = Math.max(0, Date.now() - state.clock.real) * state.clock.speed
  let mark: ClockMark = { cloud: state.clock.cloud + offline, real: Date.now(), speed }

  const now = () => Math.floor(mark.cloud + Math.max(0, Date.now() - mark.real) * mark.speed)
  const keep = (thing: Thing) => {
    const ofType = types.get(thing.type) ?? new Map<string, Thing>()
    ofType.set(thing.id, thing)
    types.set(thing.type, ofType)
    ids.set(thing.id, thing)
  }
  const forget = (thing: Thing) => {
    types.get(thing.type)?.delete(thing.id)
    if (ids.get(thing.id) === thing) ids.delete(thing.id)
    put.delete(key(thing))
    dropped.add(key(thing))
  }
  const alive = (thing: Thing | undefined): Thing | undefined => {
    if (!thing || thing.goneAt === undefined || thing.goneAt > now()) return thing
    forget(thing)
    return undefined
  }
  const isAlive = (thing: Thing) => alive(thing) !== undefined
  for (const thing of state.things) keep(thing)

  return {
    began: state.began,
    now,
    date: at => new Date(state.began + at).toISOString().replace(/\.\d+Z$/, 'Z'),
    random: () => random.next(),
    id: prefix => `${idHead(prefix)}${letters(random, 17)}`,
    list: (type, where) =>
      [...(types.get(type)?.values() ?? [])]
        .filter(thing => thing.account === where.account && thing.region === where.region)
        .filter(isAlive),
    get: (type, id) => alive(types.get(type)?.get(id)),
    add(parts) {
      const thing: Thing = { ...parts, born: parts.born ?? now() }
      keep(thing)
      dropped.delete(key(thing))
      put.set(key(thing), thing)
      return thing
    },
    touch(thing) {
      if (types.get(thing.type)?.get(thing.id) === thing) put.set(key(thing), thing)
    },
    drop: forget,
    get speed() {
      return mark.speed
    },
    set speed(next) {
      mark = { cloud: now(), real: Date.now(), speed: next }
    },
    clock: () => ({ cloud: now(), real: Date.now(), speed: mark.speed }),
    randomState: () => random.state(),
    all: () => [...types.values()].flatMap(ofType => [...ofType.values()]).filter(isAlive),
    byId: id => alive(ids.get(id)),
    takeChanges() {
      const changes = { put: [...put.values()], drop: [...dropped] }
      put.clear()
      dropped.clear()
      return changes
    },
    untakeChanges(changes) {
      for (const thing of changes.put) if (!dropped.has(key(thing))) put.set(key(thing), thing)
      for (const name of changes.drop) if (!put.has(name)) dropped.add(name)
    },
  }
}

/** Names a thing in the saved data. */
export function key(thing: Pick<Thing, 'type' | 'id'>): string {
  return `${thing.type} ${thing.id}`
}

/** `vpc` → `vpc-6we`: ids carry three characters that stand for the place they were made in. */
function idHead(prefix: string): string {
  if (prefix.endsWith('-')) return `${prefix}6we`
  return prefix.includes('-') ? prefix : `${prefix}-6we`
}

function letters(random: Random, count: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: count }, () => alphabet[Math.floor(random.next() * alphabet.length)]).join('')
}
