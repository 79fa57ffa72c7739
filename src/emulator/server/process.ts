import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Exit, Problem } from '../../base/errors.ts'
import { packageFile } from '../../base/files.ts'
import type { MachinePackages } from '../containers/build.ts'
import { idOf } from '../containers/id.ts'
import { isAlive, isServing, readOwner, statusOf } from './claim.ts'
import type { Machines } from './server.ts'

/** A sandbox that answers. */
export interface Running {
  url: string
  /** 0 when it runs elsewhere (STACKWRIGHT_SANDBOX_URL). */
  pid: number
  speed: number
  machines: Machines
}

/** How a server in a process of its own starts. */
export interface StartOptions {
  data: string
  port?: number | undefined
  speed?: number | undefined
  faults?: string | undefined
  seed?: number | undefined
  /** Default: what the machines of the folder's data are, else simulated. */
  machines?: Machines | undefined
  /** What machines in containers have installed; the server that is started must be given the same. */
  machinePackages?: MachinePackages | undefined
  /** Told what takes a while: the machine image is built once. */
  onProgress?: ((text: string) => void) | undefined
  env: NodeJS.ProcessEnv
}

/** Where a state folder's sandbox keeps its data. */
export function sandboxData(stateDir: string): string {
  return resolve(stateDir, '.sandbox')
}

/**
 * The sandbox that STACKWRIGHT_SANDBOX_URL names, else the one of the state folder, which is started when it does
 * not run. Throws a Problem when it cannot be reached or started.
 */
export async function ensureSandbox({
  stateDir,
  env,
  machinePackages,
  onProgress,
}: {
  stateDir: string
  env: NodeJS.ProcessEnv
  machinePackages?: MachinePackages
  onProgress?: (text: string) => void
}): Promise<Running> {
  const data = sandboxData(stateDir)
  return (await findSandbox({ data, env })) ?? (await startSandbox({ data, env, machinePackages, onProgress }))
}

/**
 * Makes what the machines of a cloud need besides: those of AWS have an image of their own (minutes, at the first
 * time). A sandbox that was started elsewhere makes it by itself. Throws a Problem that says what is missing.
 */
export async function prepareFor(
  cloud: string,
  { machines, pid }: Running,
  { env, machinePackages, onProgress }: Required<Pick<StartOptions, 'env' | 'machinePackages' | 'onProgress'>>,
): Promise<void> {
  if (cloud !== 'aws' || machines !== 'container' || pid === 0) return
  const { prepareContainers } = await import('../containers/open.ts')
  await prepareContainers({ env, machinePackages, onProgress: progress => onProgress?.(progress.text) }, cloud)
}

/** The running sandbox, or nothing. Throws a Problem when STACKWRIGHT_SANDBOX_URL names one that does not answer. */
export async function findSandbox({
  data,
  env,
}: {
  data: string
  env: NodeJS.ProcessEnv
}): Promise<Running | undefined> {
  const named = env.STACKWRIGHT_SANDBOX_URL
  if (named) return await namedSandbox(named)
  const owner = await startedOwner(data)
  if (!owner) return undefined
  const status = await statusOf(owner.url)
  return status && { url: owner.url, pid: owner.pid, speed: status.speed, machines: status.machines }
}

/**
 * Starts a sandbox that goes on when this process ends, and waits until it answers. One that already serves the
 * folder is used if it is what was asked for. Throws a Problem otherwise.
 */
export async function startSandbox(options: StartOptions): Promise<Running> {
  const running = await findSandbox({ data: options.data, env: {} })
  if (running) return await fitting(running, options)
  const machines = machinesFor(options)
  // Before anyone waits for the server: at the first time it takes minutes.
  if (machines === 'container') {
    const { prepareContainers } = await import('../containers/open.ts')
    const { env, machinePackages, onProgress } = options
    await prepareContainers({ env, machinePackages, onProgress: progress => onProgress?.(progress.text) })
  }
  const log = join(options.data, 'server.log')
  const output = openLog(options.data, log)
  const child = spawn(
    process.execPath,
    [packageFile('bin/stackwright.js'), ...serveArguments({ ...options, machines })],
    {
      cwd: options.data,
      detached: true,
      stdio: ['ignore', output, output],
      env: withoutUrl(options.env),
    },
  )
  closeSync(output)
  let ended = false
  child.on('error', () => (ended = true))
  child.on('exit', () => (ended = true))
  child.unref()
  return await untilAnswering(options, log, () => ended).catch(error => {
    if (!ended) child.kill()
    throw error
  })
}

/** Asks it to stop and waits until it is gone. Returns false when none was running. */
export async function stopSandbox({ data, env }: { data: string; env: NodeJS.ProcessEnv }): Promise<boolean> {
  const running = await findSandbox({ data, env })
  if (!running) return false
  await fetch(new URL('/-/stop', running.url), { method: 'POST' }).catch(() => undefined)
  for (let tries = 0; tries < 200; tries++) {
    // It gives its folder back last; a dead process may still be listed until its parent has looked.
    const there = running.pid
      ? isAlive(running.pid) && readOwner(data)?.pid === running.pid
      : (await statusOf(running.url)) !== undefined
    if (!there) return true
    await wait(50)
  }
  throw new Problem({
    what: `The sandbox at ${running.url} did not stop.`,
    ...(running.pid && { next: `End its process: kill ${running.pid}` }),
  })
}

function openLog(data: string, log: string): number {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    return openSync(log, 'w', 0o600)
  } catch (error) {
    throw new Problem({
      what: `The sandbox cannot keep its data in ${data}.`,
      why: (error as Error).message,
      next: 'Use another folder: --state DIR.',
      exit: Exit.preflight,
    })
  }
}

async function namedSandbox(url: string): Promise<Running> {
  const status = URL.canParse(url) ? await statusOf(url) : undefined
  if (status) return { url: url.replace(/\/+$/, ''), pid: 0, speed: status.speed, machines: status.machines }
  throw new Problem({
    what: `No sandbox answers at ${url}.`,
    why: 'STACKWRIGHT_SANDBOX_URL names it.',
    next: 'Start it, or unset STACKWRIGHT_SANDBOX_URL.',
    exit: Exit.preflight,
  })
}

/** The folder's living server, waited for while it is starting. */
async function startedOwner(data: string): Promise<{ url: string; pid: number } | undefined> {
  for (let tries = 0; tries < 200; tries++) {
    const owner = readOwner(data)
    if (!owner || !(await isServing(owner))) return undefined
    if (owner.url) return owner
    await wait(50)
  }
  return undefined
}

async function fitting(running: Running, options: StartOptions): Promise<Running> {
  const status = await statusOf(running.url)
  const differs = [
    options.port !== undefined && options.port !== 0 && Number(new URL(running.url).port) !== options.port && 'port',
    options.speed !== undefined && options.speed !== running.speed && 'speed',
    options.faults !== undefined && options.faults !== status?.faults && 'faults',
    options.machines !== undefined && options.machines !== running.machines && 'kind of machines',
  ].filter(Boolean)
  if (differs.length === 0) return running
  throw new Problem({
    what: `A sandbox already runs at ${running.url} with another ${differs.join(' and ')}.`,
    next: 'Stop it first: stackwright sandbox stop. Its data stays.',
  })
}

/** What was built with one kind of machines cannot go on with the other. */
function machinesFor({ data, machines }: StartOptions): Machines {
  const before = idOf(data) ? 'container' : existsSync(join(data, 'world.jsonl')) ? 'none' : undefined
  if (machines === undefined || before === undefined || machines === before) return machines ?? before ?? 'none'
  const said = { none: 'simulated', container: 'containers' }
  throw new Problem({
    what: `The machines of the sandbox in ${data} are ${said[before]}, not ${said[machines]}.`,
    next: 'Leave --machines out; or remove that sandbox with everything in it: stackwright sandbox purge.',
    exit: Exit.usage,
  })
}

function serveArguments({ data, port, speed, faults, seed, machines }: StartOptions): string[] {
  const named = { data, port, speed, faults, seed, machines }
  return [
    'sandbox',
    'serve',
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
  ]
}

/** The server must not look for itself elsewhere. */
function withoutUrl(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { STACKWRIGHT_SANDBOX_URL: _url, ...rest } = env
  return rest
}

async function untilAnswering(options: StartOptions, log: string, ended: () => boolean): Promise<Running> {
  const patience = Date.now() + 30_000
  while (Date.now() < patience) {
    const over = ended()
    const running = await findSandbox({ data: options.data, env: {} })
    // When two start at once, one of them serves and the other gives up: either way there is one.
    if (running) return running
    if (over) break
    await wait(20)
  }
  throw new Problem({
    what: 'The sandbox did not start.',
    why: lastLine(log),
    next: `Its own messages are in ${log}.`,
  })
}

function lastLine(log: string): string {
  const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
  const line = text.split('\n').find(part => part.startsWith('Error: ')) ?? text.trim().split('\n').at(-1)
  return line?.replace(/^Error: /, '') || 'It ended without a message.'
}
