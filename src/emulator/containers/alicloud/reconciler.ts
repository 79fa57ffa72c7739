import { runCommandsWith } from '../../alicloud/services/assistant/command.ts'
import { createJobs } from '../jobs.ts'
import { lifecycleOf, type Reconciler, type ReconcilerDeps } from '../lifecycle.ts'
import { knownThings } from '../purge.ts'
import { createWatch } from '../watch.ts'
import { type Balancer, createBalancer } from './balancer.ts'
import { watchCommands } from './commands.ts'
import { type Context, createContext } from './context.ts'
import { watchDatabases } from './databases.ts'
import { everyThing, listenerSpec, portName } from './desired.ts'
import { withHooks } from './hooks.ts'
import { watchInstances } from './instances.ts'
import { reach } from './reach.ts'

const tickMs = 200
const exitedMs = 3_000
/** Booting more at once than this takes longer for each and for all. */
const atOnce = 4

/**
 * Starts to reconcile: compares the resources of the world with the containers that run, and does one thing at a time
 * for each machine. A step that takes real time pauses the cloud's own clock of that resource (`thereAt`, `readyAt`,
 * `goneAt`, `busyUntil`) until it is done, so that every answer of the API is true.
 */
export async function createAlicloudReconciler(deps: ReconcilerDeps): Promise<Reconciler> {
  const { world, runtime, sandbox, save } = deps
  const watch = createWatch({ look, save })
  const jobs = createJobs(atOnce, watch.lookAndSave)
  const context = createContext(deps, { jobs, known: await knownThings(runtime, sandbox) })
  const instances = watchInstances(context)
  const databases = watchDatabases(context)
  const machine = (id: string) => context.up.get(id)?.machine
  const commands = watchCommands({ ...{ world, runtime, jobs, save, machine }, closed: watch.closed })
  const balancer = balancerOf(context)
  const listeners = watchListeners(context, balancer)
  runCommandsWith(world, commands.placeholder)

  function look(): void {
    if (watch.closed()) return
    for (const part of [instances, databases, commands]) part.look()
    context.removeOrphans()
    listeners.look()
  }

  watch.every(tickMs, watch.lookAndSave)
  watch.every(exitedMs, () => jobs.want('exited', instances.noticeExited, 'waits'))
  watch.lookAndSave()

  return {
    operations: all => withHooks(all, { world, balancer, look }),
    reach: (host, port) => reach(deps, balancer, host, port),
    ...lifecycleOf(deps, { watch, jobs }, balancer.close),
  }
}

function balancerOf({ speed, up }: Context): Balancer {
  return createBalancer({
    secondMs: Math.max(100, 1000 / speed),
    resolve(backend) {
      const one = up.get(backend.serverId)
      return one && { host: one.machine.realAddress, from: one.network.gateway }
    },
  })
}

/** CLB's listeners as real ones. */
function watchListeners({ world, ports }: Context, balancer: Balancer): { look(): void } {
  let set = ''
  return {
    look() {
      const specs = everyThing(world, 'listener').map(one => listenerSpec(world, one, ports.get(portName(world, one))))
      const wanted = JSON.stringify(specs)
      if (wanted === set) return
      set = wanted
      balancer.set(specs).catch(() => (set = ''))
    },
  }
}
