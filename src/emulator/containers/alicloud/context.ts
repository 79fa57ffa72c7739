import { text } from '../../alicloud/core/resources.ts'
import type { Resource } from '../../world/model.ts'
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
  networkOf(resource: Resource): Promise<Network>
  /** It is gone for the API when its container is. */
  takeAway(resource: Resource): void
  /** Removes the containers and networks whose resource no longer exists. */
  removeOrphans(): void
}

/** The context of a reconciler; `known`: ids that have a container or network from an earlier process. */
export function createContext(deps: ReconcilerDeps, { jobs, known }: Pick<Context, 'jobs' | 'known'>): Context {
  const { world, runtime, sandbox } = deps
  const running = createRunningContainers<RunningContainer>({ sandbox, runtime, jobs, known })
  const { up, apply } = running
  return {
    ...deps,
    ...{ jobs, known, up, apply },
    networkOf: resource => running.network(text(resource, 'vpcId'), vpcCidr(world, resource), resource.id),
    takeAway(resource) {
      if (!known.has(resource.id)) return
      pauseClock(world, resource, 'goneAt')
      jobs.want(resource.id, async () => {
        up.delete(resource.id)
        await removeMachine(runtime, sandbox, resource.id)
        known.delete(resource.id)
        resumeClock(world, resource, 'goneAt')
      })
    },
    removeOrphans: () =>
      running.removeOrphans(id => ['instance', 'db-instance', 'vpc'].some(type => world.get(type, id) !== undefined)),
  }
}
