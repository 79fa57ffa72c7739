import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { packages as machinePackages } from '../../../src/commands/emulator.ts'
import { sandboxId } from '../../../src/emulator/containers/id.ts'
import { ensureImage } from '../../../src/emulator/containers/image.ts'
import { listKept } from '../../../src/emulator/containers/purge.ts'
import { findRuntime, type Runtime } from '../../../src/emulator/containers/runtime.ts'
import { type Body, call, type Product } from '../../emulator/support.ts'
import { bareEnv, type Ended, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'

/** One person's folder with a sandbox whose machines are containers; everything goes through the built command. */
export interface RealStack {
  folder: string
  runtime: Runtime
  /** `stackwright …` with --json. */
  command(...args: string[]): Promise<Ended>
  up(...args: string[]): Promise<Body>
  /** One call of the API, as somebody in the console. */
  ask(name: `${Product}.${string}`, params?: object): Promise<Body>
  /** What the state says of an address; `id` and `out`. */
  entry(address: string): Promise<{ id: string; out: Record<string, string> }>
  /** Runs a line in the shell of a machine or database, without the cloud. Returns what it printed; fails with it. */
  inside(id: string, line: string): Promise<string>
  /** How the load balancer sees its machines, in alphabetical order. */
  health(): Promise<string[]>
  /** The server's own words about itself. */
  status(): Promise<Body>
  /** Containers and networks there are. */
  kept(): Promise<{ kind: string; name: string }[]>
  close(): Promise<void>
}

/** Starts it; the machine image is made once on a computer, which takes minutes the first time. */
export async function realStack(): Promise<RealStack> {
  const runtime = await findRuntime()
  await ensureImage(runtime, { machinePackages })
  const folder = await emptyFolder()
  const env = bareEnv({ HOME: folder })
  const data = join(folder, '.stackwright/.sandbox')
  const command = (...args: string[]) => run([...args, '--json'], { cwd: folder, env })
  const started = await command('sandbox', 'start', '--machines', 'container')
  if (started.code !== 0) throw new Error(started.stderr + started.stdout)
  // It may have been started anew since, at another port.
  const url = async () => JSON.parse(await readFile(join(data, 'server.json'), 'utf8')).url as string
  const state = async () => JSON.parse(await readFile(join(folder, '.stackwright/django/state.json'), 'utf8'))
  const entry = async (address: string) => (await state()).entries[address]
  const ask: RealStack['ask'] = async (name, params = {}) =>
    await call(await url(), name, { RegionId: 'ap-northeast-1', ...params })
  return {
    ...{ folder, runtime, command, ask, entry },
    async up(...args) {
      const ended = await command('up', '--sandbox', '--yes', ...args)
      const last = eventsOf(ended).at(-1)
      if (!last) throw new Error(ended.stderr)
      return last
    },
    async inside(id, line) {
      const name = `stackwright-${sandboxId(data)}-${id}`
      return await runtime.must(`It failed on ${id}: ${line}`, ['exec', name, 'bash', '-c', line])
    },
    async health() {
      const { id } = await entry('balancer/load-balancer')
      const { BackendServers } = await ask('slb.DescribeHealthStatus', { LoadBalancerId: id })
      return BackendServers.BackendServer.map((row: Body) => row.ServerHealthStatus).sort()
    },
    status: async () => await (await fetch(new URL('/-/status', await url()))).json(),
    kept: () => listKept(runtime, sandboxId(data)),
    close: async () => void (await command('sandbox', 'purge')),
  }
}

export async function until(what: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${seconds} seconds: ${what}`)
    await wait(200)
  }
}
