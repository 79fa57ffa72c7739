import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Exit } from '../../src/base/errors.ts'
import { listStacks, newState, openStore, readState } from '../../src/engine/state.ts'
import { smallDisk } from '../support/disk.ts'

const identity = {
  stack: 'shop',
  blueprint: 'django',
  cloud: 'alicloud',
  account: '5',
  region: 'ap-northeast-1',
  sandbox: true,
} as const
const folder = () => mkdtemp(join(tmpdir(), 'sw-state-'))

describe('the state file', () => {
  it('is read back as it was saved, and only its owner may read it', async () => {
    const dir = await folder()
    const state = newState(identity)
    await openStore(dir, state).save()
    expect(await readState(dir)).toEqual(state)
    expect(statSync(join(dir, 'state.json')).mode & 0o777).toBe(0o600)
  })

  it('holds every change whose save has resolved, whoever saved at the same time', async () => {
    const dir = await folder()
    const store = openStore(dir, newState(identity))
    const saves = Array.from({ length: 100 }, async (_, n) => {
      store.state.generations[`a/${n}`] = n
      await store.save()
      const onDisk = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as typeof store.state
      expect(onDisk.generations[`a/${n}`]).toBe(n)
    })
    await Promise.all(saves)
    expect(store.state.serial).toBeLessThan(10)
    expect(readdirSync(dir)).toEqual(['state.json'])
  })

  it('that does not exist is no state; one cut off anywhere is refused and left as it is', async () => {
    const dir = await folder()
    expect(await readState(dir)).toBeUndefined()
    await openStore(dir, newState(identity)).save()
    const whole = readFileSync(join(dir, 'state.json'), 'utf8').trimEnd()
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(join(dir, 'state.json'), whole.slice(0, length))
      await expect(readState(dir), `${length} characters`).rejects.toMatchObject({ exit: Exit.preflight })
    }
  })

  it('of a newer version is refused with its version', async () => {
    const dir = await folder()
    writeFileSync(join(dir, 'state.json'), '{"version": 7, "whatever": []}')
    await expect(readState(dir)).rejects.toThrow('format 7')
  })

  it('without a field is refused with the name of the field', async () => {
    const dir = await folder()
    const { entries: _, ...rest } = newState(identity)
    writeFileSync(join(dir, 'state.json'), JSON.stringify(rest))
    await expect(readState(dir)).rejects.toThrow('"entries"')
  })

  it('is what makes a folder a stack in the list', async () => {
    const dir = await folder()
    for (const stack of ['shop', 'blog']) {
      mkdirSync(join(dir, stack))
      await openStore(join(dir, stack), newState({ ...identity, stack })).save()
    }
    mkdirSync(join(dir, '.sandbox'))
    expect(await listStacks(dir)).toEqual(['blog', 'shop'])
  })

  it('stays whole when the disk fills up during a save, and the next save works', async () => {
    const dir = await smallDisk('size=64k')
    const store = openStore(dir, newState(identity))
    await store.save()
    const before = await readState(dir)
    store.state.outputs.long = 'x'.repeat(100_000)
    await expect(store.save()).rejects.toThrow('The disk is full.')
    expect((await readState(dir))?.outputs).toEqual(before?.outputs)
    delete store.state.outputs.long
    await store.save()
  })
})
