import type { Resource, World } from './model.ts'
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
  resources: Resource[]
}

/** What changed since it was last asked: one transaction of the store. */
export interface Changes {
  put: Resource[]
  drop: string[]
}

/** The world as the server holds it: besides what operations see, its state to save. */
export interface LiveWorld extends World {
  readonly began: number
  speed: number
  /** Moves the clock on by exactly so many of the cloud's milliseconds. */
  skip(ms: number): void
  clock(): ClockMark
  randomState(): number
  /** Everything of every account that exists or is going away. */
  all(): Resource[]
  /** Any resource of this id, whatever its type. */
  byId(id: string): Resource | undefined
  takeChanges(): Changes
  /** Puts changes back that could not be saved, for the next time. */
  untakeChanges(changes: Changes): void
}

/** The state of a world where nothing exists yet. */
export function freshState(speed: number, seed: number): WorldState {
  const real = Date.now()
  return { clock: { cloud: 0, real, speed }, began: real, random: seed, resources: [] }
}

/**
 * The emulator's resources and its clock. The clock goes on while no server runs, at its former speed, so it
 * never steps back; states that are derived from it never do either.
 */
export function createWorld(state: WorldState, speed: number): LiveWorld {
  const random: Random = seeded(state.random)
  const types = new Map<string, Map<string, Resource>>()
  const ids = new Map<string, Resource>()
  const put = new Map<string, Resource>()
  const dropped = new Set<string>()
  const offline = Math.max(0, Date.now() - state.clock.real) * state.clock.speed
  let mark: ClockMark = { cloud: state.clock.cloud + offline, real: Date.now(), speed }

  const now = () => Math.floor(mark.cloud + Math.max(0, Date.now() - mark.real) * mark.speed)
  const keep = (resource: Resource) => {
    const ofType = types.get(resource.type) ?? new Map<string, Resource>()
    ofType.set(resource.id, resource)
    types.set(resource.type, ofType)
    ids.set(resource.id, resource)
  }
  const forget = (resource: Resource) => {
    types.get(resource.type)?.delete(resource.id)
    if (ids.get(resource.id) === resource) ids.delete(resource.id)
    put.delete(key(resource))
    dropped.add(key(resource))
  }
  const alive = (resource: Resource | undefined): Resource | undefined => {
    if (!resource || resource.goneAt === undefined || resource.goneAt > now()) return resource
    forget(resource)
    return undefined
  }
  const isAlive = (resource: Resource) => alive(resource) !== undefined
  for (const resource of state.resources) keep(resource)

  return {
    began: state.began,
    now,
    date: at => new Date(state.began + at).toISOString().replace(/\.\d+Z$/, 'Z'),
    random: () => random.next(),
    id: prefix => `${idHead(prefix)}${letters(random, 17)}`,
    list: (type, where) =>
      [...(types.get(type)?.values() ?? [])]
        .filter(resource => resource.account === where.account && resource.region === where.region)
        .filter(isAlive),
    get: (type, id) => alive(types.get(type)?.get(id)),
    add(parts) {
      const resource: Resource = { ...parts, born: parts.born ?? now() }
      keep(resource)
      dropped.delete(key(resource))
      put.set(key(resource), resource)
      return resource
    },
    touch(resource) {
      if (types.get(resource.type)?.get(resource.id) === resource) put.set(key(resource), resource)
    },
    drop: forget,
    get speed() {
      return mark.speed
    },
    set speed(next) {
      mark = { cloud: now(), real: Date.now(), speed: next }
    },
    skip(ms) {
      mark = { cloud: now() + ms, real: Date.now(), speed: mark.speed }
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
      for (const resource of changes.put) if (!dropped.has(key(resource))) put.set(key(resource), resource)
      for (const name of changes.drop) if (!put.has(name)) dropped.add(name)
    },
  }
}

/** Names a resource in the saved data. */
export function key(resource: Pick<Resource, 'type' | 'id'>): string {
  return `${resource.type} ${resource.id}`
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
