import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/base/json.ts'
import type { AnyKind } from '../../../src/engine/kind.ts'
import { type Aws, connectAws } from '../../../src/providers/aws/client.ts'
import * as kinds from '../../../src/providers/aws/resources/index.ts'
import type { Out } from '../../support/bench.ts'
import { type Moto, startMoto } from './moto.ts'
import { buildEverything } from './stack.ts'
import { make, markFor, removeWholly } from './support.ts'

// Judged by others: the same contract against moto, an emulator of AWS that we did not write.
// What it cannot judge is listed in docs/moto.md.

/** No agent, no commands (DescribeInstanceInformation is not built), no second life of a machine. */
const beyondIt = new Set<AnyKind>([kinds.machineReady, kinds.command])

/** It has no DeleteCacheSubnetGroup, and a deleted replication group stays for ever, as `deleting`. */
const stays = new Set<AnyKind>([kinds.cacheSubnetGroup, kinds.replicationGroup])

interface Made {
  kind: AnyKind
  address: string
  input: JsonObject
  out: Out
}

describe('moto finds nothing wrong with what the kinds of AWS send', () => {
  let moto: Moto
  let cloud: Aws
  let close: () => void
  const texts = new Map<string, string>()
  const made: Made[] = []

  beforeAll(async () => {
    moto = await startMoto()
    const connected = await connectAws({
      region: 'ap-northeast-1',
      env: {},
      sandbox: { url: moto.url, speed: 20 },
      emit: () => {},
      drain: new AbortController().signal,
      reveal: () => 'Sup3r-secret-Word',
      keep: async (_name, make) => make(),
      texts,
    })
    cloud = connected.cloud
    close = connected.close
  }, 600_000)
  afterAll(() => {
    close?.()
    moto?.stop()
  })

  async function build(kind: AnyKind, address: string, input: JsonObject): Promise<Out> {
    if (beyondIt.has(kind)) return { id: 'beyond' }
    const out = await make<Out>(cloud, kind, address, input)
    made.push({ kind, address, input, out })
    return out
  }

  test('it makes everything both tutorials need', { timeout: 300_000 }, async () => {
    await buildEverything({ cloud, texts }, build)
    const types = new Set([...made.map(({ kind }) => kind.type), ...[...beyondIt].map(kind => kind.type)])
    expect([...types].sort()).toEqual(kinds.kinds.map(kind => kind.type).sort())
  })

  test('it finds what was made by id and by mark', { timeout: 300_000 }, async () => {
    for (const { kind, address, input, out } of made) {
      const byId = await kind.find(cloud, { id: out.id, input })
      expect([address, byId.map(({ id }) => id)]).toEqual([address, [out.id]])
      if (!kind.tagged) continue
      const found = await kind.find(cloud, { stack: 'shop', address })
      expect([address, found.map(({ id }) => id)]).toEqual([address, [out.id]])
    }
  })

  test('it removes everything, and says the second time that it is gone', { timeout: 300_000 }, async () => {
    for (const { kind, address, input, out } of made.filter(one => !stays.has(one.kind)).reverse()) {
      await removeWholly(cloud, kind, out.id, address, input)
      expect([address, await kind.remove(cloud, out.id, input, markFor(kind, address))]).toEqual([address, 'gone'])
    }
    for (const kind of kinds.kinds.filter(kind => kind.tagged && !stays.has(kind))) {
      expect([kind.type, await kind.find(cloud, { stack: 'shop' })]).toEqual([kind.type, []])
    }
  })
})
