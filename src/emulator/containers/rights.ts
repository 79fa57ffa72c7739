import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { JsonObject } from '../../base/json.ts'
import { lastLines, runProgram } from './command.ts'

/** What the containers of this computer may do, and as whom. */
export interface Rights {
  /** Root of a container is nobody on this computer, and its capabilities count inside only. */
  userNamespaces: boolean
  /** Why not; only then. */
  why?: string
  /** Whether the kernel shifts the owners of an image's files when it mounts them. Where not, each mapping copies the image. */
  shifts: boolean
}

/** Whether a container boots systemd, or is one server. */
export type ContainerUse = 'machine' | 'server'

/** What any root needs for its own files, users and ports. */
const ownHouse = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETPCAP', 'SETUID']

/** NET_ADMIN: a container's address and firewall are set by programs of its own, with no more rights than it has. */
const server = [...ownHouse, 'NET_ADMIN']

/** Packages with file capabilities, SSH's cage, `ping`. */
const machine = [...server, 'FSETID', 'SETFCAP', 'SYS_CHROOT', 'NET_RAW']

/**
 * Of the machine's own namespace; without one they would be the computer's, so they are not given there. SYS_ADMIN: systemd
 * mounts what `ProtectSystem=` and its like promise, which it otherwise leaves out without a word, and Podman runs in the
 * machine. SYS_PTRACE: `podman exec` there enters containers of other users.
 */
const ofNamespace = ['SYS_ADMIN', 'SYS_PTRACE']

/** The most that one container takes. Far above what the blueprints' machines use, and well below a fork bomb. */
const limits: Record<ContainerUse, { memory: string; pids: number }> = {
  machine: { memory: '2g', pids: 2048 },
  server: { memory: '1g', pids: 512 },
}

/** The capabilities of a container, in the kernel's words without `CAP_`. Everything else is dropped. */
export function capabilitiesOf({ userNamespaces }: Pick<Rights, 'userNamespaces'>, use: ContainerUse): string[] {
  const all = use === 'server' ? server : [...machine, ...(userNamespaces ? ofNamespace : [])]
  return [...all].sort()
}

/** Podman's flags for capabilities and limits. A machine has `sudo`, so only a server can do without new privileges. */
export function rightsFlags(rights: Rights, use: ContainerUse): string[] {
  const { memory, pids } = limits[use]
  return [
    ...['--cap-drop', 'all', '--cap-add', capabilitiesOf(rights, use).join(',')],
    ...(use === 'server' ? ['--security-opt', 'no-new-privileges'] : []),
    ...['--memory', memory, '--pids-limit', String(pids)],
    ...ulimitFlags(rights),
  ]
}

/** Asks the kernel for a user namespace. `podman`: the version of Podman. */
export async function readRights(env: NodeJS.ProcessEnv, podman: string): Promise<Rights> {
  const why = await obstacle(env)
  const userNamespaces = why === undefined
  return { userNamespaces, ...(!userNamespaces && { why }), shifts: shiftsOwners(release(), podman) }
}

/** What `sandbox status` tells of it. */
export function rightsReport(rights: Rights): JsonObject {
  const { userNamespaces, why } = rights
  const capabilities = { machine: capabilitiesOf(rights, 'machine'), server: capabilitiesOf(rights, 'server') }
  return { userNamespaces, ...(why !== undefined && { why }), capabilities }
}

async function obstacle(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!existsSync('/proc/self/uid_map')) return 'this kernel has none'
  // Within another user namespace only its ids could be handed on.
  if (!/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8')))
    return 'this computer is a container with few users of its own'
  const tried = await runProgram('unshare', ['--user', 'true'], { env })
  return tried.code === 0 ? undefined : lastLines(tried.stderr, 1) || `unshare ended with ${tried.code}`
}

/** From Linux 5.19 on overlayfs takes layers with shifted owners, and Podman gives them so from 4.2 on. */
export function shiftsOwners(kernel: string, podman: string): boolean {
  return atLeast(kernel, 5, 19) && atLeast(podman, 4, 2)
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(part => Number.parseInt(part, 10))
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}

/** Podman raises the limits of a container above ours, which fails with "setting rlimits" where we may not: in any user namespace. */
export function ulimitFlags({ userNamespaces }: Pick<Rights, 'userNamespaces'>): string[] {
  if (!userNamespaces && hasCapability(24)) return []
  const files = hardLimit('Max open files')
  return ['--ulimit', `nofile=${files}:${files}`, '--ulimit', 'nproc=4096:4096']
}

/** Capability 24 is CAP_SYS_RESOURCE. */
function hasCapability(number: number): boolean {
  const bits = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${bits}`) >> BigInt(number)) & 1n) === 1n
}

function hardLimit(name: string): number {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find(one => one.startsWith(name))
  const value = Number(line?.slice(name.length).trim().split(/\s+/)[1])
  return Number.isInteger(value) ? Math.min(value, 65_536) : 4096
}
