// Needs: built
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'

export const bin = resolve(import.meta.dirname, '../../bin/stackwright.js')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** How long a command may take before it counts as hanging, in milliseconds. */
const LIMIT_MS = 10 * 60_000

interface Options {
  cwd: string
  env?: NodeJS.ProcessEnv
  node?: string
  limitMs?: number
}

export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
}

/** The environment of a person who has set nothing up: no credentials, no home of ours, no terminal colours. */
export function bareEnv(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', ...extra }
}

/**
 * Starts the built command without a terminal. One that hangs is killed, and `ended` rejects with its arguments and what
 * it said last: a test must not wait for it in silence, nor take the kill for one of its own.
 */
export function start(args: string[], options: Options): Running {
  const child = spawn(options.node ?? process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: options.env ?? bareEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', chunk => (stdout += chunk))
  child.stderr?.on('data', chunk => (stderr += chunk))
  const ended = new Promise<Ended>((done, fail) => {
    const { limitMs = LIMIT_MS } = options
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      const said = `${stdout.slice(-3000)}\n${stderr.slice(-3000)}`
      fail(
        new Error(`stackwright ${args.join(' ')}: killed, since it had not ended after ${limitMs / 1000} s\n${said}`),
      )
    }, limitMs).unref()
    child.on('error', fail)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      done({ code, signal, stdout, stderr })
    })
  })
  return { child, ended }
}

/** Runs the built command to its end. */
export function run(args: string[], options: Options): Promise<Ended> {
  return start(args, options).ended
}

/** The events of a `--json` run. */
export function eventsOf(ended: Ended): Record<string, unknown>[] {
  return ended.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Record<string, unknown>)
}
