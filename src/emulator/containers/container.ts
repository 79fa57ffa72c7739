import { Problem } from '../../base/errors.ts'
import { lastLines } from './command.ts'
import { containerName, type Network } from './network.ts'
import { handOverControlGroup, ownersFlags, ownersFor, ownersLabel } from './owners.ts'
import { type ContainerUse, rightsFlags } from './rights.ts'
import { type Runtime, sandboxLabel } from './runtime.ts'

/** A container to be there and to run. */
export interface ContainerSpec {
  sandbox: string
  /** The id of the resource that it stands for. */
  id: string
  use: ContainerUse
  image: string
  network: Network
  hostName: string
  flags?: string[]
  command: string[]
}

const patience = 120_000

/** Makes the container if there is none, starts it if it stands still. Returns its name. Throws a Problem that begins with `what`. */
export async function ensureContainer(runtime: Runtime, what: string, spec: ContainerSpec): Promise<string> {
  const name = containerName(spec.sandbox, spec.id)
  const found = (await look(runtime, name)) ?? (await create(runtime, what, name, spec))
  if (found.owners === '') {
    throw new Problem({
      what,
      why: `Its container ${name} was made by an earlier version, with rights that this one gives to none.`,
      next: 'Remove the sandbox with its containers: stackwright sandbox purge',
    })
  }
  if (found.state === 'running') return name
  // A server that was killed here may have left one that waits to be started.
  if (found.state !== 'initialized') await runtime.must(what, ['init', name], { timeout: patience })
  if (spec.use === 'machine') {
    const pid = await runtime.must(what, ['container', 'inspect', '--format', '{{.State.Pid}}', name])
    await handOverControlGroup(Number(pid), found.owners)
  }
  await runtime.must(what, ['start', name], { timeout: patience })
  return name
}

/** `running`, `exited`, `created`, …; nothing when there is no such container. */
export async function containerState(runtime: Runtime, name: string): Promise<string | undefined> {
  return (await look(runtime, name))?.state
}

/** The address by which this system reaches a container. Throws a Problem when it has none. */
export async function realAddress(runtime: Runtime, name: string): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}'
  const output = await runtime.must(`${name} has no address.`, ['container', 'inspect', '--format', format, name])
  return output.trim().split(' ')[0] ?? ''
}

/** Runs a script of ours as root in a container, with the rights that it has itself. Returns what it printed. */
export async function inside(
  runtime: Runtime,
  name: string,
  what: string,
  script: string,
  given: string[] = [],
): Promise<string> {
  const args = ['exec', '--interactive', name, 'bash', '-eu', '-s', '--', ...given]
  return await runtime.must(what, args, { input: script })
}

/** Gives a container its address of the VPC; again after each start. */
export function addressing({ address, network }: { address: string; network: Network }): string {
  const prefix = network.cidr.split('/')[1] ?? '32'
  return `ip address replace ${address}/${prefix} dev eth0\n`
}

/** What is there of it: its state, and whose its users are (an empty text: not recorded). */
interface Found {
  state: string
  owners: string
}

async function create(runtime: Runtime, what: string, name: string, spec: ContainerSpec): Promise<Found> {
  const owners = await ownersFor(runtime, name)
  const ran = await runtime.run(
    [
      ...['create', '--name', name, '--hostname', spec.hostName, '--network', spec.network.name],
      ...['--label', `${sandboxLabel}=${spec.sandbox}`, '--label', `stackwright.resource=${spec.id}`],
      ...[...runtime.runFlags, ...rightsFlags(runtime.rights, spec.use), ...ownersFlags(owners)],
      ...(spec.use === 'machine' ? ['--systemd=always'] : []),
      ...[...(spec.flags ?? []), spec.image, ...spec.command],
    ],
    { timeout: patience },
  )
  const made = await look(runtime, name)
  if (made) return made
  throw new Problem({ what, why: lastLines(ran.stderr) })
}

async function look(runtime: Runtime, name: string): Promise<Found | undefined> {
  const format = `{{.State.Status}} {{index .Config.Labels "${ownersLabel}"}}`
  const ran = await runtime.run(['container', 'inspect', '--format', format, name])
  if (ran.code !== 0) return undefined
  const [state = '', owners = ''] = ran.stdout.trim().split(' ')
  return { state, owners }
}
