import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { awsId, forget, idFile, idOf, remembered } from '../containers/id.ts'
import { type Kept, purge } from '../containers/purge.ts'
import { findRuntime } from '../containers/runtime.ts'
import { AUTHORITY_FILE } from '../http/authority.ts'
import { stopSandbox } from './process.ts'

/** What a purge removed. */
export interface Purged {
  /** A server ran and was stopped. */
  stopped: boolean
  removed: Kept[]
}

/**
 * Removes one sandbox wholly: stops its server if one runs, removes its containers and networks (also what a killed
 * server left), and its data.
 */
export async function purgeSandbox({ data, env }: { data: string; env: NodeJS.ProcessEnv }): Promise<Purged> {
  // The folder's own server, not one that the environment names.
  const stopped = await stopSandbox({ data, env: {} })
  const id = idOf(data)
  const removed = id === undefined ? [] : await purgeContainers(id, env)
  // Only files of ours, by name: the folder may be anyone's.
  const files = ['world.jsonl', 'server.json', 'server.log', AUTHORITY_FILE, `${AUTHORITY_FILE}.new`].map(name =>
    join(data, name),
  )
  for (const file of [...files, idFile(data)]) rmSync(file, { force: true })
  try {
    rmdirSync(data)
  } catch {
    // Something else is in it, or it never was.
  }
  if (id !== undefined) forget(id, env)
  return { stopped, removed }
}

async function purgeContainers(id: string, env: NodeJS.ProcessEnv): Promise<Kept[]> {
  const runtime = await findRuntime(env)
  const both = await Promise.all([id, awsId(id)].map(one => purge(runtime, one)))
  return both.flat()
}

/** Removes every sandbox on this computer whose machines ran as containers, and whatever carries their mark. */
export async function purgeAll(env: NodeJS.ProcessEnv): Promise<Purged> {
  const runtime = await findRuntime(env)
  const all: Purged = { stopped: false, removed: [] }
  for (const { id, data } of remembered(env)) {
    if (!existsSync(data) || idOf(data) !== id) {
      forget(id, env)
      continue
    }
    const one = await purgeSandbox({ data, env })
    all.stopped ||= one.stopped
    all.removed.push(...one.removed)
  }
  all.removed.push(...(await purge(runtime)))
  return all
}
