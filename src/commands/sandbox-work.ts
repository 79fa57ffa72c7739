import { resolve } from 'node:path'
import { Exit, Problem } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import {
  findSandbox,
  parseFaults,
  purgeAll,
  purgeSandbox,
  type Running,
  sandboxData,
  startSandbox,
  stopSandbox,
} from '../emulator/index.ts'
import { oneLine } from '../view/problem.ts'
import { packages as machinePackages } from './emulator.ts'
import type { SandboxFlags } from './sandbox-flags.ts'

/** What `/-/status` says of the machines' rights. */
type Rights = { userNamespaces: boolean; why?: string; capabilities: { machine: string[] } }

/** Starts the embedded cloud and leaves it running; prints its address. Throws a Problem (exit 2) for wrong flags. */
export async function start(flags: SandboxFlags): Promise<number> {
  const options = startOptions(flags)
  // With a folder or port of its own it is not the server that the environment names.
  const named = flags.data === undefined && flags.port === undefined ? process.env : {}
  const running =
    (named.STACKWRIGHT_SANDBOX_URL && (await findSandbox({ data: options.data, env: named }))) ||
    (await startSandbox(options))
  print(
    flags,
    { url: running.url, pid: running.pid },
    `The sandbox is running at ${running.url} (speed ${running.speed}, machines ${running.machines === 'container' ? 'in containers' : 'simulated'}, process ${running.pid}).`,
  )
  return Exit.done
}

/** Stops the embedded cloud, with `--purge` removes it too. None running is fine. */
export async function stop(flags: SandboxFlags): Promise<number> {
  if (flags.purge) return await purge(flags)
  const data = dataOf(flags)
  const machines = (await findSandbox({ data, env: process.env }))?.machines
  const stopped = await stopSandbox({ data, env: process.env })
  const left =
    machines === 'container'
      ? 'Its data and containers are kept; remove them with `sandbox purge`.'
      : 'Its data is kept.'
  print(flags, { stopped }, stopped ? `The sandbox has stopped. ${left}` : 'No sandbox was running.')
  return Exit.done
}

/** Removes a sandbox with its containers, networks and data, with `--all` every sandbox, whether its server runs or not. */
export async function purge(flags: SandboxFlags): Promise<number> {
  const { stopped, removed } = flags.all
    ? await purgeAll(process.env)
    : await purgeSandbox({ data: dataOf(flags), env: process.env })
  const count = (kind: string) => removed.filter(one => one.kind === kind).length
  print(
    flags,
    { stopped, removed: removed.map(one => ({ ...one })) },
    `${stopped ? 'The sandbox has stopped. ' : ''}Removed: ${count('container')} containers, ${count('network')} networks, the data.`,
  )
  return Exit.done
}

/** Prints the status of the running sandbox. Throws a Problem (exit 1) when none is running. */
export async function status(flags: SandboxFlags): Promise<number> {
  const report = (await get(await running(flags), '/-/status')) as JsonObject
  const lines = ['url', 'pid', 'speed', 'machines', 'faults', 'now', 'calls'].map(
    name => `${name.padEnd(9)} ${String(report[name] || '–')}`,
  )
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
  const defects = list(report.defects).map(defect => `defect    ${oneLine(defect)}`)
  const troubles = list(report.troubles).map(trouble => `trouble   ${oneLine(trouble)}`)
  print(
    flags,
    report,
    [...lines, ...rightsLines(report.rights as Rights | undefined), ...defects, ...troubles].join('\n'),
  )
  return Exit.done
}

/** What the machines' containers may do; nothing where machines are simulated. */
function rightsLines(rights: Rights | undefined): string[] {
  if (!rights) return []
  return [
    rights.userNamespaces
      ? 'rights    root of a machine is nobody on this computer (user namespaces)'
      : `rights    root of a machine is root on this computer too, without user namespaces: ${oneLine(rights.why ?? '')}`,
    `          capabilities: ${oneLine(rights.capabilities.machine.join(' '))}`,
  ]
}

/** Prints every resource that exists in it or is being deleted. Throws a Problem (exit 1) when none is running. */
export async function inventory(flags: SandboxFlags): Promise<number> {
  const things = (await get(await running(flags), '/-/inventory')) as JsonObject[]
  const lines = things.map(thing =>
    [thing.cloud, thing.type, thing.id, thing.state, tagText(thing.tags)].map(cell => String(cell)),
  )
  print(flags, things, things.length === 0 ? 'Nothing exists.' : columns(lines))
  return Exit.done
}

function startOptions(flags: SandboxFlags): Parameters<typeof startSandbox>[0] {
  const { machines } = flags
  if (machines !== undefined && machines !== 'none' && machines !== 'container') {
    throw usage(`Unknown value for --machines: ${machines}.`, 'Use --machines none or --machines container.')
  }
  return {
    data: dataOf(flags),
    port: number(flags.port, '--port', 1_024, 65_535, true),
    speed: number(flags.speed, '--speed', 0.01, 100_000, false),
    seed: number(flags.seed, '--seed', 0, 2 ** 31, true),
    faults: faultSpec(flags.faults),
    machines,
    machinePackages,
    onProgress: text => void process.stderr.write(`${text}\n`),
    env: process.env,
  }
}

function faultSpec(text: string | undefined): string | undefined {
  try {
    if (text !== undefined) parseFaults(text)
    return text
  } catch (error) {
    throw usage(
      `Wrong value for --faults. ${(error as Error).message}`,
      'For example: --faults throttle=0.2,error=0.05,reset=0.05,slow=0.1:2000,seed=7',
    )
  }
}

function number(text: string | undefined, flag: string, min: number, max: number, whole: boolean): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value
  throw usage(
    `${flag} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not "${text}".`,
    `Change ${flag}.`,
  )
}

function dataOf(flags: SandboxFlags): string {
  return flags.data === undefined
    ? sandboxData(flags.state ?? (process.env.STACKWRIGHT_STATE || '.stackwright'))
    : resolve(flags.data)
}

async function running(flags: SandboxFlags): Promise<Running> {
  const found = await findSandbox({ data: dataOf(flags), env: process.env })
  if (found) return found
  throw new Problem({ what: 'No sandbox is running here.', next: 'Start one with: stackwright sandbox start' })
}

async function get({ url }: Running, path: string): Promise<unknown> {
  const response = await fetch(new URL(path, url))
  return await response.json()
}

function tagText(tags: unknown): string {
  return Object.entries((tags ?? {}) as Record<string, string>)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function columns(rows: string[][]): string {
  const widths = [0, 1, 2, 3].map(index => Math.max(...rows.map(row => row[index]?.length ?? 0)))
  return rows
    .map(row =>
      oneLine(
        row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd(),
      ),
    )
    .join('\n')
}

function print(flags: SandboxFlags, result: JsonObject | JsonObject[], text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(result) : text}\n`)
}

function usage(what: string, next: string): Problem {
  return new Problem({ what, next, exit: Exit.usage })
}
