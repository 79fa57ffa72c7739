import { advanceAll } from '../../aws/advance.ts'
import { text, time } from '../../aws/core/input.ts'
import { namesBehind } from '../../aws/front.ts'
import { listenersOf } from '../../aws/services/elbv2/load-balancer.ts'
import { knownThings } from '../found.ts'
import { createJobs } from '../jobs.ts'
import { lifeOf, type Reality } from '../life.ts'
import { createWatch } from '../watch.ts'
import { doorName, watchBalancers } from './balancers.ts'
import { watchAwsCommands } from './commands.ts'
import { watchDatabases } from './databases.ts'
import { everyAws } from './desired.ts'
import { createDoors } from './doors.ts'
import { createEndpoints } from './endpoint.ts'
import { watchInstances } from './instances.ts'
import { withAwsReality } from './seam.ts'
import { type AwsRealityGround, createSite } from './site.ts'

const tickMs = 200
const healthMs = 500
const fallenMs = 2_000
/** Booting more at once than this takes longer for each and for all. */
const atOnce = 3

/**
 * Starts making the world's AWS real, as the other cloud's reality does: it compares what there should be with what
 * runs, and what takes real time holds the cloud's clock of that thing (`thereAt`, `readyAt`, `goneAt`) until it is done.
 */
export async function createAwsReality(ground: AwsRealityGround): Promise<Reality> {
  const { world, runtime, sandbox } = ground
  const watch = createWatch({ look: lookBetween, save: ground.save })
  const jobs = createJobs(atOnce, watch.lookAndSave)
  const known = await knownThings(runtime, sandbox)
  const site = createSite(ground, { jobs, known, closed: watch.closed })
  const endpoints = createEndpoints(ground)
  const doors = createDoors(ground)
  const instances = watchInstances(site, endpoints)
  const databases = watchDatabases(site)
  const balancers = watchBalancers(site, doors)
  const commands = watchAwsCommands(site)

  function look(): void {
    if (watch.closed()) return
    for (const part of [instances, databases, balancers, commands]) part.look()
    site.lookForLost()
  }

  /** What the cloud does by itself (an Auto Scaling group, for one) belongs to no call. */
  function lookBetween(): void {
    advanceAll(world)
    look()
  }

  watch.every(tickMs, watch.lookAndSave)
  watch.every(healthMs, () => jobs.want('health', balancers.readHealth, 'waits'))
  watch.every(fallenMs, () => jobs.want('fallen', instances.lookForFallen, 'waits'))
  watch.lookAndSave()

  return {
    operations: all => withAwsReality(all, look),
    async reach(host, port) {
      const names = namesBehind(world, host.toLowerCase().replace(/\.$/, ''))
      const balancer = everyAws(world, 'load-balancer').find(({ thing }) =>
        names.includes(text(thing, 'dnsName').toLowerCase()),
      )
      const listener = balancer && listenersOf(balancer.call, balancer.thing).find(one => time(one, 'port') === port)
      const local = balancer && doors.port(doorName(balancer.thing, port))
      if (!listener || local === undefined) return undefined
      const scheme = ['HTTPS', 'TLS'].includes(text(listener, 'protocol')) ? 'https' : 'http'
      return `${scheme}://127.0.0.1:${local}`
    },
    ...lifeOf(ground, { watch, jobs }, () => Promise.all([endpoints.close(), doors.close()])),
  }
}
