import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, replaceFile } from '../base/disk.ts'
import { Exit, Problem } from '../base/errors.ts'

/** The only file that holds secrets: `<stack folder>/secrets.json`, mode 0600. Everything else holds their names. */
export interface Secrets {
  has(name: string): boolean
  get(name: string): string | undefined
  /** How often the value has changed, from 1: part of what is compared when answers change. 0: none. */
  version(name: string): number
  /** On disk before it is used for anything. */
  set(name: string, value: string): Promise<void>
  /** The value of this name; made and saved the first time, the same ever after. */
  keep(name: string, make: () => string): Promise<string>
  /** All values, for a test that nothing else contains them. */
  values(): string[]
  /** Removes the file: the stack is gone. */
  discard(): Promise<void>
}

interface Kept {
  value: string
  version: number
}

/**
 * Opens the store; makes no file until the first secret is set. With `dry` nothing is ever written (for `plan`).
 * Throws a Problem (exit 4) when the file is there but cannot be read.
 */
export async function openSecrets(folder: string, { dry = false } = {}): Promise<Secrets> {
  const path = join(folder, 'secrets.json')
  const kept = await read(path)
  let writing: Promise<void> = Promise.resolve()

  function save(): Promise<void> {
    if (dry) return Promise.resolve()
    writing = writing
      .catch(() => undefined)
      .then(async () => {
        await makeFolder(folder)
        await replaceFile(path, JSON.stringify({ version: 1, secrets: Object.fromEntries(kept) }, null, 1) + '\n')
      })
    return writing
  }

  async function set(name: string, value: string): Promise<void> {
    const old = kept.get(name)
    if (old?.value === value) return
    kept.set(name, { value, version: (old?.version ?? 0) + 1 })
    await save()
  }

  return {
    has: name => kept.has(name),
    get: name => kept.get(name)?.value,
    version: name => kept.get(name)?.version ?? 0,
    set,
    async keep(name, make) {
      const old = kept.get(name)
      if (old) {
        // Another caller may have made it a moment ago: wait until it is on the disk.
        await writing
        return old.value
      }
      const value = make()
      await set(name, value)
      return value
    },
    values: () => [...kept.values()].map(secret => secret.value),
    async discard() {
      await writing.catch(() => undefined)
      await rm(path, { force: true })
    },
  }
}

async function read(path: string): Promise<Map<string, Kept>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw unreadable(path, error)
  }
  try {
    const { secrets } = JSON.parse(text) as { secrets: Record<string, Kept> }
    return new Map(Object.entries(secrets))
  } catch {
    // The parser's own message quotes the text, which is all secrets: it must not travel on.
    throw unreadable(path)
  }
}

function unreadable(path: string, cause?: unknown): Problem {
  return new Problem({
    what: `The secret store ${path} cannot be read.`,
    why: 'It is damaged, or belongs to another user.',
    next: 'Put back a copy of it. If there is none, tear the stack down and build it anew.',
    exit: Exit.preflight,
    cause,
  })
}
