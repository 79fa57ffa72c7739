import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A fresh empty folder, as a person would start in. */
export const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'sw-'))
