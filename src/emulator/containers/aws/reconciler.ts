import { advanceAll } from '../../aws/advance.ts'
import { text, time } from '../../aws/core/resources.ts'
import { namesBehind } from '../../aws/front.ts'
import { listenersOf } from '../../aws/services/elbv2/load-balancer.ts'
import { createJobs } from '../jobs.ts'
import { lifecycleOf, type Reconciler } from '../lifecycle.ts'
import { knownThings } from '../purge.ts'
import { createWatch } from '../watch.ts'
import { portName, watchBalancers } from './balancers.ts'
import { watchCaches } from './caches.ts'
import { watchAwsCommands } from './commands.ts'
import { type AwsReconcilerDeps, createContext } from './context.ts'
import { watchCpuLoad } from './cpu-load.ts'
import { watchDatabases } from './databases.ts'
import { everyAws } from './desired.ts'
import { createEndpoints } from './endpoint.ts'
import { withHooks } from './hooks.ts'
import { watchInstances } from './instances.ts'
import { createPortForwards } from './port-forwards.ts'
import { createRegistryDoors } from './registry-door.ts'
import { watchRepositories } from './repositories.ts'

const tickMs = 200
const healthMs = 500
const exitedMs = 2_000
/** Booting more at once than this takes longer for each and for all. */
const atOnce = 3

/**
 * Starts to reconcile AWS: compares the resources of the world with the containers that run. What takes real time pauses
 * the cloud's clock of that resource (`thereAt`, `readyAt`, `goneAt`) until it is done.
 */
export async function createAwsReconciler(deps: AwsReconcilerDeps): Promise<Reconciler> {
  const { world, runtime, sandbox } = deps
  const watch = createWatch({ look: lookBetween, save: deps.save })
  const jobs = createJobs(atOnce, watch.lookAndSave)
  const known = await knownThings(runtime, sandbox)
  const context = createContext(deps, { jobs, known, closed: watch.closed })
  const endpoints = createEndpoints(deps)
  const forwards = createPortForwards(deps)
  const repositories = watchRepositories(context)
  const doors = createRegistryDoors({ ...deps, repositories, closed: watch.closed })
  const instances = watchInstances(context, { endpoints, doors })
  const databases = watchDatabases(context)
  const caches = watchCaches(context)
  const balancers = watchBalancers(context, forwards)
  const commands = watchAwsCommands(context)
  const cpuLoad = watchCpuLoad(context)

  function look(): void {
    if (watch.closed()) return
    for (const part of [instances, databases, caches, repositories, balancers, commands]) part.look()
    context.removeOrphans()
  }

  /** What the cloud does by itself (an Auto Scaling group, for one) belongs to no call. */
  function lookBetween(): void {
    advanceAll(world)
    look()
  }

  watch.every(tickMs, watch.lookAndSave)
  watch.every(healthMs, () => jobs.want('health', balancers.readHealth, 'waits'))
  watch.every(healthMs, cpuLoad.look)
  watch.every(exitedMs, () => jobs.want('exited', instances.noticeExited, 'waits'))
  watch.lookAndSave()

  return {
    operations: all => withHooks(all, look),
    async reach(host, port) {
      const names = namesBehind(world, host.toLowerCase().replace(/\.$/, ''))
      const balancer = everyAws(world, 'load-balancer').find(({ resource }) =>
        names.includes(text(resource, 'dnsName').toLowerCase()),
      )
      const listener = balancer && listenersOf(balancer.call, balancer.resource).find(one => time(one, 'port') === port)
      const local = balancer && forwards.port(portName(balancer.resource, port))
      if (!listener || local === undefined) return undefined
      const scheme = ['HTTPS', 'TLS'].includes(text(listener, 'protocol')) ? 'https' : 'http'
      return `${scheme}://127.0.0.1:${local}`
    },
    ...lifecycleOf(deps, { watch, jobs }, () => Promise.all([endpoints.close(), doors.close(), forwards.close()])),
  }
}
