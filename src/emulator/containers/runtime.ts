import { existsSync } from 'node:fs'
import { Exit, Problem } from '../../base/errors.ts'
import { lastLines, type Ran, type RunOptions, runProgram } from './command.ts'
import { type Rights, readRights } from './rights.ts'

/** Podman, driven through its command line, and what this system needs of it. */
export interface Runtime {
  version: string
  /** Flags of every `run` and `create`. */
  runFlags: string[]
  /** What its containers may do here. */
  rights: Rights
  /** Runs it; never throws. */
  run(args: string[], options?: RunOptions): Promise<Ran>
  /** Runs it and returns what it printed. Throws a Problem that says `what` failed, with its last lines. */
  must(what: string, args: string[], options?: RunOptions): Promise<string>
}

/** Everything of ours carries it; its value is the id of the sandbox's data. */
export const sandboxLabel = 'stackwright.sandbox'

/** Finds Podman. Throws a Problem (exit 4) that says what is missing. */
export async function findRuntime(env: NodeJS.ProcessEnv = process.env): Promise<Runtime> {
  const found = await probe(env)
  if (typeof found !== 'string') return found
  throw new Problem({
    what: 'Machines cannot run as containers here.',
    list: [found],
    next: 'Install Podman and run as root on Linux, or leave --machines container away: then machines are simulated.',
    exit: Exit.preflight,
  })
}

/** A runtime, or the sentence that says why it cannot be used. */
async function probe(env: NodeJS.ProcessEnv): Promise<Runtime | string> {
  const info = await runProgram('podman', ['info', '--format', 'json'], { timeout: 60_000, env })
  if (info.code === 127) return 'Podman: it is not installed.'
  const facts = readJson(info.stdout)
  if (info.code !== 0 || !facts) return `Podman: it does not answer (${lastLines(info.stderr, 1)}).`
  const obstacle = podmanObstacle(facts)
  if (obstacle) return `Podman: ${obstacle}`
  const run = (args: string[], options: RunOptions = {}) => runProgram('podman', args, { ...options, env })
  const version = String(get(facts, 'version', 'Version') ?? '')
  return {
    version,
    runFlags: ociFlags(facts),
    rights: await readRights(env, version),
    run,
    async must(what, args, options) {
      const ran = await run(args, options)
      if (ran.code === 0) return ran.stdout
      throw new Problem({
        what,
        why: `podman ${args[0]} ended with ${ran.code}: ${lastLines(ran.stderr) || lastLines(ran.stdout) || 'it printed nothing'}`,
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

/** crun of Podman 4 does not run systemd on version 1 of control groups; runc does. */
function ociFlags(facts: object): string[] {
  if (get(facts, 'host', 'cgroupVersion') !== 'v1') return []
  const places = ['/usr/bin/runc', '/usr/sbin/runc', '/usr/local/bin/runc', '/usr/local/sbin/runc']
  return places.some(place => existsSync(place)) ? ['--runtime', 'runc'] : []
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
