import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createJournal } from '../../../src/emulator/world/journal.ts'
import { openStore, type Store, type Transaction } from '../../../src/emulator/world/store.ts'
import { createWorld, freshState } from '../../../src/emulator/world/world.ts'
import { call, folder, sandbox } from '../support.ts'

const resource = { cloud: 'alicloud', type: 'vpc', account: '1', region: 'r', tags: {}, data: {} } as const

describe('saving', () => {
  it('tells of a disk that is full, and makes up for it at the next call', () => {
    const lines: Transaction[] = []
    let full = true
    const store: Store = {
      saved: { world: freshState(1, 1), tokens: new Map(), ports: new Map() },
      append(transaction) {
        if (full) throw new Error('ENOSPC: no space left on device')
        lines.push(transaction)
      },
      close() {},
    }
    const world = createWorld(store.saved.world, 1)
    const save = createJournal(store, world)
    world.add({ ...resource, id: 'a' })
    world.drop(world.add({ ...resource, id: 'b' }))
    const token = ['key', { asked: 'x', answer: {} }] as [string, { asked: string; answer: object }]
    expect(() => save({ token: token as never })).toThrow('ENOSPC')
    full = false
    world.add({ ...resource, id: 'c' })
    save()
    expect(lines).toMatchObject([{ put: [{ id: 'a' }, { id: 'c' }], drop: ['vpc b'], tokens: [token] }])
    save()
    expect(lines).toHaveLength(1)
  })

  it('reads over a line that was torn in the middle of the file', async () => {
    const data = folder()
    const first = await sandbox({ data })
    const { VpcId } = await call(first.url, 'vpc.CreateVpc', { RegionId: 'ap-northeast-1' })
    await first.close()
    const file = join(data, 'world.jsonl')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(file, [...lines.slice(0, 2), '{"clock":{"clo', ...lines.slice(2), ''].join('\n'))
    expect((await sandbox({ data })).inventory().map(one => one.id)).toEqual([VpcId])
  })

  it('starts a line of its own where the last one was torn', () => {
    const file = join(folder(), 'world.jsonl')
    const fresh = { speed: 1, seed: 1 }
    openStore(file, fresh).close()
    appendFileSync(file, '{"clock"')
    const again = openStore(file, fresh)
    again.append({ clock: { cloud: 5, real: 5, speed: 1 }, random: 9 })
    again.close()
    expect(openStore(file, fresh).saved.world.random).toBe(9)
  })
})
