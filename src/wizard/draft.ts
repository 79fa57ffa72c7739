import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, replaceFile } from '../base/disk.ts'
import type { Json } from '../base/json.ts'

/** An unfinished interview. Contains no secret: those are in the secret store, and appear here by name. */
export interface DraftData {
  version: 1
  answered: Record<string, Json>
  /** Questions whose default was taken. */
  accepted: string[]
  /** Whether every field is shown, by the headings of the steps that were started. */
  gates: Record<string, boolean>
}

/** Where an unfinished interview is kept. */
export interface Draft {
  load(): Promise<DraftData | undefined>
  /** Rejects with a Problem (exit 4) when it cannot be written. */
  save(data: DraftData): Promise<void>
  /** For the caller, once the answers are in the state; and for "start over". */
  clear(): Promise<void>
}

/** The draft in `<stack folder>/interview.json`, mode 0600. One that cannot be read counts as none. */
export function draftIn(folder: string): Draft {
  const path = join(folder, 'interview.json')
  return {
    async load() {
      try {
        const data = JSON.parse(await readFile(path, 'utf8')) as DraftData
        return data.version === 1 && data.answered && Array.isArray(data.accepted) && data.gates ? data : undefined
      } catch {
        return undefined
      }
    },
    async save(data) {
      await makeFolder(folder)
      await replaceFile(path, `${JSON.stringify(data, null, 1)}\n`)
    },
    clear: () => rm(path, { force: true }),
  }
}

/** A draft that keeps nothing: for `plan`, which writes nothing. */
export const noDraft: Draft = {
  load: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
  clear: () => Promise.resolve(),
}
