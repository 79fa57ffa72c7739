import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { proveRoom } from '../../src/base/disk.ts'
import { Exit } from '../../src/base/errors.ts'
import { openSecrets } from '../../src/engine/secrets.ts'
import { listStacks, newState, openStore, readState } from '../../src/engine/state.ts'

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

  it('that was never written is no state; one cut off anywhere is refused and left as it is', async () => {
    const dir = await folder()
    expect(await readState(dir)).toBeUndefined()
    await openStore(dir, newState(identity)).save()
    const whole = readFileSync(join(dir, 'state.json'), 'utf8').trimEnd()
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(join(dir, 'state.json'), whole.slice(0, length))
      await expect(readState(dir), `${length} characters`).rejects.toMatchObject({ exit: Exit.preflight })
    }
  })

  it('of a newer version is refused with the version named', async () => {
    const dir = await folder()
    writeFileSync(join(dir, 'state.json'), '{"version": 7, "whatever": []}')
    await expect(readState(dir)).rejects.toThrow('format 7')
  })

  it('with a field missing is refused with the field named', async () => {
    const dir = await folder()
    const { entries: _, ...rest } = newState(identity)
    writeFileSync(join(dir, 'state.json'), JSON.stringify(rest))
    await expect(readState(dir)).rejects.toThrow('"entries"')
  })

  it('names the stacks of a folder, and nothing else in it', async () => {
    const dir = await folder()
    for (const stack of ['shop', 'blog']) {
      mkdirSync(join(dir, stack))
      await openStore(join(dir, stack), newState({ ...identity, stack })).save()
    }
    mkdirSync(join(dir, '.sandbox'))
    expect(await listStacks(dir)).toEqual(['blog', 'shop'])
  })
})

describe('a disk that takes no more', () => {
  const mounts: string[] = []
  afterEach(() => {
    for (const mount of mounts.splice(0)) execFileSync('umount', [mount])
  })

  async function smallDisk(options: string): Promise<string> {
    const dir = await folder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir])
    mounts.push(dir)
    return dir
  }

  it('is found out before anything is created, and named', async () => {
    const dir = await smallDisk('size=256k')
    await expect(proveRoom(dir)).rejects.toMatchObject({ exit: Exit.preflight, why: 'The disk is full.' })
    expect(readdirSync(dir)).toEqual([])
  })

  it('keeps the old state whole when it fills up during a save', async () => {
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

  it('because it is read-only is named', async () => {
    const dir = await smallDisk('size=1m,ro')
    await expect(proveRoom(dir)).rejects.toMatchObject({ why: 'The disk is read-only.' })
  })
})

describe('the secret store', () => {
  it('keeps a secret made once for ever after, readable by its owner only', async () => {
    const dir = await folder()
    const first = await openSecrets(dir)
    const values = await Promise.all([1, 2, 3].map(n => first.keep('database.password', () => `made-${n}`)))
    expect(new Set(values)).toEqual(new Set(['made-1']))
    expect((await openSecrets(dir)).get('database.password')).toBe('made-1')
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('counts how often a value has changed', async () => {
    const secrets = await openSecrets(await folder())
    expect(secrets.version('p')).toBe(0)
    await secrets.set('p', 'a')
    await secrets.set('p', 'a')
    expect(secrets.version('p')).toBe(1)
    await secrets.set('p', 'b')
    expect(secrets.version('p')).toBe(2)
  })

  it('writes nothing when it was opened dry', async () => {
    const dir = await folder()
    const secrets = await openSecrets(dir, { dry: true })
    await secrets.keep('p', () => 'x')
    expect(readdirSync(dir)).toEqual([])
  })

  it('that is damaged is refused without a word of its text', async () => {
    const dir = await folder()
    writeFileSync(join(dir, 'secrets.json'), '{"version":1,"secrets":{"p":{"value":"hunter2-very-secret')
    const refusal = (await openSecrets(dir).catch((error: unknown) => error)) as Error
    expect(refusal.message).not.toContain('hunter2')
    expect(refusal.cause).toBeUndefined()
  })
})
