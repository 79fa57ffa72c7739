import { text } from '../../alicloud/core/resources.ts'
import type { Thing } from '../../world/model.ts'
import type { Jobs } from '../jobs.ts'
import type { ReconcilerDeps } from '../lifecycle.ts'
import { removeMachine } from '../machine.ts'
import type { Network } from '../network.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import { createRunningContainers, type RunningContainer, type RunningContainers } from '../running.ts'
import { vpcCidr } from './desired.ts'

/** What machines and databases have in common as containers. */
export interface Context extends ReconcilerDeps, Pick<RunningContainers<RunningContainer>, 'up' | 'apply'> {
  jobs: Jobs
  /** Ids of everything that has or may have a container or network. */
  known: Set<string>
  networkOf(thing: Thing): Promise<Network>
  /** It is gone for the API when its container is. */
  takeAway(thing: Thing): void
  /** Removes the containers and networks whose resource no longer exists. */
  removeOrphans(): void
}

export function createContext(deps: ReconcilerDeps, { jobs, known }: Pick<Context, 'jobs' | 'known'>): Context {
  const { world, runtime, sandbox } = deps
  const running = createRunningContainers<RunningContainer>({ sandbox, runtime, jobs, known })
  const { up, apply } = running
  return {
    ...deps,
    ...{ jobs, known, up, apply },
    networkOf: thing => running.network(text(thing, 'vpcId'), vpcCidr(world, thing), thing.id),
    takeAway(thing) {
      if (!known.has(thing.id)) return
      pauseClock(world, thing, 'goneAt')
      jobs.want(thing.id, async () => {
        up.delete(thing.id)
        await removeMachine(runtime, sandbox, thing.id)
        known.delete(thing.id)
        resumeClock(world, thing, 'goneAt')
      })
    },
    removeOrphans: () =>
      running.removeOrphans(id => ['instance', 'db-instance', 'vpc'].some(type => world.get(type, id) !== undefined)),
  }
}
