import type { Jobs } from './jobs.ts'
import { type Machine, removeMachine } from './machine.ts'
import { ensureNetwork, type Network, removeNetwork } from './network.ts'
import type { Runtime } from './runtime.ts'

/** A container that runs, and what was last put on it. */
export interface RunningContainer {
  machine: Machine
  network: Network
  applied: Record<string, string>
}

/** What the list of running containers needs. */
export interface RunningDeps {
  sandbox: string
  runtime: Runtime
  jobs: Jobs
  /** Ids of everything that has or may have a container or network. */
  known: Set<string>
}

/** The containers and networks of one cloud's resources. */
export interface RunningContainers<One extends RunningContainer> {
  /** Containers that run, by the id of their resource. */
  up: Map<string, One>
  /** The network of the VPC (or of ours, `net-…`) that `user` is in; rejects when the VPC (`cidr` is nothing) no longer exists. */
  network(vpcId: string, cidr: string | undefined, user: string): Promise<Network>
  /** Does the work, later, unless exactly this (`wanted`) was the last that was done for `what`. */
  apply(there: One, what: string, wanted: string, work: () => Promise<void>): void
  /** Removes the containers and networks whose resource no longer exists. */
  removeOrphans(exists: (id: string) => boolean): void
}

/** The list starts empty: `known` names what an earlier process left, and each is found when it is next wanted. */
export function createRunningContainers<One extends RunningContainer>({
  sandbox,
  runtime,
  jobs,
  known,
}: RunningDeps): RunningContainers<One> {
  const up = new Map<string, One>()
  const networks = new Map<string, Promise<Network>>()
  return {
    up,
    network(vpcId, cidr, user) {
      if (cidr === undefined) return Promise.reject(new Error(`The VPC of ${user} is gone.`))
      const made = networks.get(vpcId) ?? ensureNetwork(runtime, { sandbox, vpcId, cidr })
      networks.set(vpcId, made)
      known.add(vpcId)
      made.catch(() => networks.delete(vpcId))
      return made
    },
    apply(there, what, wanted, work) {
      if (there.applied[what] === wanted) return
      jobs.want(there.machine.id, async () => {
        await work()
        there.applied[what] = wanted
      })
    },
    removeOrphans(exists) {
      for (const id of known) {
        if (exists(id)) continue
        jobs.want(id, async () => {
          up.delete(id)
          if (/^(vpc|net)-/.test(id)) await removeNetwork(runtime, sandbox, id)
          else await removeMachine(runtime, sandbox, id)
          networks.delete(id)
          known.delete(id)
        })
      }
    },
  }
}
