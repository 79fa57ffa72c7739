import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from './runtime.ts'

const root = '/sys/fs/cgroup'

/** The processor time that a container has used since it was made, milliseconds. Undefined when nobody tells. */
export async function cpuTimeOf(runtime: Runtime, name: string): Promise<number | undefined> {
  const ran = await runtime.run(['container', 'inspect', '--format', '{{.State.CgroupPath}}', name])
  const path = ran.stdout.trim()
  return ran.code === 0 && path !== '' ? await cpuTimeIn(path) : undefined
}

/** Of a control group, by its path below the mount, of either version. */
async function cpuTimeIn(path: string): Promise<number | undefined> {
  const second = await readOrNothing(join(root, path, 'cpu.stat'))
  const usec = /^usage_usec (\d+)$/m.exec(second)?.[1]
  if (usec !== undefined) return Number(usec) / 1000
  const nsec = (await readOrNothing(join(root, 'cpuacct', path, 'cpuacct.usage'))).trim()
  return nsec === '' ? undefined : Number(nsec) / 1_000_000
}

async function readOrNothing(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '')
}
