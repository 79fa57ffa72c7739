import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Exit, Problem } from './errors.ts'

/**
 * Replaces a file in one instant: temp file beside it, fsync, rename, fsync of the folder. After a kill there is the
 * old text or the new one, never a mixture. Mode 0600. Throws a Problem when the disk is full or read-only.
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

/** Makes a private folder (0700) that will hold state. Throws a Problem when that is not possible. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw diskProblem(path, (await firstRefusal(path)) ?? error)
  }
}

/** Making folders in one go says "not there" of a read-only disk; the first one that is missing gets the true reason. */
async function firstRefusal(path: string): Promise<unknown> {
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) return firstRefusal(parent)
  return mkdir(path).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/**
 * Proves that a folder takes a file as large as the state may become, before anything is created that the state would
 * have to remember. Throws a Problem with exit 4.
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
  // Windows cannot open a folder; there the rename itself has to do.
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
  EACCES: 'You may not write there.',
  EPERM: 'You may not write there.',
  ENOTDIR: 'Part of that path is a file, not a folder.',
  EEXIST: 'A file of that name is in the way.',
  EIO: 'The disk reports an error.',
}

function diskProblem(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
  return new Problem({
    what: `Cannot write ${path}.`,
    why: REASONS[code] ?? `The system says ${code}.`,
    next: 'Make room or choose another folder with --state, then run the same command again: it goes on where it stopped.',
    exit: Exit.preflight,
    cause: error,
  })
}
