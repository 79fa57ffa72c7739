import { execFileSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder on a file system of its own until the test ends; `options` as mount takes them: `size=64k`, `ro`. */
export async function smallDisk(options: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => void execFileSync('umount', [folder]))
  return folder
}
