import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The id of a sandbox's data, by which its containers and networks are found: kept in the data folder, made at the
 * first time. Without a folder it lives as long as the process.
 */
export function sandboxId(data: string | undefined): string {
  const fresh = randomBytes(4).toString('hex')
  if (!data) return fresh
  mkdirSync(data, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(idFile(data), `${fresh}\n`, { flag: 'wx', mode: 0o600 })
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const id = idOf(data)
    if (id) return id
    throw new Error(`${idFile(data)} does not hold the id of a sandbox.`)
  }
}

/** The id that a data folder holds; nothing when its machines never ran. */
export function idOf(data: string): string | undefined {
  if (!existsSync(idFile(data))) return undefined
  const id = readFileSync(idFile(data), 'utf8').trim()
  return /^[a-z0-9]{4,32}$/.test(id) ? id : undefined
}

/**
 * The id under which the containers of AWS are found: each cloud's part removes what it does not know under its own.
 */
export function awsId(sandbox: string): string {
  return `${sandbox}aws`
}

/** The file that holds the id of a data folder. */
export function idFile(data: string): string {
  return join(data, 'sandbox-id')
}

/** Notes on this computer where the data of a sandbox with containers is, for a removal of all of them. */
export function remember(id: string, data: string, env: NodeJS.ProcessEnv): void {
  try {
    mkdirSync(listFolder(env), { recursive: true, mode: 0o700 })
    writeFileSync(join(listFolder(env), id), `${data}\n`, { mode: 0o600 })
  } catch {
    // A home that cannot be written: its containers are still found by their labels.
  }
}

/** The data folders noted so far. */
export function remembered(env: NodeJS.ProcessEnv): { id: string; data: string }[] {
  const folder = listFolder(env)
  if (!existsSync(folder)) return []
  return readdirSync(folder).map(id => ({ id, data: readFileSync(join(folder, id), 'utf8').trim() }))
}

/** Forgets where the data of a removed sandbox was; one that was not noted is fine. */
export function forget(id: string, env: NodeJS.ProcessEnv): void {
  rmSync(join(listFolder(env), id), { force: true })
}

function listFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stackwright', 'sandboxes')
}
