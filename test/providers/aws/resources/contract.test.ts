import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { AnyKind } from '../../../../src/engine/kind.ts'
import * as kinds from '../../../../src/providers/aws/resources/index.ts'
import type { Out } from '../../../support/bench.ts'
import { buildEverything } from '../stack.ts'
import { type Bench, make, markFor, openBench, removeWholly } from '../support.ts'

// One contract for every kind: made, found by id and by mark, settled as often as one likes, removed as often as one likes.

interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  out: Out
}

describe('every kind of AWS keeps the contract', () => {
  let bench: Bench
  const made: Made[] = []

  beforeAll(async () => {
    bench = await openBench()
  })
  afterAll(() => bench.close())

  async function build(kind: AnyKind, address: string, input: JsonObject): Promise<Out> {
    const out = await make<Out>(bench.cloud, kind, address, input)
    made.push({ kind, address, input, out })
    return out
  }

  test('what both tutorials need is made in order', async () => {
    await buildEverything(bench, build)
    expect([...new Set(made.map(({ kind }) => kind.type))].sort()).toEqual(kinds.kinds.map(kind => kind.type).sort())
  })

  test('settling it again changes nothing', async () => {
    const before = mutating(bench)
    for (const { kind, address, input, out } of made) {
      expect([address, await kind.settle(bench.cloud, out.id, input, markFor(kind, address))]).toEqual([address, out])
    }
    expect(mutating(bench)).toEqual(before)
  })

  test('it is found by its id, and by its mark where it carries tags', async () => {
    await bench.cloud.sleep(10_000)
    for (const { kind, address, input, out } of made) {
      const byId = await kind.find(bench.cloud, { id: out.id, input })
      expect([address, byId.map(({ id }) => id)]).toEqual([address, [out.id]])
      if (!kind.tagged) continue
      const found = await kind.find(bench.cloud, { stack: 'shop', address })
      expect([address, found.map(({ id }) => id)]).toEqual([address, [out.id]])
      expect(found[0]!.tags).toMatchObject(markFor(kind, address).tags)
      expect(await kind.find(bench.cloud, { stack: 'other' })).toEqual([])
    }
  })

  test('a record without tags is known by the token beside it', async () => {
    const { kind, address, input } = made.find(thing => thing.address === 'balancer/name')!
    const [found] = await kind.find(bench.cloud, { stack: 'shop', address, input })
    expect(found?.tags['stackwright:token']).toBe(markFor(kind, address).token)
  })

  test('sending a create with a token again answers the same id', async () => {
    for (const { kind, address, input, out } of made) {
      if (kind.idempotency !== 'token') continue
      expect([address, await kind.create(bench.cloud, input, markFor(kind, address))]).toEqual([address, out.id])
    }
  })

  test('a name that is taken says so, and is found under its natural key', async () => {
    for (const { kind, address, input, out } of made) {
      if (kind.idempotency !== 'uniqueName') continue
      const again = kind.create(bench.cloud, input, markFor(kind, address))
      await expect([address, await again.catch((error: unknown) => error)][1]).toMatchObject({ outcome: 'exists' })
      const found = await kind.find(bench.cloud, { stack: 'shop', address, input })
      expect([address, found.map(({ id }) => id)]).toEqual([address, [out.id]])
      expect(found[0]!.tags['stackwright:token']).toBe(markFor(kind, address).token)
    }
  })

  test('removed in reverse order nothing is left, and removing it again is no error', async () => {
    for (const { kind, address, input, out } of [...made].reverse()) {
      await removeWholly(bench.cloud, kind, out.id, address, input)
      const again = await kind.remove(bench.cloud, out.id, input, markFor(kind, address))
      expect([address, again]).toEqual([address, 'gone'])
    }
    await bench.cloud.sleep(30_000)
    expect(bench.sandbox.inventory()).toEqual([])
    for (const { kind, address, out, input } of made.filter(({ kind }) => kind.tagged)) {
      expect([address, await kind.find(bench.cloud, { id: out.id, input })]).toEqual([address, []])
    }
  })
})

function mutating(bench: Bench): [string, number][] {
  return Object.entries(bench.calls()).filter(([name]) => !/\.(Describe|List|Get|Head)/.test(name))
}
