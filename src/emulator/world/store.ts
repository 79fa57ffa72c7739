import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { JsonObject } from '../../base/json.ts'
import type { Resource } from './model.ts'
import { type ClockMark, freshState, key, type WorldState } from './world.ts'

/** A client token that was used: what was asked, as a hash, and what was answered. */
export interface Remembered {
  asked: string
  answer: JsonObject
  /** Cloud time of the answer, where tokens are forgotten after a while. */
  at?: number
}

/** Everything a sandbox saves. */
export interface Saved {
  world: WorldState
  tokens: Map<string, Remembered>
  /** Local port by `host:port` of a load balancer's listener. */
  ports: Map<string, number>
}

/** One call's changes: one line of the file, so that a kill leaves all of it or nothing. */
export interface Transaction {
  clock: ClockMark
  random: number
  put?: Resource[]
  drop?: string[]
  tokens?: [string, Remembered][]
  ports?: [string, number][]
}

/** The data file: what was saved, and where the next transaction is appended. */
export interface Store {
  saved: Saved
  append(transaction: Transaction): void
  close(): void
}

interface Head {
  version: 1
  began: number
}

/**
 * Opens the data file, or begins one. It is a list of transactions, one JSON line each, appended before the answer
 * leaves; opening it rewrites it as a short one. Without a file everything stays in memory.
 * Throws an Error when the file was written by a newer version or is not a sandbox's.
 */
export function openStore(file: string | undefined, fresh: { speed: number; seed: number }): Store {
  if (!file) return { saved: emptySaved(fresh), append() {}, close() {} }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const there = existsSync(file)
  const saved = there ? load(file) : emptySaved(fresh)
  const short = compact(file, saved, there)
  const handle = openSync(file, 'a', 0o600)
  return { saved, append: appender(handle, !short), close: () => closeSync(handle) }
}

/** A kill or a full disk may tear a line; the next one then starts on a line of its own. */
function appender(handle: number, mayBeTorn: boolean): (transaction: Transaction) => void {
  let torn = mayBeTorn
  return transaction => {
    const text = Buffer.from((torn ? '\n' : '') + line(transaction))
    torn = true
    let written = 0
    while (written < text.length) written += writeSync(handle, text, written)
    torn = false
  }
}

function emptySaved({ speed, seed }: { speed: number; seed: number }): Saved {
  return { world: freshState(speed, seed), tokens: new Map(), ports: new Map() }
}

function load(file: string): Saved {
  const [first = '', ...rest] = readFileSync(file, 'utf8').split('\n')
  const head = readHead(first, file)
  const saved = emptySaved({ speed: 1, seed: 1 })
  saved.world.began = head.began
  const resources = new Map<string, Resource>()
  for (const text of rest) {
    const transaction = parsed(text)
    if (transaction) replay(transaction, saved, resources)
  }
  saved.world.resources = [...resources.values()].sort((a, b) => a.born - b.born)
  return saved
}

function replay(transaction: Transaction, saved: Saved, resources: Map<string, Resource>): void {
  saved.world.clock = transaction.clock
  saved.world.random = transaction.random
  for (const resource of transaction.put ?? []) resources.set(key(resource), resource)
  for (const name of transaction.drop ?? []) resources.delete(name)
  for (const token of transaction.tokens ?? []) saved.tokens.set(...token)
  for (const port of transaction.ports ?? []) saved.ports.set(...port)
}

function readHead(text: string, file: string): Head {
  const head = parsed(text) as Partial<Head> | undefined
  if (typeof head?.version !== 'number' || typeof head.began !== 'number')
    throw new Error(`${file} is not the data of a sandbox.`)
  if (head.version !== 1) throw new Error(`${file} was written by a newer version of stackwright.`)
  return head as Head
}

/** The last line may be torn by a kill: its call was never answered, so it counts as not done. */
function parsed(text: string): Transaction | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Transaction)
  } catch {
    return undefined
  }
}

/** Rewrites the data as a short file. Where the disk is full the long file stays, which is as good: returns false. */
function compact(file: string, saved: Saved, there: boolean): boolean {
  const beside = `${file}.${process.pid}.new`
  try {
    writeWhole(beside, saved)
    renameSync(beside, file)
    return true
  } catch (error) {
    rmSync(beside, { force: true })
    if (!there) throw error
    return false
  }
}

function writeWhole(file: string, { world, tokens, ports }: Saved): void {
  const head: Head = { version: 1, began: world.began }
  const all = { clock: world.clock, random: world.random, put: world.resources, tokens: [...tokens], ports: [...ports] }
  writeFileSync(file, line(head) + line(all), { mode: 0o600, flush: true })
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
