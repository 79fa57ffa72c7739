import type { Jobs } from './jobs.ts'
import { type Machine, removeMachine } from './machine.ts'
import { ensureNetwork, type Network, removeNetwork } from './network.ts'
import type { Runtime } from './runtime.ts'

/** A container that runs, and what was last put on it. */
export interface Up {
  machine: Machine
  network: Network
  applied: Record<string, string>
}

export interface StandingGround {
  sandbox: string
  runtime: Runtime
  jobs: Jobs
  /** Ids of everything that has or may have a container or network. */
  known: Set<string>
}

/** The containers and networks of a cloud's things, whichever cloud it is. */
export interface Standing<One extends Up> {
  /** What runs, by the id of its container. */
  up: Map<string, One>
  /** The network of the VPC that `user` is in; refused when there is no such VPC any more. */
  network(vpcId: string, cidr: string | undefined, user: string): Promise<Network>
  /** Does the work unless exactly this was done last. */
  apply(there: One, what: string, wanted: string, work: () => Promise<void>): void
  /** Removes containers and networks of things that are not there any more. */
  lookForLost(there: (id: string) => boolean): void
}

export function createStanding<One extends Up>({ sandbox, runtime, jobs, known }: StandingGround): Standing<One> {
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
    lookForLost(there) {
      for (const id of known) {
        if (there(id)) continue
        jobs.want(id, async () => {
          up.delete(id)
          if (id.startsWith('vpc-')) await removeNetwork(runtime, sandbox, id)
          else await removeMachine(runtime, sandbox, id)
          networks.delete(id)
          known.delete(id)
        })
      }
    },
  }
}
