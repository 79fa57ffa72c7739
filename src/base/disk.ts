import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Exit, Problem } from './errors.ts'

/**
 * Replaces a file atomically: temporary file beside it, fsync, rename, fsync of the folder. After a kill the file holds
 * the old text or the new one, never a mixture. Mode 0600. Throws a Problem (exit 4) when it cannot be written.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw diskProblem(path, error)
  }
}

/** Creates a private folder (mode 0700) with its parents. Throws a Problem (exit 4) when that is not possible. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw diskProblem(path, (await firstRefusal(path)) ?? error)
  }
}

/** A recursive mkdir reports ENOENT on a read-only disk; creating the first missing folder alone gives the real error. */
async function firstRefusal(path: string): Promise<unknown> {
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) return firstRefusal(parent)
  return mkdir(path).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/**
 * Checks that a file as large as the state can become (512 KiB) fits into a folder, before anything is created that the
 * state has to record. Throws a Problem (exit 4) when it does not.
 */
export async function proveRoom(folder: string): Promise<void> {
  const probe = join(folder, `.room.${randomBytes(4).toString('hex')}`)
  try {
    await replaceFile(probe, 'x'.repeat(512 * 1024))
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; the rename alone has to be enough there.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'Your disk quota is used up.',
  EROFS: 'The disk is read-only.',
  EACCES: 'You do not have permission to write there.',
  EPERM: 'You do not have permission to write there.',
  ENOTDIR: 'Part of that path is a file, not a folder.',
  EEXIST: 'A file of that name already exists.',
  EIO: 'The disk reported an error.',
}

function diskProblem(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
  return new Problem({
    what: `Cannot write ${path}.`,
    why: REASONS[code] ?? `The system reported ${code}.`,
    next: 'Free some space or choose another folder with --state, then run the same command again: it continues where it stopped.',
    exit: Exit.preflight,
    cause: error,
  })
}
