import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What people may type, and what some of them will. Every free text must hold these as data or refuse them. */
export const hostile = [
  '"; rm -rf /',
  "'; DROP TABLE demo_person; --",
  '$(touch /tmp/stackwright-was-here)',
  '`touch /tmp/stackwright-was-here`',
  '${HOME}$HOME$$',
  '%n%%h%',
  'a\\',
  '\\"\\\'',
  '{{module}}{{nginx}}',
  '-oProxyCommand=touch /tmp/stackwright-was-here',
  '; } location / { return 200; }',
  "it's | & > < ! * ? [a] ~ # % \t",
  'füñ 日本 🐍',
  '',
]
/** Refused wherever a line is a line. */
export const multiline = ['a\nb', 'a\r\nb: c', '\n', 'a\0b', '\x1b[31m']

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs a program to its end. */
export function run(command: string, args: string[], options: SpawnOptions & { input?: string } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { input, ...rest } = options
    const child = execFile(command, args, { maxBuffer: 1 << 26, ...rest } as object, (error, out, err) => {
      if (error && typeof error.code !== 'number') return reject(error)
      resolve({ code: error ? Number(error.code) : 0, out: String(out), err: String(err) })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}

/** A folder of its own, gone at `remove`. */
export async function paperFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'stackwright-templates-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** A port nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export interface Running {
  /** What it has said so far, both streams. */
  said(): string
  stop(): Promise<void>
}

/** Starts a program and waits until `ready` holds; a program that ends before that is an error with what it said. */
export async function start(
  command: string,
  args: string[],
  options: SpawnOptions,
  ready: () => Promise<boolean>,
): Promise<Running> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout?.on('data', data => (said += data))
  child.stderr?.on('data', data => (said += data))
  const running = { said: () => said, stop: () => stop(child) }
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${said}`)
    if (await ready().catch(() => false)) return running
    await sleep(50)
  }
  await running.stop()
  throw new Error(`${command} was not ready: ${said}`)
}

/** SIGQUIT, then SIGKILL: databases and web servers take the first as "at once, but tidily". */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGQUIT')
  const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(patience)
}
