import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Run, up } from '../../src/engine/engine.ts'
import type { Sheet } from '../../src/engine/kind.ts'
import { newState, openStore, readState } from '../../src/engine/state.ts'
import type { Event } from '../../src/events.ts'
import { newPaper, paperCloud, paperKinds, paperStack, type Wire } from '../support/paper.ts'

export const identity = {
  stack: 'shop',
  blueprint: 'paper',
  cloud: 'alicloud',
  account: '5',
  region: 'paper',
  sandbox: true,
} as const
export const clean: Wire = async (_, work) => work()

/** The disk and the cloud of the test at hand. */
export const here = { folder: '', paper: newPaper() }

export async function reset(): Promise<void> {
  here.folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
  here.paper = newPaper()
}

/** A run that goes on from the disk, as a new process would. `instant` is told of each save and call, before and after. */
export async function newRun(
  wire: Wire = clean,
  instant: (name: string) => Promise<void> = async () => {},
  events: Event[] = [],
): Promise<Run> {
  const state = (await readState(here.folder)) ?? newState(identity)
  const store = openStore(here.folder, state, () => instant('before save'))
  const save = store.save.bind(store)
  store.save = async () => {
    await save()
    await instant('after save')
  }
  const drain = new AbortController().signal
  const watched: Wire = async (action, work) => {
    await instant(`before ${action}`)
    const answer = await wire(action, work)
    await instant(`after ${action}`)
    return answer
  }
  return {
    store,
    cloud: paperCloud(here.paper, watched),
    kinds: paperKinds,
    emit: event => events.push(event),
    drain,
    secretVersion: () => 0,
    startedAt: Date.now(),
  }
}

/** Lets work run until its nth instant and no further: from there on nothing of it ever happens, as after a SIGKILL. */
export async function until(
  nth: number,
  work: (instant: (name: string) => Promise<void>) => Promise<unknown>,
): Promise<'killed' | 'finished'> {
  let seen = 0
  return new Promise((resolve, reject) => {
    const instant = (): Promise<void> => {
      seen += 1
      if (seen < nth) return Promise.resolve()
      resolve('killed')
      return new Promise(() => {})
    }
    work(instant).then(() => resolve('finished'), reject)
  })
}

export const inventory = (): string[] =>
  [...here.paper.things.values()].map(thing => `${thing.type} ${thing.name} ${thing.ready}`).sort()
export const built = [
  'paper:tagLookup group true',
  'paper:token machine true',
  'paper:token net true',
  'paper:token sub true',
  'paper:uniqueName key true',
  'paper:upsert member true',
]

export async function killedUp(nth: number, sheet: Sheet = paperStack()): Promise<'killed' | 'finished'> {
  return until(nth, async instant => up(await newRun(clean, instant), sheet))
}
