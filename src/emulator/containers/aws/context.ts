import { resourcesOf, text } from '../../aws/core/resources.ts'
import { registryHost } from '../../aws/services/ecr/lookup.ts'
import type { Issued } from '../../http/authority.ts'
import type { Resource } from '../../world/model.ts'
import { type FirewallSpec, firewallText, type GroupRule, setFirewall } from '../firewall.ts'
import type { Jobs } from '../jobs.ts'
import type { ReconcilerDeps } from '../lifecycle.ts'
import { removeMachine, setNames } from '../machine.ts'
import type { Network } from '../network.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import { createRunningContainers, type RunningContainer, type RunningContainers } from '../running.ts'
import {
  addressesOf,
  clusterOf,
  containerId,
  endpointNames,
  everyAws,
  groupsOf,
  inwardRules,
  isPublic,
  type Placed,
  reachesOut,
  vpcCidr,
  withinVpc,
} from './desired.ts'
import { statsPort } from './haproxy.ts'
import { registriesId, registryPort } from './registry.ts'
import type { Surroundings } from './scripts.ts'

/** What the reconciler of AWS needs besides. */
export interface AwsReconcilerDeps extends ReconcilerDeps {
  /** The local port of the embedded cloud's API, for the machines. */
  apiPort(): number
  /** Certificates for load balancers, databases and caches that speak TLS. */
  issue(names: string[]): Issued
  /** The certificate of who issues them, PEM: machines trust it. */
  authority(): string
}

/** A container that runs, and what was last put on it. */
export interface AwsContainer extends RunningContainer {
  surroundings?: Surroundings
  /** Of an instance: its first boot's script has not ended. */
  settingUp?: boolean
}

/** What machines, databases and load balancers have in common as containers. */
export interface Context extends AwsReconcilerDeps, Pick<RunningContainers<AwsContainer>, 'up' | 'apply'> {
  jobs: Jobs
  /** Ids of everything that has or may have a container or network. */
  known: Set<string>
  closed(): boolean
  networkOf(one: Placed): Promise<Network>
  /** The one of all repositories' servers. */
  registryNetwork(): Promise<Network>
  /** Names and firewall as they are to be: later, or before anything else. */
  follow(there: AwsContainer, one: Placed): void
  followNow(there: AwsContainer, one: Placed): Promise<void>
  /** It is gone for the API when its container is. */
  takeAway(resource: Resource, id: string, clock: 'thereAt' | 'goneAt'): void
  /** Removes the containers and networks whose resource no longer exists. */
  removeOrphans(): void
}

/** The context of a reconciler; `known`: ids that have a container or network from an earlier process. */
export function createContext(
  deps: AwsReconcilerDeps,
  { jobs, known, closed }: Pick<Context, 'jobs' | 'known' | 'closed'>,
): Context {
  const { world, runtime, sandbox } = deps
  const running = createRunningContainers<AwsContainer>({ sandbox, runtime, jobs, known })
  const { up, apply } = running
  const gone = new Set<string>()

  return {
    ...deps,
    ...{ jobs, up, known, closed, apply },
    networkOf: one => running.network(text(one.resource, 'vpcId'), vpcCidr(one), one.resource.id),
    registryNetwork: () => running.network(registriesId, '', 'the repositories'),
    follow(there, one) {
      const spec = firewallOf(there, one)
      apply(there, 'firewall', firewallText(spec), () => setFirewall(runtime, there.machine, spec))
      const names = namesFor(there, one)
      if (names) apply(there, 'names', JSON.stringify(names), () => setNames(runtime, there.machine, names))
    },
    async followNow(there, one) {
      const spec = firewallOf(there, one)
      await setFirewall(runtime, there.machine, spec)
      there.applied.firewall = firewallText(spec)
      const names = namesFor(there, one)
      if (!names) return
      await setNames(runtime, there.machine, names)
      there.applied.names = JSON.stringify(names)
    },
    takeAway(resource, id, clock) {
      if (gone.has(id)) return
      pauseClock(world, resource, clock)
      jobs.want(id, async () => {
        up.delete(id)
        await removeMachine(runtime, sandbox, id)
        gone.add(id)
        resumeClock(world, resource, clock)
      })
    },
    removeOrphans() {
      const types = ['instance', 'db-instance', 'replication-group', 'load-balancer', 'repository', 'vpc']
      const there = new Set(types.flatMap(type => everyAws(world, type).map(({ resource }) => containerId(resource))))
      if (everyAws(world, 'repository').length > 0) there.add(registriesId)
      running.removeOrphans(id => there.has(id))
    },
  }
}

/** Only machines look names up. */
function namesFor({ network }: AwsContainer, { call, resource }: Placed): Record<string, string> | undefined {
  if (resource.type !== 'instance') return undefined
  return { ...endpointNames(call, text(resource, 'vpcId')), [registryHost(call)]: network.gateway }
}

const everything: GroupRule = { protocol: 'all', ports: '-1/-1', from: '0.0.0.0/0', accept: true, priority: 1 }

function firewallOf({ network }: AwsContainer, one: Placed): FirewallSpec {
  const { call, resource } = one
  const from = network.gateway
  const ours = (port: number): GroupRule => ({ ...everything, protocol: 'tcp', ports: `${port}/${port}`, from })
  if (resource.type === 'repository') {
    const place = { ...network, cidr: network.block }
    return { network: place, rules: [ours(registryPort)], peers: [], internet: false }
  }
  const groups = groupsOf(one)
  // Only a network load balancer may have no groups: then nothing stands before it.
  const bare = resource.type === 'load-balancer' && groups.length === 0
  const allowed = bare ? [everything] : inwardRules(call, groups)
  const rules = isPublic(one) ? allowed : withinVpc(allowed, network.cidr)
  if (resource.type === 'instance') return { network, rules, peers: [], internet: reachesOut(one) }
  if (resource.type === 'db-instance') return { network, rules, peers: matesOf(one), internet: false }
  if (resource.type === 'replication-group') return { network, rules, peers: [], internet: false }
  return { network, rules: [ours(statsPort), ...rules], peers: [], internet: false }
}

/** Servers of a cluster share their storage, which no security group stands before. */
function matesOf(one: Placed): string[] {
  const { call, resource } = one
  const cluster = clusterOf(one)
  if (!cluster) return []
  return resourcesOf(call, 'db-instance')
    .filter(mate => mate.id !== resource.id && text(mate, 'cluster') === text(cluster, 'name'))
    .flatMap(mate => addressesOf({ call, resource: mate }))
}
