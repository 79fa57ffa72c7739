import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { oneAtATime } from './one-at-a-time.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/**
 * Vitest's global set-up: one temporary folder for everything the tests leave, removed at the end; and the built
 * program, which the tests of the command line run, is built when sources are newer.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(join(process.env.TESTS_FOLDER ?? tmpdir(), 'sw-tests-'))
  // Servers that the tests start as another user keep their data below it.
  await chmod(temporary, 0o755)
  process.env.TMPDIR = temporary
  await buildWhenStale()
  return () => rm(temporary, { recursive: true, force: true, maxRetries: 5 })
}

async function buildWhenStale(): Promise<void> {
  const release = await oneAtATime(join(root, 'node_modules/.building'), 60_000)
  try {
    if (!(await stale())) return
    const { buildAll } = (await import('../../scripts/build.mjs' as string)) as { buildAll(): Promise<string[]> }
    await buildAll()
  } finally {
    await release()
  }
}

async function stale(): Promise<boolean> {
  const built = await modified(join(root, 'dist/help.txt'))
  if (!built) return true
  const sources = (await Promise.all(['src', 'scripts/build'].map(filesIn))).flat()
  sources.push(join(root, 'scripts/build.mjs'), join(root, 'package.json'))
  const times = await Promise.all(sources.map(modified))
  return times.some(time => time > built)
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

async function modified(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? 0
}
