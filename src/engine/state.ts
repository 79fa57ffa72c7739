import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../base/disk.ts'
import { Exit, Problem } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'

/**
 * One resource in the snapshot, with the intent that is being carried out: `creating` is saved before the create is
 * sent, `created` as soon as the id is known, `ready` when it can be used, `removing` before its removal is requested.
 */
export type Entry = {
  type: string
  step: string
  /** Fixed before the first call; references resolved, secrets by name and version. */
  input: JsonObject
  token: string
  /** When this intent was saved, ISO 8601 UTC. */
  since: string
  needs: string[]
  within?: string
  /** The blueprint in its tags, frozen like the token: a create that is sent again must be the same. Version 0.1 had none. */
  blueprint?: string
} & (
  | { is: 'creating' }
  | { is: 'created'; id: string }
  | { is: 'ready'; id: string; out: JsonObject & { id: string } }
  | { is: 'removing'; id?: string }
)

/** The whole state file. */
export interface State {
  version: 1
  /** Grows with every save. */
  serial: number
  stack: string
  /** Random, generated with the stack: two stacks of one name never share tokens. */
  id: string
  blueprint: string
  /** A cloud's id, for example `aws`. */
  cloud: string
  account: string
  region: string
  /** Built in the embedded cloud. */
  sandbox: boolean
  /** ISO 8601 UTC. */
  created: string
  updated: string
  /** Answers by key, without secrets. */
  answers: Record<string, Json>
  entries: Record<string, Entry>
  /** How often an address was removed before: part of its token. */
  generations: Record<string, number>
  outputs: Record<string, string>
}

/** The format of state files that this version reads and writes. */
export const STATE_VERSION = 1

/** The state of one stack: one snapshot in memory, one on disk. */
export interface Store {
  folder: string
  state: State
  /** Writes the snapshot; resolves when it is on the disk. Overlapping calls share one write. Rejects with a Problem. */
  save(): Promise<void>
  /** Removes the file: the stack is gone. */
  discard(): Promise<void>
}

/** The folder of a stack's files: `<state folder>/<stack>`. */
export function stackFolder(stateFolder: string, stack: string): string {
  return join(stateFolder, stack)
}

/** The file beside the state that holds the answers, to build from again. Without secrets. */
export const ANSWERS_FILE = 'answers.yaml'

/** The names of the stacks that have a state file, sorted. No folder: none. */
export async function listStacks(stateFolder: string): Promise<string[]> {
  const names = await listFolders(stateFolder)
  return names.filter(name => existsSync(join(stateFolder, name, 'state.json')))
}

/** The names of all folders in the state folder, sorted: also of stacks that were removed or never started. */
export async function listFolders(stateFolder: string): Promise<string[]> {
  const entries = await readdir(stateFolder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

/**
 * The saved state, or undefined when there is none. Throws a Problem (exit 4) for a file that is damaged or was written
 * by a newer version: such a file is never overwritten.
 */
export async function readState(folder: string): Promise<State | undefined> {
  const path = join(folder, 'state.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, `The system reported ${(error as NodeJS.ErrnoException).code}.`, error)
  }
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch (error) {
    throw unreadable(path, `It is incomplete or damaged: its ${text.length} characters are not valid JSON.`, error)
  }
  const version = (state as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > STATE_VERSION) {
    throw new Problem({
      what: `The state ${path} was written by a newer Stackwright (format ${version}; this version reads format ${STATE_VERSION}).`,
      next: 'Use that newer version: this one could lose what it does not understand.',
      exit: Exit.preflight,
    })
  }
  const missing = missingField(state)
  if (missing) throw unreadable(path, `Its field "${missing}" is missing or has the wrong type.`)
  return state as State
}

/** What a stack is and where: fixed for its whole life. */
export interface Identity {
  stack: string
  blueprint: string
  cloud: string
  account: string
  region: string
  sandbox: boolean
}

/** A new, empty state with a random id. Saves nothing. */
export function newState(of: Identity): State {
  const now = new Date().toISOString()
  return {
    version: STATE_VERSION,
    serial: 0,
    ...of,
    id: randomBytes(8).toString('hex'),
    created: now,
    updated: now,
    answers: {},
    entries: {},
    generations: {},
    outputs: {},
  }
}

/**
 * Opens a store for a state that was read or is new; writes nothing yet. `before` runs before every write and stops it by
 * throwing (the check of the lock).
 */
export function openStore(folder: string, state: State, before: () => Promise<void> = async () => {}): Store {
  let waiting: Promise<void> | undefined
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    waiting = undefined
    state.serial += 1
    state.updated = new Date().toISOString()
    await before()
    await replaceFile(join(folder, 'state.json'), JSON.stringify(state, null, 1) + '\n')
  }

  return {
    folder,
    state,
    save() {
      // A call during a write waits for the next one, which all calls of that time share.
      waiting ??= writing
        .catch(() => undefined)
        .then(() => {
          writing = write()
          return writing
        })
      return waiting
    },
    async discard() {
      await writing.catch(() => undefined)
      await rm(join(folder, 'state.json'), { force: true })
    },
  }
}

function missingField(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) return 'version'
  const shape: Record<string, string> = {
    version: 'number',
    serial: 'number',
    stack: 'string',
    id: 'string',
    blueprint: 'string',
    cloud: 'string',
    account: 'string',
    region: 'string',
    sandbox: 'boolean',
    answers: 'object',
    entries: 'object',
    generations: 'object',
    outputs: 'object',
  }
  const fields = state as Record<string, unknown>
  return Object.keys(shape).find(field => typeof fields[field] !== shape[field] || fields[field] === null)
}

function unreadable(path: string, why: string, cause?: unknown): Problem {
  return new Problem({
    what: `Cannot read the state file ${path}.`,
    why,
    next:
      'Restore a copy of it if you have one. Without it, find and remove the resources by their tags: ' +
      'stackwright teardown --stack NAME --from-tags',
    exit: Exit.preflight,
    cause,
  })
}
