import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Sandbox, serve } from '../../src/sandbox/server.ts'
import { startProxy } from '../support/proxy.ts'
import { downHere, type Place, upHere } from '../support/stack.ts'
import { inParallel, inventoryOf } from './killing.ts'

/** So fast that what is measured is the protocol: states last for microseconds of ours, and are still passed through. */
const SPEED = 20_000
/** Every instant with CRASH=all; otherwise every instant of a save or a change, and a sample of the reads'. */
const all = process.env.CRASH === 'all'
const everyNthRead = 10

type Verb = 'up' | 'down'

interface Stage {
  sandbox: Sandbox
  place: Place
}

async function newStage(): Promise<Stage> {
  const sandbox = await serve({ speed: SPEED, seed: 1 })
  const folder = await mkdtemp(join(tmpdir(), 'sw-freeze-'))
  return { sandbox, place: { folder, url: sandbox.url, speed: SPEED } }
}

const work = (verb: Verb, place: Place): Promise<unknown> => (verb === 'up' ? upHere(place) : downHere(place))

/** Runs until the nth instant; from there on no save and no call of this run ever happens. Answers the instants passed. */
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

async function freezeAndResume(verb: Verb, nth: number, wanted: string[]): Promise<void> {
  const stage = await newStage()
  try {
    if (verb === 'down') await upHere(stage.place)
    const passed = await frozenAt(verb, stage, nth)
    const what = `${verb} frozen at instant ${nth}, ${passed.at(-1)}`
    await work(verb, stage.place)
    expect(inventoryOf(stage.sandbox), what).toEqual(wanted)
    if (verb === 'down') return
    expect((await downHere(stage.place)).left, `teardown after ${what}`).toEqual([])
    expect(inventoryOf(stage.sandbox), `teardown after ${what}`).toEqual([])
  } finally {
    await stage.sandbox.close()
  }
}

async function clean(verb: Verb): Promise<{ instants: string[]; inventory: string[] }> {
  const stage = await newStage()
  try {
    if (verb === 'down') await upHere(stage.place)
    const instants = await frozenAt(verb, stage, Number.POSITIVE_INFINITY)
    return { instants, inventory: inventoryOf(stage.sandbox) }
  } finally {
    await stage.sandbox.close()
  }
}

describe('a run frozen at an instant of the protocol', () => {
  for (const verb of ['up', 'down'] as Verb[]) {
    it(`of ${verb} is resumed to the same inventory as a clean run`, { timeout: 3_600_000 }, async () => {
      const { instants, inventory } = await clean(verb)
      const chosen = instants.flatMap((name, index) => {
        const isRead = / (Describe|List|Get)/.test(name)
        return all || !isRead || index % everyNthRead === 0 ? [index + 1] : []
      })
      await inParallel(chosen.map(nth => () => freezeAndResume(verb, nth, inventory)))
      console.log(`${verb}: ${instants.length} instants, frozen at ${chosen.length}; 0 doubles, 0 left over`)
      expect(chosen.length).toBeGreaterThan(20)
    })
  }
})
