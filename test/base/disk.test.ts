import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { proveRoom, replaceFile } from '../../src/base/disk.ts'
import { Exit } from '../../src/base/errors.ts'
import { smallDisk } from '../support/disk.ts'

describe('a full or read-only disk', () => {
  it('is detected before anything is created, with its reason', async () => {
    const dir = await smallDisk('size=256k')
    await expect(proveRoom(dir)).rejects.toMatchObject({ exit: Exit.preflight, why: 'The disk is full.' })
    expect(readdirSync(dir)).toEqual([])
  })

  it('leaves the old file whole when it fills up during a write', async () => {
    const dir = await smallDisk('size=64k')
    const file = join(dir, 'state.json')
    await replaceFile(file, 'old')
    await expect(replaceFile(file, 'x'.repeat(100_000))).rejects.toThrow('The disk is full.')
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['state.json'])
    await replaceFile(file, 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  it('is reported as read-only', async () => {
    const dir = await smallDisk('size=1m,ro')
    await expect(proveRoom(dir)).rejects.toMatchObject({ why: 'The disk is read-only.' })
  })
})
