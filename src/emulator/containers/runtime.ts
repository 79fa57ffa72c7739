import { existsSync, readFileSync } from 'node:fs'
import { Exit, Problem } from '../../base/errors.ts'
import { lastLines, type Ran, type RunOptions, runProgram } from './command.ts'

/**
 * The program that runs containers, and what this system needs of it. Everything is driven through its command
 * line: no library speaks to both, and the two command lines are nearly the same.
 */
export interface Runtime {
  program: 'podman' | 'docker'
  version: string
  /** Flags of `run` that boot systemd here. */
  machineFlags: string[]
  /** Flags of every `run`. */
  runFlags: string[]
  /** Runs it; never throws. */
  run(args: string[], options?: RunOptions): Promise<Ran>
  /** Runs it and returns what it printed. Throws a Problem that says `what` failed, with its last lines. */
  must(what: string, args: string[], options?: RunOptions): Promise<string>
}

/** Everything of ours carries it; its value is the id of the sandbox's data. */
export const sandboxLabel = 'stackwright.sandbox'

/**
 * Finds Podman, else Docker. Throws a Problem (exit 4) that lists what is missing, for each.
 */
export async function findRuntime(env: NodeJS.ProcessEnv = process.env): Promise<Runtime> {
  const missing: string[] = []
  for (const program of ['podman', 'docker'] as const) {
    const found = await probe(program, env)
    if (typeof found !== 'string') return found
    missing.push(found)
  }
  throw new Problem({
    what: 'Machines cannot run as containers here.',
    list: missing,
    next: 'Install Podman and run as root on Linux, or leave --machines container away: then machines are simulated.',
    exit: Exit.preflight,
  })
}

/** A runtime, or the sentence that says why it cannot be used. */
async function probe(program: Runtime['program'], env: NodeJS.ProcessEnv): Promise<Runtime | string> {
  const name = program === 'podman' ? 'Podman' : 'Docker'
  const info = await runProgram(program, ['info', '--format', 'json'], { timeout: 60_000, env })
  if (info.code === 127) return `${name}: it is not installed.`
  const facts = readJson(info.stdout)
  if (info.code !== 0 || !facts) return `${name}: it does not answer (${lastLines(info.stderr, 1)}).`
  const obstacle = program === 'podman' ? podmanObstacle(facts) : dockerObstacle(facts)
  if (obstacle) return `${name}: ${obstacle}`
  const runFlags = [...ociFlags(program, facts), ...ulimitFlags()]
  const run = (args: string[], options: RunOptions = {}) => runProgram(program, args, { ...options, env })
  return {
    program,
    version: String(get(facts, 'version', 'Version') ?? get(facts, 'ServerVersion') ?? ''),
    runFlags,
    machineFlags: [...runFlags, ...systemdFlags(program)],
    run,
    async must(what, args, options) {
      const ran = await run(args, options)
      if (ran.code === 0) return ran.stdout
      throw new Problem({
        what,
        why: `${program} ${args[0]} ended with ${ran.code}: ${lastLines(ran.stderr) || lastLines(ran.stdout) || 'it printed nothing'}`,
      })
    },
  }
}

function podmanObstacle(facts: object): string | undefined {
  if (
    get(facts, 'host', 'serviceIsRemote') === true ||
    get(facts, 'host', 'os') !== 'linux' ||
    process.platform !== 'linux'
  )
    return 'its containers run in another machine, whose addresses are not reached from here (macOS, Windows: not supported yet).'
  if (get(facts, 'host', 'security', 'rootless') === true)
    return 'it runs without root, where the addresses of containers are not reached from outside (rootless: not supported yet). Run as root.'
  return undefined
}

function dockerObstacle(facts: object): string | undefined {
  if (process.platform !== 'linux' || /desktop/i.test(String(get(facts, 'OperatingSystem') ?? '')))
    return 'its containers run in another machine, whose addresses are not reached from here (Docker Desktop: not supported yet).'
  const security = get(facts, 'SecurityOptions')
  if (Array.isArray(security) && security.some(option => String(option).includes('rootless')))
    return 'it runs without root, where the addresses of containers are not reached from outside (rootless: not supported yet).'
  if (typeof get(facts, 'ServerVersion') !== 'string') return 'its server does not run.'
  return undefined
}

/** crun of Podman 4 does not run systemd on version 1 of control groups; runc does. */
function ociFlags(program: Runtime['program'], facts: object): string[] {
  if (program !== 'podman' || get(facts, 'host', 'cgroupVersion') !== 'v1') return []
  const places = ['/usr/bin/runc', '/usr/sbin/runc', '/usr/local/bin/runc', '/usr/local/sbin/runc']
  return places.some(place => existsSync(place)) ? ['--runtime', 'runc'] : []
}

/** Podman raises the limits of a container above ours, which fails with "setting rlimits" where we may not. */
function ulimitFlags(): string[] {
  if (process.platform !== 'linux' || hasCapability(24)) return []
  const files = hardLimit('Max open files')
  return ['--ulimit', `nofile=${files}:${files}`, '--ulimit', 'nproc=4096:4096']
}

/** Docker has no flag for "this runs systemd": these do what Podman's does. Not tried on a real Docker. */
function systemdFlags(program: Runtime['program']): string[] {
  if (program === 'podman') return ['--systemd=always']
  return [
    '--privileged',
    '--cgroupns=private',
    '--tmpfs',
    '/run',
    '--tmpfs',
    '/run/lock',
    '--stop-signal',
    'SIGRTMIN+3',
  ]
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

function readJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function get(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  )
}
