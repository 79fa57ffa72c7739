import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../base/errors.ts'
import { lastLines } from './command.ts'
import { addressing, ensureContainer, inside, type Machine, placeFlags, realAddress } from './machine.ts'
import { containerName, type Network } from './network.ts'
import type { Runtime } from './runtime.ts'

/** A database server to be run. */
export interface DatabaseWish {
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
  /** The signal that ends it well. */
  stopSignal: string
  /** Succeeds, inside, once it answers. */
  ping: string[]
}

const patience = 60_000

/** Starts the server, or finds it running, and waits until it answers inside. Its firewall is set by others. */
export async function bootDatabaseServer(
  runtime: Runtime,
  wish: DatabaseWish,
  program: DatabaseProgram,
): Promise<Machine> {
  const name = containerName(wish.sandbox, wish.id)
  const what = `The database ${wish.id} did not start.`
  await ensureContainer(runtime, what, name, [
    ...placeFlags(wish.sandbox, wish.id, wish.network, wish.id.slice(0, 60)),
    ...runtime.runFlags,
    ...['--stop-signal', program.stopSignal, wish.image, 'bash', '-c', program.start, 'database'],
    ...program.arguments,
  ])
  await untilReady(runtime, what, name, program.ping)
  await inside(runtime, name, what, addressing(wish))
  return { name, id: wish.id, address: wish.address, realAddress: await realAddress(runtime, name) }
}

async function untilReady(runtime: Runtime, what: string, name: string, ping: string[]): Promise<void> {
  const until = Date.now() + patience
  let told = ''
  while (Date.now() < until) {
    const ran = await runtime.run(['exec', name, ...ping])
    if (ran.code === 0) return
    told = ran.stderr || told
    await wait(100)
  }
  const log = await runtime.run(['logs', '--tail', '5', name])
  throw new Problem({ what, why: lastLines(log.stdout + log.stderr || told, 5) })
}
