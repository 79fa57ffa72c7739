import type { Secrets } from '../engine/secrets.ts'
import { openSecrets } from '../engine/secrets.ts'

/**
 * The secret store as a command sees it: until the plan is confirmed nothing is written, so a look at the plan leaves
 * no trace; what was made meanwhile (a login key whose public half is in the plan) is written then.
 */
export interface Vault {
  secrets: Secrets
  /** From now on everything is on the disk before it is used. */
  writeFromNowOn(): Promise<void>
}

/** Opens the secrets of a stack without writing. Throws a Problem (exit 4) when the file is there but cannot be read. */
export async function openVault(folder: string): Promise<Vault> {
  const dry = await openSecrets(folder, { dry: true })
  const staged = new Map<string, string>()
  let current = dry
  const secrets: Secrets = {
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
  }
  return {
    secrets,
    async writeFromNowOn() {
      if (current !== dry) return
      current = await openSecrets(folder)
      for (const [name, value] of staged) await current.set(name, value)
    },
  }
}
