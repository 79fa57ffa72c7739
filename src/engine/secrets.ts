import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, replaceFile } from '../base/disk.ts'
import { Exit, Problem } from '../base/errors.ts'

/** The only file with secrets: `<stack folder>/secrets.json`, mode 0600. Everything else holds their names. */
export interface Secrets {
  has(name: string): boolean
  get(name: string): string | undefined
  /** How often the value has changed, from 1: part of what is compared when answers change. 0: there is none. */
  version(name: string): number
  /** Resolves when the value is on the disk. Rejects with a Problem (exit 4) when it cannot be written. */
  set(name: string, value: string): Promise<void>
  /** The value of this name; the first call generates and saves it, later ones return the same. */
  keep(name: string, make: () => string): Promise<string>
  /** All values, for tests that nothing else contains them. */
  values(): string[]
  /** Removes the file: the stack is gone. */
  discard(): Promise<void>
}

interface Kept {
  value: string
  version: number
}

/**
 * Opens the secrets of a stack; creates no file until the first one is set. With `dry` nothing is ever written (for
 * `plan`). Throws a Problem (exit 4) when the file exists but cannot be read.
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
        // Another caller can have generated it a moment ago: wait until it is on the disk.
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
    // The parser's message quotes the text, which is all secrets: it must not become the cause.
    throw unreadable(path)
  }
}

function unreadable(path: string, cause?: unknown): Problem {
  return new Problem({
    what: `Cannot read the secret store ${path}.`,
    why: 'It is damaged, or it belongs to another user.',
    next: 'Restore a copy of it. If you have none, tear the stack down and build it again.',
    exit: Exit.preflight,
    cause,
  })
}
