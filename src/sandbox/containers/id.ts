import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The id of a sandbox's data, by which its containers and networks are found: kept in the data folder, made at the
 * first time. Without a folder it lives as long as the process.
 */
export function sandboxId(data: string | undefined): string {
  const fresh = randomBytes(4).toString('hex')
  if (!data) return fresh
  const file = join(data, 'sandbox-id')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${fresh}\n`, { flag: 'wx', mode: 0o600 })
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const id = readFileSync(file, 'utf8').trim()
    if (/^[a-z0-9]{4,32}$/.test(id)) return id
    throw new Error(`${file} does not hold the id of a sandbox.`)
  }
}
