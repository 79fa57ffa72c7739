import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Exit, Problem } from '../../src/base/errors.ts'
import { acquire, breakLock, type Holder, holderOf, LEASE_MS } from '../../src/base/lock.ts'

const folder = () => mkdtemp(join(tmpdir(), 'sw-lock-'))

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'])
  await new Promise(resolve => child.on('exit', resolve))
  return child.pid!
}

function leaveLock(dir: string, holder: Partial<Holder>): void {
  const now = new Date().toISOString()
  const whole = {
    id: 'left',
    user: 'kim',
    host: hostname(),
    pid: 1,
    command: 'up',
    since: now,
    renewed: now,
    ...holder,
  }
  writeFileSync(join(dir, 'lock'), JSON.stringify(whole))
}

describe('the lock of a stack', () => {
  it('is held by one run; the other reports who holds it and exits 3', async () => {
    const dir = await folder()
    const lease = await acquire(dir, 'stackwright up')
    const refusal = await acquire(dir, 'stackwright teardown').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Problem)
    expect((refusal as Problem).exit).toBe(Exit.locked)
    expect((refusal as Problem).what).toContain(`process ${process.pid}, "stackwright up"`)
    await lease.release()
    await (await acquire(dir, 'stackwright teardown')).release()
    expect(readdirSync(dir)).toEqual([])
  })

  it('is taken by exactly one of many at the same time', async () => {
    const dir = await folder()
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => acquire(dir, 'up')))
    expect(tries.filter(one => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('is taken by exactly one of many that find a dead holder', async () => {
    const dir = await folder()
    leaveLock(dir, { pid: await deadPid() })
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => acquire(dir, 'up')))
    expect(tries.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(readdirSync(dir)).toEqual(['lock'])
  })

  it('is taken over when the process that held it has ended', async () => {
    const dir = await folder()
    leaveLock(dir, { pid: await deadPid() })
    const lease = await acquire(dir, 'up')
    expect((await holderOf(dir))?.pid).toBe(process.pid)
    await lease.release()
  })

  it('is taken over when its pid now belongs to a later process', async () => {
    const dir = await folder()
    leaveLock(dir, { pid: process.pid, started: '1' })
    await (await acquire(dir, 'up')).release()
  })

  it('of another host is respected until its lease expires, then taken over', async () => {
    const dir = await folder()
    leaveLock(dir, { host: 'elsewhere' })
    await expect(acquire(dir, 'up')).rejects.toThrow('elsewhere')
    leaveLock(dir, { host: 'elsewhere', renewed: new Date(Date.now() - LEASE_MS - 1000).toISOString() })
    await (await acquire(dir, 'up')).release()
  })

  it('that was broken stops the run that held it before its next save', async () => {
    const dir = await folder()
    const lease = await acquire(dir, 'up')
    await breakLock(dir)
    await expect(lease.check()).rejects.toMatchObject({ exit: Exit.locked })
    const other = await acquire(dir, 'teardown')
    await expect(lease.check()).rejects.toThrow('teardown')
    await lease.release()
    expect(existsSync(join(dir, 'lock')), "a run that lost the lock must not remove the new holder's").toBe(true)
    await other.release()
  })

  it('file that is cut off in the middle does not count', async () => {
    const dir = await folder()
    for (const text of ['{"id":"x","us', 'null', '{}', '7']) {
      writeFileSync(join(dir, 'lock'), text)
      await (await acquire(dir, 'up')).release()
    }
  })

  it('file that cannot be read does not count as dead', async () => {
    const dir = await folder()
    // Root may read everything, but no one reads a folder as a file.
    mkdirSync(join(dir, 'lock'))
    await expect(acquire(dir, 'up')).rejects.toMatchObject({ exit: Exit.locked, why: 'The system reported EISDIR.' })
    expect(existsSync(join(dir, 'lock'))).toBe(true)
  })

  it('contains user, host, process, command and times', async () => {
    const dir = await folder()
    const lease = await acquire(dir, 'stackwright up --stack shop')
    const text = JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')) as Holder
    expect(text).toMatchObject({ host: hostname(), pid: process.pid, command: 'stackwright up --stack shop' })
    expect(Date.parse(text.since)).not.toBeNaN()
    await lease.release()
  })
})
