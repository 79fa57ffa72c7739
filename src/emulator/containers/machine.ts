import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../base/errors.ts'
import { lastLines } from './command.ts'
import { addressing, containerState, ensureContainer, inside, realAddress } from './container.ts'
import { containerName, type Network } from './network.ts'
import { base64, programText } from './programs.ts'
import type { Runtime } from './runtime.ts'

/** A machine to be booted. */
export interface MachineSpec {
  sandbox: string
  /** The instance's id. */
  id: string
  image: string
  network: Network
  /** Its private address, as the API tells it. */
  address: string
  hostName: string
  /** Public keys that may log in as root, in OpenSSH's format. */
  keys?: string[]
  /** Run once, at the first boot; a script that begins with `#!`. */
  userData?: Buffer
}

/** A machine or database that runs. */
export interface Machine {
  /** The container's name. */
  name: string
  /** The instance's id. */
  id: string
  /** Its private address of the VPC. */
  address: string
  /** Where this system reaches it. */
  realAddress: string
}

/** A script to be run on a machine. */
export interface Command {
  /** Letters, digits, `-` and `_`: the same id never runs twice. */
  id: string
  script: Buffer | string
  user?: string
  folder?: string
  /** Seconds of the machine's own clock. */
  timeout: number
  /** Whether a time-out ends everything the command started (TerminationMode ProcessTree) or only the command itself. */
  tree?: boolean
}

/** How a script ended. */
export interface CommandResult {
  status: 'Success' | 'Failed' | 'Timeout' | 'Terminated'
  exitCode: number
  /** stdout and stderr as they came; at most 24 KB: the beginning and the end. */
  output: string
  /** Bytes left out between them. */
  dropped: number
  errorCode?: string
  errorInfo?: string
}

const bootPatience = 90_000

/** Where `programs/agent.py` lies on each machine. */
const agentPath = '/usr/lib/stackwright/assistant'

/**
 * Boots the machine, or finds it running, or starts it again, and waits until systemd is up and it has its address.
 * Can be repeated. Throws a Problem with the machine's own last lines.
 */
export async function boot(runtime: Runtime, spec: MachineSpec): Promise<Machine> {
  const what = `The machine ${spec.id} did not boot.`
  const name = await ensureContainer(runtime, what, { ...spec, use: 'machine', command: ['/sbin/init'] })
  await untilUp(runtime, what, name)
  await inside(runtime, name, what, settling(spec))
  const machine = { name, id: spec.id, address: spec.address, realAddress: await realAddress(runtime, name) }
  if (spec.userData?.subarray(0, 2).toString() === '#!') {
    await startCommand(runtime, machine, { id: 'user-data', script: spec.userData, timeout: 3600, tree: true })
  }
  return machine
}

/** Shuts the machine down as its power button would; `boot` starts it again with its disk. One that is not there is fine. */
export async function stopMachine(runtime: Runtime, sandbox: string, id: string): Promise<void> {
  const name = containerName(sandbox, id)
  if ((await containerState(runtime, name)) !== 'running') return
  await runtime.must(`The machine ${id} did not stop.`, ['stop', '--time', '10', name])
}

/** Removes it with its disk. One that is not there is fine. */
export async function removeMachine(runtime: Runtime, sandbox: string, id: string): Promise<void> {
  const name = containerName(sandbox, id)
  if (!(await containerState(runtime, name))) return
  await runtime.run(['rm', '--force', '--volumes', '--time', '0', name])
  if (await containerState(runtime, name)) {
    await runtime.must(`The machine ${id} could not be removed.`, ['rm', '--force', '--volumes', name])
  }
}

/** Makes names resolve on the machine to addresses of the VPC, and forgets the ones given before. */
export async function setNames(runtime: Runtime, machine: Machine, names: Record<string, string>): Promise<void> {
  const lines = Object.entries(names)
    .filter(([name, address]) => /^[a-z0-9.-]+$/i.test(name) && /^[0-9.]+$/.test(address))
    .map(([name, address]) => `${address} ${name} # stackwright`)
  // The file is mounted, so it can only be written, not replaced.
  const script = `names=$(grep -v '# stackwright$' /etc/hosts || true)\nprintf '%s\\n' "$names" '${lines.join("' '")}' >/etc/hosts\n`
  await inside(runtime, machine.name, `The names on ${machine.id} could not be set.`, script)
}

/** Starts a command unless one of this id was started before. It goes on when this process ends. */
export async function startCommand(runtime: Runtime, machine: Machine, command: Command): Promise<void> {
  const order = {
    id: command.id,
    script: Buffer.from(command.script).toString('base64'),
    user: command.user ?? 'root',
    folder: command.folder ?? '/root',
    timeout: command.timeout,
    tree: command.tree ?? false,
  }
  const args = ['exec', '--interactive', machine.name, agentPath, 'start']
  await runtime.must(`The command ${command.id} could not be started on ${machine.id}.`, args, {
    input: JSON.stringify(order),
  })
}

/**
 * Waits for a command that was started, also by another process before. Returns nothing when the machine disappeared
 * under it, or when `givenUp` says that the result is no longer wanted.
 */
export async function commandResult(
  runtime: Runtime,
  machine: Machine,
  id: string,
  givenUp: () => boolean = () => false,
): Promise<CommandResult | undefined> {
  while (!givenUp()) {
    const ran = await runtime.run(['exec', machine.name, agentPath, 'wait', id, '5'], { timeout: 60_000 })
    if (ran.code !== 0) return undefined
    const answer = JSON.parse(ran.stdout) as CommandResult & { running?: true; lost?: true }
    if (answer.lost) return undefined
    if (!answer.running) return { ...answer, output: Buffer.from(answer.output, 'base64').toString('utf8') }
  }
  return undefined
}

/** Runs a command and waits for its result. */
export async function run(runtime: Runtime, machine: Machine, command: Command): Promise<CommandResult> {
  await startCommand(runtime, machine, command)
  const result = await commandResult(runtime, machine, command.id)
  if (result) return result
  throw new Problem({ what: `The machine ${machine.id} went away while ${command.id} ran on it.` })
}

/** Ends a running command and everything it started. */
export async function stopCommand(runtime: Runtime, machine: Machine, id: string): Promise<void> {
  await runtime.run(['exec', machine.name, agentPath, 'stop', id])
}

async function untilUp(runtime: Runtime, what: string, name: string): Promise<void> {
  const until = Date.now() + bootPatience
  let state = ''
  while (Date.now() < until) {
    const ran = await runtime.run(['exec', name, 'systemctl', 'is-system-running', '--wait'], { timeout: bootPatience })
    state = ran.stdout.trim()
    if (state === 'running' || state === 'degraded') return
    if ((await containerState(runtime, name)) !== 'running') break
    await wait(100)
  }
  const log = await runtime.run(['logs', '--tail', '5', name])
  throw new Problem({ what, why: `systemd says "${state}". ${lastLines(log.stdout + log.stderr, 5)}` })
}

function settling(spec: MachineSpec): string {
  const keys = (spec.keys ?? []).map(key => key.replace(/[\r\n]+/g, ' ').trim()).filter(Boolean)
  const text = base64(keys.map(key => `${key}\n`).join(''))
  return (
    addressing(spec) +
    // Rewritten at each boot, so that a newer version of the program needs no new image.
    `echo ${base64(programText('agent.py'))} | base64 -d >${agentPath}.new\nchmod 755 ${agentPath}.new\nmv ${agentPath}.new ${agentPath}\n` +
    (keys.length > 0 ? `install -d -m 700 /root/.ssh\necho ${text} | base64 -d >/root/.ssh/authorized_keys\n` : '')
  )
}
