import { openSecrets, type Secrets } from '../engine/secrets.ts'

/**
 * The secret store as a command uses it: nothing is written until the plan is confirmed, so that looking at a plan
 * leaves no trace. What was set or generated until then (a login key whose public half is in the plan) is kept in
 * memory and written by `writeThrough`.
 */
export interface StagedSecrets extends Secrets {
  /** Writes what is staged; from then on every secret is on the disk before it is used. Can be called again. */
  writeThrough(): Promise<void>
}

/**
 * Opens a stack's secrets without writing anything.
 * Throws a Problem (exit 4) when the file exists but cannot be read.
 */
export async function openStagedSecrets(folder: string): Promise<StagedSecrets> {
  const dry = await openSecrets(folder, { dry: true })
  const staged = new Map<string, string>()
  let current = dry
  return {
    has: name => current.has(name),
    get: name => current.get(name),
    version: name => current.version(name),
    async set(name, value) {
      staged.set(name, value)
      await current.set(name, value)
    },
    async keep(name, make) {
      const known = current.has(name)
      const value = await current.keep(name, make)
      if (!known) staged.set(name, value)
      return value
    },
    values: () => current.values(),
    discard: () => current.discard(),
    async writeThrough() {
      if (current !== dry) return
      current = await openSecrets(folder)
      for (const [name, value] of staged) await current.set(name, value)
    },
  }
}
