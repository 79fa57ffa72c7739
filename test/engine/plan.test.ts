import { beforeEach, describe, expect, it } from 'vitest'
import { down, up } from '../../src/engine/engine.ts'
import type { Sheet } from '../../src/engine/kind.ts'
import { planUp } from '../../src/engine/plan.ts'
import { paperKinds, paperStack } from '../support/paper.ts'
import { clean, newRun, reset, until } from './harness.ts'

beforeEach(reset)

describe('the plan', () => {
  it('creates again what a teardown left half removed, and everything that depends on it', async () => {
    let half = 0
    for (let nth = 1; half < 5; nth++) {
      await reset()
      await up(await newRun(), paperStack())
      await until(nth, async instant => down(await newRun(clean, instant)))
      const { state } = (await newRun()).store
      if (!Object.values(state.entries).some(entry => entry.is === 'removing')) continue
      half += 1
      const lines = planUp(paperStack(), state, () => 0, paperKinds)
      expect(lines.filter(line => line.action === 'refused')).toEqual([])
    }
  })

  it('says create, then keep, then update, and refuses what cannot be changed in place', async () => {
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
