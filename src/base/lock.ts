import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { makeFolder, replaceFile } from './disk.ts'
import { Exit, Problem } from './errors.ts'

/** The run that is working on a stack; the content of the lock file. */
export interface Holder {
  id: string
  user: string
  host: string
  pid: number
  /** When the process started, in the system's own count: a later process with the same pid is not the holder. */
  started?: string
  command: string
  /** ISO 8601 UTC, like `renewed`. */
  since: string
  renewed: string
}

/** A lock that this run holds; it renews itself every 10 seconds until it is released. */
export interface Lease {
  holder: Holder
  /** Throws a Problem (exit 3) when another run has taken the lock: nothing may be written from then on. */
  check(): Promise<void>
  /** Removes the lock file if it is still ours. */
  release(): Promise<void>
}

/** A holder on another host that has not renewed its lock for this long counts as dead. Milliseconds. */
export const LEASE_MS = 60_000
const RENEW_MS = 10_000

/**
 * Takes the lock of a stack, or throws a Problem (exit 3) that names the holder. The lock of a dead holder (its process
 * has ended on this host, or its lease from another host has expired) is taken over.
 */
export async function acquire(folder: string, command: string): Promise<Lease> {
  await makeFolder(folder)
  const path = join(folder, 'lock')
  const mine = describeMyself(command)
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await place(folder, path, mine)) return lease(folder, path, mine)
    const other = await holderOf(folder)
    if (other && !isDead(other)) throw lockedBy(other)
    if (other) await takeAway(path, other)
  }
  throw new Problem({
    what: 'Other runs keep taking the lock of this stack.',
    next: 'Run the same command again.',
    exit: Exit.locked,
  })
}

/**
 * The holder of a stack's lock, or undefined. A lock file that cannot be parsed belongs to an unknown, dead holder.
 * Throws a Problem (exit 3) for a lock file that cannot be read: its holder may be alive.
 */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const path = join(folder, 'lock')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new Problem({
      what: `Cannot read the lock ${path}.`,
      why: `The system reported ${code}.`,
      next: 'Run this command as the user who built the stack. If no other run is working on it, delete that file.',
      exit: Exit.locked,
      cause: error,
    })
  }
  return (
    holderIn(text) ?? { id: '', user: 'unknown', host: 'unknown', pid: 0, command: 'unknown', since: '', renewed: '' }
  )
}

function holderIn(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    const whole =
      typeof holder?.id === 'string' &&
      typeof holder.host === 'string' &&
      typeof holder.pid === 'number' &&
      typeof holder.renewed === 'string'
    return whole ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

/** Whether the holder's run cannot be alive: its process has ended, or its lease has expired. */
export function isDead(holder: Holder): boolean {
  if (holder.id === '') return true
  if (holder.host === hostname()) return !isAlive(holder)
  return Date.now() - Date.parse(holder.renewed) > LEASE_MS
}

/** Removes the lock, whoever holds it (the `unlock` command). No lock is fine. */
export async function breakLock(folder: string): Promise<void> {
  await rm(join(folder, 'lock'), { force: true })
}

/** Creates the lock file with its content already in it. Returns false when there is one already. */
async function place(folder: string, path: string, mine: Holder): Promise<boolean> {
  const draft = join(folder, `.lock.${mine.id}`)
  await replaceFile(draft, JSON.stringify(mine) + '\n')
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Moves a dead holder's lock aside. Two processes can find the same dead holder, and the slower one would move the
 * faster one's new lock: so it reads what it has moved, and puts a lock of another holder back.
 */
async function takeAway(path: string, dead: Holder): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = await readFile(aside, 'utf8').catch(() => '')
  if (dead.id !== '' && !moved.includes(dead.id)) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

function lease(folder: string, path: string, mine: Holder): Lease {
  async function check(): Promise<void> {
    const now = await holderOf(folder)
    if (now?.id === mine.id) return
    throw now
      ? lockedBy(now)
      : new Problem({
          what: 'The lock of this stack was removed during this run.',
          why: 'Somebody ran "stackwright unlock".',
          next: 'Make sure that no other run is working on this stack, then run the same command again.',
          exit: Exit.locked,
        })
  }
  async function renew(): Promise<void> {
    await check()
    const draft = `${path}.${mine.id}`
    await writeFile(draft, JSON.stringify({ ...mine, renewed: new Date().toISOString() }) + '\n', { mode: 0o600 })
    await rename(draft, path)
  }
  // A failed renewal does not stop the run: the check before the next save does.
  let renewing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renew().catch(() => undefined)
  }, RENEW_MS)
  timer.unref()
  return {
    holder: mine,
    check,
    async release() {
      clearInterval(timer)
      // A renewal in progress would put the lock back.
      await renewing
      const now = await holderOf(folder)
      if (now?.id === mine.id) await rm(path, { force: true })
    },
  }
}

function describeMyself(command: string): Holder {
  const now = new Date().toISOString()
  const started = startOf(process.pid)
  return {
    id: randomBytes(8).toString('hex'),
    user: userName(),
    host: hostname(),
    pid: process.pid,
    ...(started && { started }),
    command,
    since: now,
    renewed: now,
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = startOf(holder.pid)
  return !holder.started || !started || holder.started === started
}

/** On Linux a process's start in clock ticks since boot, field 22 of /proc/PID/stat; undefined on other systems. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : fields[19]
  } catch {
    return undefined
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** The Problem (exit 3) that names the run holding the lock. */
export function lockedBy(holder: Holder): Problem {
  return new Problem({
    what: `Another run is working on this stack: ${holder.user}@${holder.host}, process ${holder.pid}, "${holder.command}", since ${holder.since}.`,
    next: 'Wait for it to finish. If you are sure that it has ended, run: stackwright unlock',
    exit: Exit.locked,
  })
}
