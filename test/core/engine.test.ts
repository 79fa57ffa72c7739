import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { down, type Run, tracesOf, up } from '../../src/engine.ts'
import { CloudProblem } from '../../src/errors.ts'
import type { Event } from '../../src/events.ts'
import type { Sheet } from '../../src/kind.ts'
import { planUp } from '../../src/plan.ts'
import { newState, openStore, readState } from '../../src/state.ts'
import { newPaper, type Paper, paperCloud, paperKinds, paperStack, type Wire } from '../support/paper.ts'

const identity = {
  stack: 'shop',
  blueprint: 'paper',
  cloud: 'alicloud',
  account: '5',
  region: 'paper',
  sandbox: true,
} as const
const clean: Wire = async (_, work) => work()

let folder: string
let paper: Paper
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
  paper = newPaper()
})

/** A run that goes on from the disk, as a new process would. `instant` is told of each save and call, before and after. */
async function newRun(
  wire: Wire = clean,
  instant: (name: string) => Promise<void> = async () => {},
  events: Event[] = [],
): Promise<Run> {
  const state = (await readState(folder)) ?? newState(identity)
  const store = openStore(folder, state, () => instant('before save'))
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
    cloud: paperCloud(paper, watched),
    kinds: paperKinds,
    emit: event => events.push(event),
    drain,
    secretVersion: () => 0,
    startedAt: Date.now(),
  }
}

/** Lets work run until its nth instant and no further: from there on nothing of it ever happens, as after a SIGKILL. */
async function until(
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

const inventory = (): string[] =>
  [...paper.things.values()].map(thing => `${thing.type} ${thing.name} ${thing.ready}`).sort()
const built = [
  'paper:name key true',
  'paper:put member true',
  'paper:tag group true',
  'paper:token machine true',
  'paper:token net true',
  'paper:token sub true',
]

async function killedUp(nth: number, sheet: Sheet = paperStack()): Promise<'killed' | 'finished'> {
  return until(nth, async instant => up(await newRun(clean, instant), sheet))
}

describe('up', () => {
  it('ends with one of each after a kill at any instant, and with nothing after teardown', async () => {
    let instants = 0
    for (let nth = 1; ; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      if ((await killedUp(nth)) === 'finished') break
      await up(await newRun(), paperStack())
      expect(inventory(), `killed at instant ${nth}`).toEqual(built)
      expect((await down(await newRun())).left).toEqual([])
      expect(inventory(), `teardown after a kill at instant ${nth}`).toEqual([])
      instants = nth
    }
    expect(instants).toBeGreaterThan(40)
  })

  it('survives a second kill at any instant of the resumed run', async () => {
    let pairs = 0
    for (let first = 1; first < 80; first += 3) {
      for (let second = 1; second < 60; second += 2) {
        folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
        paper = newPaper()
        if ((await killedUp(first)) === 'finished') break
        if ((await killedUp(second)) === 'finished') break
        await up(await newRun(), paperStack())
        expect(inventory(), `killed at ${first}, then at ${second}`).toEqual(built)
        pairs += 1
      }
    }
    expect(pairs).toBeGreaterThan(300)
  })

  it('makes one of each when any answer is lost, before or after the work', async () => {
    const [before, after] = [false, true]
    for (const done of [before, after]) {
      for (let nth = 1; nth <= 40; nth++) {
        folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
        paper = newPaper()
        let seen = 0
        const lossy: Wire = async (action, work) => {
          if (!action.endsWith('create')) return work()
          seen += 1
          if (seen !== nth) return work()
          if (done) work()
          throw new CloudProblem('unsure', { what: `the answer of ${action} was lost` })
        }
        await up(await newRun(lossy), paperStack())
        expect(inventory(), `create ${nth} lost ${done ? 'after' : 'before'}`).toEqual(built)
      }
    }
  })

  it('does nothing but look when it is run again', async () => {
    await up(await newRun(), paperStack())
    const actions: string[] = []
    const listening: Wire = async (action, work) => {
      actions.push(action)
      return work()
    }
    await up(await newRun(listening), paperStack())
    expect(actions.filter(action => !action.endsWith('find'))).toEqual([])
  })

  it('sets a changed value on the living thing where its kind can', async () => {
    await up(await newRun(), paperStack())
    const id = [...paper.things].find(([, thing]) => thing.name === 'key')?.[0]
    await up(await newRun(), paperStack({ name: 'new-key' }))
    expect([...paper.things].find(([, thing]) => thing.name === 'new-key')?.[0]).toBe(id)
    expect(inventory()).toEqual(built.map(line => line.replace(' key ', ' new-key ')).sort())
  })

  it('adds what is newly drawn and removes what no longer is, and survives a kill at any instant of either', async () => {
    for (let nth = 1; ; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      await up(await newRun(), paperStack())
      const growth = await killedUp(nth, paperStack({ extra: true }))
      await up(await newRun(), paperStack({ extra: true }))
      expect(inventory()).toEqual([...built, 'paper:tag extra true'].sort())
      const shrinking = await killedUp(nth)
      await up(await newRun(), paperStack())
      expect(inventory()).toEqual(built)
      if (growth === 'finished' && shrinking === 'finished') break
    }
  })

  it('stops at a name that somebody else has taken, and leaves theirs alone', async () => {
    paper.things.set('theirs', {
      type: 'paper:name',
      born: -1e9,
      name: 'key',
      on: [],
      tags: {},
      input: {},
      ready: true,
    })
    await expect(up(await newRun(), paperStack())).rejects.toThrow('taken by something that this stack did not make')
    await down(await newRun())
    expect([...paper.things.keys()]).toEqual(['theirs'])
  })

  it('makes anew what was removed behind its back', async () => {
    await up(await newRun(), paperStack())
    const machine = [...paper.things].find(([, thing]) => thing.name === 'machine')![0]
    paper.things.delete(machine)
    await up(await newRun(), paperStack())
    expect(inventory()).toEqual(built)
  })

  it('reports a double that carries our mark instead of choosing between the two', async () => {
    await up(await newRun(), paperStack())
    const group = [...paper.things.values()].find(thing => thing.name === 'group')!
    paper.things.set('copy', { ...group })
    await expect(up(await newRun(), paperStack())).rejects.toThrow('copy carries the mark of step/group')
  })
})

describe('down', () => {
  it('ends with nothing after a kill at any instant', async () => {
    for (let nth = 1; ; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      await up(await newRun(), paperStack())
      const ended = await until(nth, async instant => down(await newRun(clean, instant)))
      expect((await down(await newRun())).left).toEqual([])
      expect(inventory(), `killed at instant ${nth}`).toEqual([])
      if (ended === 'finished') break
    }
  })

  it('after a kill that left it half done is followed by an up that ends with one of each', async () => {
    for (let nth = 1; ; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      await up(await newRun(), paperStack())
      const ended = await until(nth, async instant => down(await newRun(clean, instant)))
      await up(await newRun(), paperStack())
      expect(inventory(), `killed at instant ${nth}`).toEqual(built)
      if (ended === 'finished') break
    }
  })

  it('after an up killed at any instant leaves nothing, even what no id was saved for', async () => {
    for (let nth = 1; ; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      const ended = await killedUp(nth)
      expect((await down(await newRun())).left).toEqual([])
      expect(inventory(), `killed at instant ${nth}`).toEqual([])
      if (ended === 'finished') break
    }
  })

  it('names what would not go, and what stands under it', async () => {
    await up(await newRun(), paperStack())
    const machine = [...paper.things].find(([, thing]) => thing.name === 'machine')![0]
    const stubborn: Wire = async (action, work) => {
      if (action === 'paper:token.remove' && paper.things.has(machine) && !paper.things.has('let go')) {
        throw new CloudProblem('refused', { what: 'It is protected.' })
      }
      return work()
    }
    const { left } = await down(await newRun(stubborn))
    expect(left.find(thing => thing.address === 'step/machine')?.why).toContain('It is protected.')
    expect(left.map(thing => thing.address)).toContain('step/net')
    expect(inventory()).toContain('paper:token machine true')
  })
})

describe('the tags alone', () => {
  it('tell what a lost state held, and what only looks like it', async () => {
    await up(await newRun(), paperStack())
    const net = [...paper.things.values()].find(thing => thing.name === 'net')!
    paper.things.set('copied', { ...net, type: 'paper:tag', name: 'copied' })
    paper.now += 60_000
    const traces = await tracesOf(await newRun(), 'shop')
    expect(Object.keys(traces.entries).sort()).toEqual([
      'step/group',
      'step/key',
      'step/machine',
      'step/net',
      'step/sub',
    ])
    expect(traces.foreign.map(thing => thing.found.id)).toEqual(['copied'])
  })
})

describe('the plan', () => {
  it('builds again what a teardown left half removed, and everything that stands on it', async () => {
    let half = 0
    for (let nth = 1; half < 5; nth++) {
      folder = await mkdtemp(join(tmpdir(), 'sw-engine-'))
      paper = newPaper()
      await up(await newRun(), paperStack())
      await until(nth, async instant => down(await newRun(clean, instant)))
      const { state } = (await newRun()).store
      if (!Object.values(state.entries).some(entry => entry.is === 'removing')) continue
      half += 1
      const lines = planUp(paperStack(), state, () => 0, paperKinds)
      expect(lines.filter(line => line.action === 'refused')).toEqual([])
    }
  })

  it('says create, then keep, then what changes, and refuses what cannot', async () => {
    const lines = (sheet: Sheet, state = run.store.state) =>
      planUp(sheet, state, () => 0, paperKinds).map(line => `${line.action} ${line.address}`)
    const run = await newRun()
    expect(lines(paperStack())).toEqual(paperStack().nodes.map(node => `create ${node.address}`))
    await up(run, paperStack())
    expect(lines(paperStack()).every(line => line.startsWith('keep '))).toBe(true)
    expect(lines(paperStack({ name: 'x' }))).toContain('update step/key')
    expect(lines(paperStack({ extra: true }))).toContain('create step/extra')
    const moved = paperStack()
    moved.nodes[0]!.input = { name: 'net', on: ['somewhere'] }
    expect(lines(moved)).toContain('refused step/net')
  })
})
