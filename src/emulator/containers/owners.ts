import { createHash } from 'node:crypto'
import { chown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from './runtime.ts'

/**
 * The users of a container as this computer sees them: its root is `base`, its user 33 is `base + 33`. The label records
 * it on the container; `none`: they are the computer's own.
 */
export const ownersLabel = 'stackwright.owners'

const size = 65_536
/** systemd keeps 524288 to 1879048191 for containers; the lower part is where administrators give ids out by hand. */
const first = 0x2000_0000
const last = 0x6fff_0000

/** The label's value for a new container: users that no other container has. Containers share them where a mapping costs a copy of the image. */
export async function ownersFor(runtime: Runtime, name: string): Promise<string> {
  if (!runtime.rights.userNamespaces) return 'none'
  if (!runtime.rights.shifts) return String(first)
  const format = `{{index .Labels "${ownersLabel}"}}`
  const listed = await runtime.must('The containers could not be listed.', ['ps', '--all', '--format', format])
  const taken = listed.split('\n').map(Number).filter(Boolean)
  return String(freeBase(name, [...taken.map(base => ({ base, size })), ...(await givenOut())]))
}

/** The flags that put a container into a user namespace. */
export function ownersFlags(owners: string): string[] {
  const maps = ['--uidmap', `0:${owners}:${size}`, '--gidmap', `0:${owners}:${size}`]
  return ['--label', `${ownersLabel}=${owners}`, ...(owners === 'none' ? [] : maps)]
}

/**
 * Lets the container's root run systemd in its own control group (`pid`: the container's first process). Only the files
 * with which a group is divided are handed over (`cgroups(7)`, "Delegation"): its limits stay this computer's.
 */
export async function handOverControlGroup(pid: number, owners: string): Promise<void> {
  if (owners === 'none') return
  const groups = groupsOf(await readFile(`/proc/${pid}/cgroup`, 'utf8'), await readFile('/proc/self/mountinfo', 'utf8'))
  for (const folder of groups) {
    for (const file of ['', 'cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control', 'tasks']) {
      await chown(join(folder, file), Number(owners), Number(owners)).catch(unlessMissing)
    }
  }
}

/** The first free place, from one that depends on the name: two that look at the same moment rarely want the same. */
export function freeBase(name: string, taken: { base: number; size: number }[]): number {
  const places = (last - first) / size
  const start = createHash('sha256').update(name).digest().readUInt32BE() % places
  for (let index = 0; index < places; index++) {
    const base = first + ((start + index) % places) * size
    if (taken.every(one => base + size <= one.base || one.base + one.size <= base)) return base
  }
  return first + start * size
}

/** Folders of the control group in systemd's hierarchy and in the unified one, each where it is mounted. */
function groupsOf(groups: string, mounts: string): string[] {
  return groups.split('\n').flatMap(line => {
    const [, controllers, path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers !== '' && controllers !== 'name=systemd') return []
    const mount = mounts.split('\n').find(row => {
      const [, type = '', options = ''] = / - (\S+) \S+ (\S+)$/.exec(row) ?? []
      return controllers === '' ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes('name=systemd')
    })
    const place = mount?.split(' ')[4]
    return place === undefined ? [] : [join(place, path)]
  })
}

/** Ranges that belong to users of this computer. */
async function givenOut(): Promise<{ base: number; size: number }[]> {
  const files = ['/etc/subuid', '/etc/subgid'].map(file => readFile(file, 'utf8').catch(() => ''))
  return (await Promise.all(files)).flatMap(text =>
    text.split('\n').flatMap(line => {
      const [, base, size] = line.split(':').map(Number)
      return base && size ? [{ base, size }] : []
    }),
  )
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
