import { expect } from 'vitest'
import { hasOutcome } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { AnyKind, Cloud, Found } from '../../src/engine/kind.ts'
import { type Bench, type Build, markFor, type OpenBench, type Out, removeWholly } from './bench.ts'
import { startProxy } from './proxy.ts'

export interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  id: string
}

/** Builds everything as the engine would through a bad line; in the end there is one of each. */
export async function buildOnce<C extends Cloud>(
  bench: Bench<C>,
  everything: (bench: Bench<C>, build: Build) => Promise<void>,
): Promise<Made[]> {
  const made: Made[] = []
  await everything(bench, async (kind, address, input) => {
    const id = await createOnce(bench, kind, address, input)
    const out = (await kind.settle(bench.cloud, id, input, markFor(kind, address))) as Out
    made.push({ kind, address, input, id })
    return out
  })
  await bench.cloud.sleep(10_000)
  for (const { kind, address, id } of made) {
    if (!kind.tagged) continue
    const found = await kind.find(bench.cloud, { stack: 'shop', address })
    expect([address, found.map(thing => thing.id)]).toEqual([address, [id]])
  }
  return made
}

export async function emptyAgain(bench: Bench, made: Made[]): Promise<void> {
  for (const { kind, address, input, id } of [...made].reverse()) {
    await removeWholly(bench.cloud, kind, id, address, input)
  }
  await bench.cloud.sleep(30_000)
  expect(bench.sandbox.inventory()).toEqual([])
}

/** What the engine does about an answer that did not come, in short: src/engine/create.ts. */
async function createOnce(bench: Bench, kind: AnyKind, address: string, input: JsonObject): Promise<string> {
  const mark = markFor(kind, address)
  for (let attempt = 1; ; attempt++) {
    try {
      return await kind.create(bench.cloud, input, mark)
    } catch (error) {
      if (attempt > 8 || !(hasOutcome(error, 'unknown') || hasOutcome(error, 'exists'))) throw error
    }
    if (kind.idempotency === 'tagLookup') await bench.cloud.sleep(kind.visibleWithinMs!)
    if (kind.idempotency === 'token' || kind.idempotency === 'upsert') continue
    const found: Found[] = await kind.find(bench.cloud, { stack: 'shop', address, input })
    const mine = found.filter(thing => thing.tags['stackwright:token'] === mark.token)
    expect(mine.length).toBeLessThanOrEqual(1)
    if (mine[0]) return mine[0].id
  }
}

/** The embedded cloud behind a line that loses the answers `loses` names: by action and how often it was called. */
export async function benchBehind<C extends Cloud>(
  openBench: OpenBench<C>,
  loses: (action: string, nth: number) => boolean,
): Promise<Bench<C>> {
  let upstream = ''
  const counts = new Map<string, number>()
  const line = await startProxy(() => upstream, {
    lose({ action }) {
      const nth = (counts.get(action) ?? 0) + 1
      counts.set(action, nth)
      return loses(action, nth)
    },
  })
  const bench = await openBench({}, real => {
    upstream = real
    return line.url
  })
  return {
    ...bench,
    async close() {
      await bench.close()
      await line.close()
    },
  }
}
