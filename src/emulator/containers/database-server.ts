import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../base/errors.ts'
import { lastLines } from './command.ts'
import { addressing, ensureContainer, inside, realAddress } from './container.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network.ts'
import type { Runtime } from './runtime.ts'

/** A database server to be run. */
export interface DatabaseSpec {
  sandbox: string
  /** The database instance's id. */
  id: string
  image: string
  network: Network
  /** Its private address. */
  address: string
  port: number
}

/** Which server it is. */
export interface DatabaseProgram {
  /** A shell script that becomes the server; `"$@"` are the arguments. */
  start: string
  arguments: string[]
  /** The signal for a clean shutdown. */
  stopSignal: string
  /** Run in the container; succeeds once the server accepts connections. */
  ping: string[]
}

const patience = 60_000

/** Starts the server, or finds it running, and waits until it answers inside. Its firewall is set by the caller. */
export async function bootDatabaseServer(
  runtime: Runtime,
  spec: DatabaseSpec,
  program: DatabaseProgram,
): Promise<Machine> {
  const what = `The database ${spec.id} did not start.`
  const name = await ensureContainer(runtime, what, {
    ...{ ...spec, use: 'server', hostName: spec.id.slice(0, 60) },
    flags: ['--stop-signal', program.stopSignal],
    command: ['bash', '-c', program.start, 'database', ...program.arguments],
  })
  await untilReady(runtime, what, name, program.ping)
  await inside(runtime, name, what, addressing(spec))
  return { name, id: spec.id, address: spec.address, realAddress: await realAddress(runtime, name) }
}

async function untilReady(runtime: Runtime, what: string, name: string, ping: string[]): Promise<void> {
  const until = Date.now() + patience
  let output = ''
  while (Date.now() < until) {
    const ran = await runtime.run(['exec', name, ...ping])
    if (ran.code === 0) return
    output = ran.stderr || output
    await wait(100)
  }
  const log = await runtime.run(['logs', '--tail', '5', name])
  throw new Problem({ what, why: lastLines(log.stdout + log.stderr || output, 5) })
}
