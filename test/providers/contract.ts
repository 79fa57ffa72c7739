import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { AnyKind, Cloud } from '../../src/engine/kind.ts'
import { type Bench, type Build, make, markFor, type OpenBench, type Out, removeWholly } from '../support/bench.ts'
import { benchBehind, buildOnce, emptyAgain } from '../support/lossy.ts'

/** One resource that was made, with all that its kind is called with. */
export interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  out: Out
}

export interface Proof<C extends Cloud> {
  /** As people write it. */
  cloud: string
  openBench: OpenBench<C>
  kinds: AnyKind[]
  /** Makes one resource of each kind at least, in order. */
  everything(bench: Bench<C>, build: Build): Promise<void>
  /** Calls that change something and are sent again whenever their resource is settled. */
  sentAgain?: string[]
  /** Addresses of resources without tags that are known by a token elsewhere. */
  untagged: string[]
  /** Calls whose answers must have been among the lost ones. */
  lost: string[]
  /** What else holds of what was made, called while everything stands. */
  more?(at: () => { bench: Bench<C>; made: (address: string) => Made }): void
}

/**
 * The contract of every kind, on the embedded cloud: made, found by id and by mark, settled as often as one likes, made
 * once whatever answers are lost, removed as often as one likes.
 */
export function proveKinds<C extends Cloud>(proof: Proof<C>): void {
  describe(`every kind of ${proof.cloud} keeps the contract`, () => keepTheContract(proof))
  describe(`every kind of ${proof.cloud} is made once`, () => madeOnce(proof))
}

function keepTheContract<C extends Cloud>(proof: Proof<C>): void {
  let bench: Bench<C>
  const made: Made[] = []
  beforeAll(async () => {
    bench = await proof.openBench()
  })
  afterAll(() => bench.close())

  const mutating = () => Object.entries(bench.calls()).filter(([name]) => !/\.(Describe|List|Get|Head)/.test(name))
  const at = (address: string) => made.find(thing => thing.address === address)!

  test('everything is made in order', async () => {
    await proof.everything(bench, async (kind, address, input) => {
      const out = await make<Out>(bench.cloud, kind, address, input)
      made.push({ kind, address, input, out })
      return out
    })
    expect([...new Set(made.map(({ kind }) => kind.type))].sort()).toEqual(proof.kinds.map(kind => kind.type).sort())
  })

  test('settling it again changes nothing', async () => {
    const before = new Map(mutating())
    for (const { kind, address, input, out } of made) {
      expect([address, await kind.settle(bench.cloud, out.id, input, markFor(kind, address))]).toEqual([address, out])
    }
    const more = mutating().filter(([name, count]) => count !== (before.get(name) ?? 0))
    expect(more.map(([name]) => name)).toEqual(proof.sentAgain ?? [])
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

  test('without tags it is known by the token beside it', async () => {
    for (const { kind, address, input } of proof.untagged.map(at)) {
      const [found] = await kind.find(bench.cloud, { stack: 'shop', address, input })
      expect([address, found?.tags['stackwright:token']]).toEqual([address, markFor(kind, address).token])
    }
  })

  test('sending a create with a token again returns the same id', async () => {
    for (const { kind, address, input, out } of made) {
      if (kind.idempotency !== 'token') continue
      expect([address, await kind.create(bench.cloud, input, markFor(kind, address))]).toEqual([address, out.id])
    }
  })

  test('a name that is taken says so, and is found under its natural key', async () => {
    for (const { kind, address, input, out } of made) {
      if (kind.idempotency !== 'uniqueName') continue
      const again = kind.create(bench.cloud, input, markFor(kind, address))
      await expect(again, address).rejects.toMatchObject({ outcome: 'exists' })
      const found = await kind.find(bench.cloud, { stack: 'shop', address, input })
      expect([address, found.map(({ id }) => id)]).toEqual([address, [out.id]])
      expect(found[0]!.tags['stackwright:token']).toBe(markFor(kind, address).token)
    }
  })

  proof.more?.(() => ({ bench, made: at }))

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
}

function madeOnce<C extends Cloud>({ openBench, everything, lost }: Proof<C>): void {
  const open: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close()
  })

  test('though the first answer to every changing call is lost after the work was done', async () => {
    const known = new Set<string>()
    const bench = await benchBehind(openBench, (action, nth) => {
      if (nth > 1 || /^(Describe|List|Get|HEAD)/i.test(action)) return false
      known.add(action)
      return true
    })
    open.push(bench.close)
    const made = await buildOnce(bench, everything)
    expect([...known]).toEqual(expect.arrayContaining(lost))
    // Run Command of AWS has no token: the history says that it was sent.
    expect(bench.sandbox.log.counts()['ssm.SendCommand'] ?? 2).toBe(2)
    await emptyAgain(bench, made)
  })

  test('through a storm of throttling, errors and broken connections, and nothing is left', async () => {
    const bench = await openBench({ faults: 'throttle=0.2,error=0.05,reset=0.05,seed=3' })
    open.push(bench.close)
    await emptyAgain(bench, await buildOnce(bench, everything))
  })
}
