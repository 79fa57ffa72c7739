import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { CloudProblem } from '../../src/base/errors.ts'
import { type Run, up } from '../../src/engine/engine.ts'
import { type Cloud, draw, type Kind, type Sheet } from '../../src/engine/kind.ts'
import { newState, openStore, readState } from '../../src/engine/state.ts'

type Script = { text: string }
type Out = { id: string }

/** One order that the machine got: what to run, and under which token. */
interface Order {
  text: string
  token: string
  fails: boolean
  waitedFor: number
}

const identity = {
  stack: 'shop',
  blueprint: 'paper',
  cloud: 'aws',
  account: '5',
  region: 'paper',
  sandbox: true,
} as const

let folder: string
let orders: Order[]
/** Whether the machine will fail at a script that it gets now. */
let fails: (text: string) => boolean
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-create-'))
  orders = []
  fails = text => text.includes('broken')
})

const cloud: Cloud = { sleep: async () => {}, at: () => cloud }

/** As a command on a machine: it is sent, it runs, it may fail; it carries no tags and cannot be unsent. */
const setup: Kind<Cloud, Script, Out> = {
  type: 'paper:setup',
  title: 'Setup',
  idempotency: 'upsert',
  after: [],
  expectMs: 1000,
  tagged: false,
  find: async () => [],
  async create(_, { text }, { token }) {
    orders.push({ text, token, fails: fails(text), waitedFor: 0 })
    return `order-${orders.length}`
  },
  async settle(_, id) {
    const order = orders[Number(id.slice('order-'.length)) - 1]!
    order.waitedFor += 1
    if (order.fails) throw new CloudProblem('refused', { what: `${order.text} ended with exit code 1` })
    return { id }
  },
  remove: async () => 'gone',
}

/** A run that goes on from the disk, as a new process would; `instant` is told after each save. */
async function run(text: string, instant: () => Promise<void> = async () => {}): Promise<void> {
  const sheet: Sheet = { nodes: [], texts: new Map() }
  draw('application', sheet).add('setup', setup, { text })
  const store = openStore(folder, (await readState(folder)) ?? newState(identity))
  const save = store.save.bind(store)
  store.save = async () => {
    await save()
    await instant()
  }
  const work: Run = {
    store,
    cloud,
    kinds: [setup],
    emit: () => undefined,
    drain: new AbortController().signal,
    secretVersion: () => 0,
    startedAt: Date.now(),
  }
  await up(work, sheet)
}

/** The process ends with its nth save: nothing of it ever happens again. */
function killedAtSave(nth: number, text: string): Promise<void> {
  let saves = 0
  return new Promise((resolve, reject) => {
    const instant = () => {
      if (++saves < nth) return Promise.resolve()
      resolve()
      return new Promise<void>(() => {})
    }
    run(text, instant).then(() => reject(new Error(`there were only ${saves} saves`)), reject)
  })
}

const sent = () => orders.map(({ text }) => text)
/** A later process begins later: orders are told from this run's by their time. */
const aMomentLater = async () => {
  const now = Date.now()
  while (Date.now() === now) await new Promise(resolve => setTimeout(resolve, 1))
}

describe('an upsert that failed', () => {
  it('is not sent again by the run in which it failed: its failure is reported', async () => {
    await expect(run('broken script')).rejects.toThrow('broken script ended with exit code 1')
    expect(sent()).toEqual(['broken script'])
  })

  it('is sent again by the next run, once, under a new token', async () => {
    await expect(run('broken script')).rejects.toThrow()
    await aMomentLater()
    fails = () => false
    await run('broken script')
    expect(sent()).toEqual(['broken script', 'broken script'])
    expect(new Set(orders.map(({ token }) => token)).size).toBe(2)
    await run('broken script')
    expect(orders, 'what is done is not done again').toHaveLength(2)
  })

  it('is sent again once per run, however often it fails', async () => {
    for (let runs = 1; runs <= 3; runs++) {
      await expect(run('broken script')).rejects.toThrow('exit code 1')
      expect(orders).toHaveLength(runs)
      await aMomentLater()
    }
  })

  it('takes a changed answer: the old input is neither sent again nor waited for', async () => {
    await expect(run('broken script')).rejects.toThrow()
    const waited = orders[0]!.waitedFor
    await aMomentLater()
    await run('fixed script')
    expect(sent()).toEqual(['broken script', 'fixed script'])
    expect(orders[0]!.waitedFor).toBe(waited)
    expect(orders[1]!.token).not.toBe(orders[0]!.token)
    const entry = (await readState(folder))!.entries['application/setup']!
    expect(entry).toMatchObject({ is: 'ready', input: { text: 'fixed script' } })
  })
})

describe('an upsert that a kill left unfinished', () => {
  it('is waited for when its id was saved, not sent a second time', async () => {
    for (let saves = 2; orders.length === 0; saves++) await killedAtSave(saves, 'script')
    await run('script')
    expect(sent()).toEqual(['script'])
  })

  it('is sent with the new input when its id was saved and the input has changed', async () => {
    for (let saves = 2; orders.length === 0; saves++) await killedAtSave(saves, 'script')
    await run('other script')
    expect(sent()).toEqual(['script', 'other script'])
    expect(orders[0]!.waitedFor).toBe(0)
  })

  it('is sent with the new input when nothing was sent before and the input has changed', async () => {
    await killedAtSave(2, 'script')
    expect(orders).toEqual([])
    expect((await readState(folder))!.entries['application/setup']).toMatchObject({ is: 'creating' })
    await run('other script')
    expect(sent()).toEqual(['other script'])
  })
})
