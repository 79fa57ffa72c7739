import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Who serves a data folder. The url is empty while it is still starting. */
export interface Owner {
  url: string
  pid: number
  /** Our milliseconds since 1970 when it took the folder. */
  since: number
}

/** A start takes well under a second; who has no address after this long has died. */
const longestStart = 10_000

/** Who serves the folder, or did when it was killed; undefined where nobody did. */
export function readOwner(data: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(data), 'utf8')) as Partial<Owner>
    if (typeof owner.url === 'string' && typeof owner.pid === 'number') {
      return { url: owner.url, pid: owner.pid, since: owner.since ?? 0 }
    }
  } catch {
    // Absent, or being written.
  }
  return undefined
}

/**
 * Takes a data folder for this process: two servers on one folder would write over each other's data. A file left by
 * a dead server is put aside. Returns the other server when a living one has the folder.
 */
export async function claim(data: string): Promise<Owner | undefined> {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const mine: Owner = { url: '', pid: process.pid, since: Date.now() }
  for (;;) {
    if (wrote(data, mine)) {
      // Someone who also saw the dead server's file may have just put ours aside instead of it.
      await wait(30)
      if (readOwner(data)?.pid === process.pid) return undefined
    }
    const other = readOwner(data)
    if (other && (await isServing(other))) return other
    putAside(data)
  }
}

/** Tells everyone where the folder's server answers. */
export function announce(data: string, url: string): void {
  const beside = `${ownerFile(data)}.${process.pid}.new`
  writeFileSync(beside, owned({ url, pid: process.pid, since: Date.now() }), { mode: 0o600 })
  renameSync(beside, ownerFile(data))
}

/** Gives the folder back, unless it has become another's. */
export function release(data: string): void {
  if (readOwner(data)?.pid === process.pid) quietly(() => unlinkSync(ownerFile(data)))
}

/** Alive and answering; a process id alone may have been given to another program since. */
export async function isServing(owner: Owner): Promise<boolean> {
  if (!isAlive(owner.pid)) return false
  if (owner.url) return (await statusOf(owner.url))?.pid === owner.pid
  return owner.pid !== process.pid && Date.now() - owner.since < longestStart
}

/** What a server says of itself. */
export interface Status {
  pid: number
  speed: number
  faults: string
  machines: 'none' | 'container'
}

/** What the server at this address says of itself; nothing when none answers. */
export async function statusOf(url: string): Promise<Status | undefined> {
  try {
    const response = await fetch(new URL('/-/status', url), { signal: AbortSignal.timeout(5_000) })
    const status = (await response.json()) as { [name in keyof Status]?: unknown }
    if (typeof status.pid !== 'number' || typeof status.speed !== 'number') return undefined
    const machines = status.machines === 'container' ? 'container' : 'none'
    return { pid: status.pid, speed: status.speed, faults: String(status.faults ?? ''), machines }
  } catch {
    return undefined
  }
}

/** Whether a process of this id runs, also another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function wrote(data: string, owner: Owner): boolean {
  try {
    writeFileSync(ownerFile(data), owned(owner), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function putAside(data: string): void {
  const aside = `${ownerFile(data)}.${process.pid}.old`
  quietly(() => renameSync(ownerFile(data), aside))
  quietly(() => unlinkSync(aside))
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // Another was quicker.
  }
}

function owned(owner: Owner): string {
  return `${JSON.stringify(owner)}\n`
}

function ownerFile(data: string): string {
  return join(data, 'server.json')
}
