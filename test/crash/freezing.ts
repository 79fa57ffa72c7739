import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import { startProxy } from '../support/proxy.ts'
import { downHere, type Place, upHere } from '../support/stack.ts'
import { inventoryOf, prepareAccount, type Subject, sentTwice } from '../support/subjects.ts'
import { inParallel } from './killing.ts'

/** So fast that what is measured is the protocol: states last for microseconds of ours, and are still passed through. */
const SPEED = 20_000

export type Verb = 'up' | 'down'

/** One before or after a save or a call: its number in a clean run, from 1, and its name (`before CreateVpc`). */
export interface Instant {
  nth: number
  name: string
}

interface Stage {
  sandbox: Sandbox
  place: Place
  /** The inventory before anything was built. */
  before: string[]
}

async function newStage(subject: Subject): Promise<Stage> {
  const { blueprint, cloud, answers } = subject
  const sandbox = await serve({ speed: SPEED, seed: 1 })
  await prepareAccount(sandbox.url, subject)
  const folder = await mkdtemp(join(tmpdir(), 'sw-freeze-'))
  const place = { folder, url: sandbox.url, speed: SPEED, blueprint, cloud, answers }
  return { sandbox, place, before: inventoryOf(sandbox) }
}

const work = (verb: Verb, place: Place): Promise<unknown> => (verb === 'up' ? upHere(place) : downHere(place))

/** Runs until the nth instant; from there on no save and no call of this run ever happens. Returns the instants passed. */
async function frozenAt(verb: Verb, { sandbox, place }: Stage, nth: number): Promise<string[]> {
  const passed: string[] = []
  const drain = new AbortController()
  let freeze: () => void = () => {}
  const ice = new Promise<'frozen'>(resolve => {
    freeze = () => resolve('frozen')
  })
  const instant = (name: string): Promise<void> => {
    if (passed.length >= nth) return new Promise(() => {})
    passed.push(name)
    if (passed.length < nth) return Promise.resolve()
    freeze()
    return new Promise(() => {})
  }
  const proxy = await startProxy(sandbox.url, {
    before: call => instant(`before ${call.action}`),
    after: call => instant(`after ${call.action}`),
  })
  const running = work(verb, { ...place, url: proxy.url, instant, drain: drain.signal })
  const ended = await Promise.race([ice, running.then(() => 'finished')])
  if (ended === 'frozen') {
    // What is left of the frozen run may only notice that everything around it has gone.
    drain.abort()
    running.catch(() => undefined)
  }
  await proxy.close()
  return passed
}

async function freezeAndResume(verb: Verb, nth: number, wanted: string[], subject: Subject): Promise<void> {
  const stage = await newStage(subject)
  try {
    if (verb === 'down') await upHere(stage.place)
    const passed = await frozenAt(verb, stage, nth)
    const what = `${verb} frozen at instant ${nth}, ${passed.at(-1)}`
    await work(verb, stage.place).catch(error => {
      throw new Error(`the run after ${what}: ${error}`, { cause: error })
    })
    expect(inventoryOf(stage.sandbox), what).toEqual(wanted)
    expect(sentTwice(stage.sandbox), what).toEqual([])
    if (verb === 'down') return
    expect((await downHere(stage.place)).left, `teardown after ${what}`).toEqual([])
    expect(inventoryOf(stage.sandbox), `teardown after ${what}`).toEqual(stage.before)
  } finally {
    await stage.sandbox.close()
  }
}

async function clean(verb: Verb, subject: Subject): Promise<{ instants: string[]; inventory: string[] }> {
  const stage = await newStage(subject)
  try {
    if (verb === 'down') await upHere(stage.place)
    const instants = await frozenAt(verb, stage, Number.POSITIVE_INFINITY)
    return { instants, inventory: inventoryOf(stage.sandbox) }
  } finally {
    await stage.sandbox.close()
  }
}

/**
 * Freezes the verb at the instants that `choose` takes of a clean run's, one stack each, and resumes it every time;
 * prints what was counted.
 */
export async function freezeAtInstants(
  verb: Verb,
  subject: Subject,
  choose: (instants: Instant[]) => Instant[],
): Promise<void> {
  const { instants, inventory } = await clean(verb, subject)
  const chosen = choose(instants.map((name, index) => ({ nth: index + 1, name })))
  await inParallel(
    chosen.map(
      ({ nth }) =>
        () =>
          freezeAndResume(verb, nth, inventory, subject),
    ),
  )
  const what = `${subject.blueprint} ${verb}`
  console.log(`${what}: ${instants.length} instants, frozen at ${chosen.length}; 0 doubles, 0 left over`)
  // A choice of nothing would show nothing.
  expect(chosen.length).toBeGreaterThan(0)
}
