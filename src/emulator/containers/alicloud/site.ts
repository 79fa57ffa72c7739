import { text } from '../../alicloud/core/input.ts'
import type { Thing } from '../../world/model.ts'
import { hold, release } from '../held.ts'
import type { Jobs } from '../jobs.ts'
import type { ReconcilerDeps } from '../lifecycle.ts'
import { removeMachine } from '../machine.ts'
import type { Network } from '../network.ts'
import { createStanding, type Standing, type Up } from '../standing.ts'
import { vpcCidr } from './desired.ts'

/** What machines and databases have in common as containers. */
export interface Site extends ReconcilerDeps, Pick<Standing<Up>, 'up' | 'apply'> {
  jobs: Jobs
  /** Ids of everything that has or may have a container or network. */
  known: Set<string>
  networkOf(thing: Thing): Promise<Network>
  /** It is gone for the API when its container is. */
  takeAway(thing: Thing): void
  /** Removes containers and networks of things that are not there any more. */
  lookForLost(): void
}

export function createSite(ground: ReconcilerDeps, { jobs, known }: Pick<Site, 'jobs' | 'known'>): Site {
  const { world, runtime, sandbox } = ground
  const standing = createStanding<Up>({ sandbox, runtime, jobs, known })
  const { up, apply } = standing
  return {
    ...ground,
    ...{ jobs, known, up, apply },
    networkOf: thing => standing.network(text(thing, 'vpcId'), vpcCidr(world, thing), thing.id),
    takeAway(thing) {
      if (!known.has(thing.id)) return
      hold(world, thing, 'goneAt')
      jobs.want(thing.id, async () => {
        up.delete(thing.id)
        await removeMachine(runtime, sandbox, thing.id)
        known.delete(thing.id)
        release(world, thing, 'goneAt')
      })
    },
    lookForLost: () =>
      standing.lookForLost(id => ['instance', 'db-instance', 'vpc'].some(type => world.get(type, id) !== undefined)),
  }
}
