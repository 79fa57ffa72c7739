import { beforeEach, describe, expect, it } from 'vitest'
import { CloudProblem } from '../../src/base/errors.ts'
import { down, tracesOf, up } from '../../src/engine/engine.ts'
import { byToken, paperKinds, paperStack, type Wire } from '../support/paper.ts'
import { sampled, spread } from '../support/sampled.ts'
import { built, clean, here, inventory, killedUp, newRun, reset, until } from './harness.ts'

beforeEach(reset)

describe('up', () => {
  it('ends with one of each after a kill at any instant, and with nothing after teardown', async () => {
    let instants = 0
    for (let nth = 1; ; nth++) {
      await reset()
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
    const firsts = Array.from({ length: 27 }, (_, n) => 1 + 3 * n)
    const seconds = Array.from({ length: 30 }, (_, n) => 1 + 2 * n)
    const pairs = firsts.flatMap(first => seconds.map(second => ({ first, second })))
    const chosen = sampled('pairs of kills in the paper cloud', pairs, all => spread(all, 120))
    let hit = 0
    for (const { first, second } of chosen) {
      await reset()
      if ((await killedUp(first)) === 'finished' || (await killedUp(second)) === 'finished') continue
      await up(await newRun(), paperStack())
      expect(inventory(), `killed at ${first}, then at ${second}`).toEqual(built)
      hit += 1
    }
    expect(hit).toBeGreaterThan(0.4 * chosen.length)
  })

  it('creates one of each when any answer is lost, before or after the work', async () => {
    const [before, after] = [false, true]
    for (const done of [before, after]) {
      for (let nth = 1; nth <= 40; nth++) {
        await reset()
        let seen = 0
        const lossy: Wire = async (action, work) => {
          if (!action.endsWith('create')) return work()
          seen += 1
          if (seen !== nth) return work()
          if (done) work()
          throw new CloudProblem('unknown', { what: `the answer of ${action} was lost` })
        }
        await up(await newRun(lossy), paperStack())
        expect(inventory(), `create ${nth} lost ${done ? 'after' : 'before'}`).toEqual(built)
      }
    }
  })

  it('only looks when it is run again', async () => {
    await up(await newRun(), paperStack())
    const actions: string[] = []
    const listening: Wire = async (action, work) => {
      actions.push(action)
      return work()
    }
    await up(await newRun(listening), paperStack())
    expect(actions.filter(action => !action.endsWith('find'))).toEqual([])
  })

  it('changes a value in place where its kind can', async () => {
    await up(await newRun(), paperStack())
    const id = [...here.paper.things].find(([, thing]) => thing.name === 'key')?.[0]
    await up(await newRun(), paperStack({ name: 'new-key' }))
    expect([...here.paper.things].find(([, thing]) => thing.name === 'new-key')?.[0]).toBe(id)
    expect(inventory()).toEqual(built.map(line => line.replace(' key ', ' new-key ')).sort())
  })

  it('drops a value that the cloud refused, without sending it again', async () => {
    await up(await newRun(), paperStack())
    const refusing: Wire = async (action, work) => {
      if (action === 'paper:uniqueName.settle') throw new CloudProblem('refused', { what: 'That name is not allowed.' })
      return work()
    }
    await expect(up(await newRun(refusing), paperStack({ name: 'bad' }))).rejects.toThrow('That name is not allowed.')
    const names: string[] = []
    const watching: Wire = async (action, work) => {
      const answer = await work()
      if (action === 'paper:uniqueName.settle') names.push((answer as { name: string }).name)
      return answer
    }
    await up(await newRun(watching), paperStack())
    expect(names).toEqual(['key'])
    expect(inventory()).toEqual(built)
  })

  it('creates what is newly drawn and removes what is no longer drawn, and survives a kill at any instant of either', async () => {
    for (let nth = 1; ; nth++) {
      await reset()
      await up(await newRun(), paperStack())
      const growth = await killedUp(nth, paperStack({ extra: true }))
      await up(await newRun(), paperStack({ extra: true }))
      expect(inventory()).toEqual([...built, 'paper:tagLookup extra true'].sort())
      const shrinking = await killedUp(nth)
      await up(await newRun(), paperStack())
      expect(inventory()).toEqual(built)
      if (growth === 'finished' && shrinking === 'finished') break
    }
  })

  it('stops at a name that is taken by a foreign resource, and does not touch that', async () => {
    here.paper.things.set('theirs', {
      type: 'paper:uniqueName',
      born: -1e9,
      name: 'key',
      on: [],
      tags: {},
      input: {},
      ready: true,
    })
    await expect(up(await newRun(), paperStack())).rejects.toThrow('taken by a resource that this stack did not create')
    await down(await newRun())
    expect([...here.paper.things.keys()]).toEqual(['theirs'])
  })

  it('creates again what was deleted outside Stackwright', async () => {
    await up(await newRun(), paperStack())
    const machine = [...here.paper.things].find(([, thing]) => thing.name === 'machine')![0]
    here.paper.things.delete(machine)
    await up(await newRun(), paperStack())
    expect(inventory()).toEqual(built)
  })

  it('needs no right to list what the stack has none of', async () => {
    const denied = () => Promise.reject(new CloudProblem('refused', { what: 'Not allowed.' }, { denied: true }))
    const foreign = { ...byToken, type: 'paper:foreign', find: denied }
    const run = async () => ({ ...(await newRun()), kinds: [...paperKinds, foreign] })
    await up(await run(), paperStack())
    expect(inventory()).toEqual(built)
    await expect(tracesOf(await run(), 'shop')).rejects.toThrow('Not allowed.')
    expect(await down(await run())).toMatchObject({ left: [] })
    expect(inventory()).toEqual([])
  })

  it('reports a duplicate that carries our mark instead of choosing between the two', async () => {
    await up(await newRun(), paperStack())
    const group = [...here.paper.things.values()].find(thing => thing.name === 'group')!
    here.paper.things.set('copy', { ...group })
    await expect(up(await newRun(), paperStack())).rejects.toThrow('copy carries the mark of step/group')
  })
})

describe('down', () => {
  it('ends with nothing after a kill at any instant', async () => {
    for (let nth = 1; ; nth++) {
      await reset()
      await up(await newRun(), paperStack())
      const ended = await until(nth, async instant => down(await newRun(clean, instant)))
      expect((await down(await newRun())).left).toEqual([])
      expect(inventory(), `killed at instant ${nth}`).toEqual([])
      if (ended === 'finished') break
    }
  })

  it('after a kill that left it half done is followed by an up that ends with one of each', async () => {
    for (let nth = 1; ; nth++) {
      await reset()
      await up(await newRun(), paperStack())
      const ended = await until(nth, async instant => down(await newRun(clean, instant)))
      await up(await newRun(), paperStack())
      expect(inventory(), `killed at instant ${nth}`).toEqual(built)
      if (ended === 'finished') break
    }
  })

  it('after an up killed at any instant leaves nothing, not even a resource whose id was not saved', async () => {
    for (let nth = 1; ; nth++) {
      await reset()
      const ended = await killedUp(nth)
      expect((await down(await newRun())).left).toEqual([])
      expect(inventory(), `killed at instant ${nth}`).toEqual([])
      if (ended === 'finished') break
    }
  })

  it('reports what could not be removed, and what that depends on', async () => {
    await up(await newRun(), paperStack())
    const machine = [...here.paper.things].find(([, thing]) => thing.name === 'machine')![0]
    const stubborn: Wire = async (action, work) => {
      if (action === 'paper:token.remove' && here.paper.things.has(machine) && !here.paper.things.has('let go')) {
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

describe('tracesOf', () => {
  it('rebuilds from the tags what a lost state held, and sets copies of tags apart', async () => {
    await up(await newRun(), paperStack())
    const net = [...here.paper.things.values()].find(thing => thing.name === 'net')!
    here.paper.things.set('copied', { ...net, type: 'paper:tagLookup', name: 'copied' })
    here.paper.now += 60_000
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
