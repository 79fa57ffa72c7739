import { findResource, text, time } from '../../aws/core/resources.ts'
import { usersOf } from '../../aws/services/elbv2/target-group.ts'
import type { Target } from '../../aws/services/elbv2/target-health.ts'
import { type Health, judgeTargetsWith } from '../../aws/services/elbv2/target-health.ts'
import { askBalancersOf } from '../../aws/services/elbv2/target-in-use.ts'
import type { Call, Resource } from '../../world/model.ts'
import { pauseClock, resumeClock } from '../paused-clock.ts'
import type { AwsContainer, Context } from './context.ts'
import { addressesOf, containerId, everyAws, type Placed } from './desired.ts'
import { backName, type ProxyFiles, proxyFiles, sendsTo, serverName } from './haproxy.ts'
import type { PortForwards } from './port-forwards.ts'
import { bootProxy, readProxy, type Seen, setProxy } from './proxy.ts'
import { createRequestCounts } from './request-counts.ts'

/** Load balancers as the reconciler drives them. */
export interface Balancers {
  look(): void
  /** Asks every proxy what its checks say, and what it served. */
  readHealth(): Promise<void>
}

const registering: Health = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
}
const checking: Health = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
}

/** Until a machine that is set up has been checked, real milliseconds. */
const checksTakeMs = 15_000
/** What requests under way may take once a proxy sends a machine no more of them, real milliseconds. */
const requestsEndMs = 5_000

/** Application and network load balancers as HAProxy with addresses in the VPC; what its checks say is the targets' health. */
export function watchBalancers(context: Context, forwards: PortForwards): Balancers {
  const { world, runtime, jobs, up } = context
  const seen = new Map<string, Map<string, Seen>>()
  const everHealthy = new Set<string>()
  const settled = new Map<string, number>()
  const quiet = new Map<string, number>()
  const counts = createRequestCounts()
  const secondMs = Math.max(30, 1000 / context.speed)
  let opened = ''
  judgeTargetsWith(world, judge)
  askBalancersOf(world, mayHaveRequests)

  function lookAt(one: Placed): void {
    const id = containerId(one.resource)
    context.known.add(id)
    const there = up.get(id)
    if (!there) {
      pauseClock(world, one.resource, 'readyAt')
      jobs.want(id, () => bootOne(one, id))
      return
    }
    context.follow(there, one)
    const files = proxyFiles(one, { secondMs, issue: pemOf })
    context.apply(there, 'files', JSON.stringify(files), () => setProxy(runtime, there.machine, files))
  }

  async function bootOne(one: Placed, id: string): Promise<void> {
    const network = await context.networkOf(one)
    const spec = { sandbox: context.sandbox, id, image: context.image, network, addresses: addressesOf(one) }
    const proxy: AwsContainer = { machine: await bootProxy(runtime, spec), network, applied: {} }
    await context.followNow(proxy, one)
    up.set(id, proxy)
    resumeClock(world, one.resource, 'readyAt')
  }

  function pemOf(names: string[]): string {
    const { certificate, key } = context.issue(names)
    return certificate + key
  }

  function updateForwards(): void {
    const specs = everyAws(world, 'listener').flatMap(({ call, resource }) => {
      const balancer = findResource(call, 'load-balancer', text(resource, 'balancerId'))
      if (!balancer) return []
      const there = up.get(containerId(balancer))
      const port = time(resource, 'port')
      const to = there && { host: there.machine.realAddress, port, from: there.network.gateway }
      return [{ name: portName(balancer, port), to }]
    })
    const wanted = JSON.stringify(specs)
    if (wanted === opened) return
    opened = wanted
    forwards.set(specs).catch(() => (opened = ''))
  }

  /** The cloud's clock may run faster than machines: one that still sets itself up is not unhealthy, however late it is. */
  function judge(call: Call, group: Resource, target: Target): Health | undefined {
    const user = usersOf(call, group)[0]
    const balancer = user && findResource(call, 'load-balancer', text(user, 'balancerId'))
    const check = balancer && seen.get(containerId(balancer))?.get(`${backName(group)}/${serverName(target)}`)
    if (!check || check.state === 'no check') return registering
    const key = `${group.id} ${target.id}:${target.port}`
    if (check.state === 'up') {
      everHealthy.add(key)
      return { state: 'healthy' }
    }
    const early = target.since + time(group, 'unhealthy') * time(group, 'interval') * 1000
    if (!everHealthy.has(key) && (settling(key, target.id) || world.now() < early)) return checking
    return { state: 'unhealthy', ...reasonOf(check.why) }
  }

  /** Sets itself up, or has just done so and was not yet checked as often as it takes. */
  function settling(key: string, id: string): boolean {
    if (up.get(id)?.settingUp !== false) return true
    const since = settled.get(key) ?? Date.now()
    settled.set(key, since)
    return Date.now() < since + checksTakeMs
  }

  /** The cloud's clock may have drained a machine before a proxy even knows that it leaves. */
  function mayHaveRequests(instanceId: string): boolean {
    const used = everyAws(world, 'load-balancer').some(({ resource }) => {
      const files = up.get(containerId(resource))?.applied.files
      return files !== undefined && sendsTo(JSON.parse(files) as ProxyFiles, instanceId)
    })
    if (used) return true
    const since = quiet.get(instanceId) ?? Date.now()
    quiet.set(instanceId, since)
    return Date.now() < since + requestsEndMs
  }

  return {
    look() {
      for (const one of everyAws(world, 'load-balancer')) lookAt(one)
      updateForwards()
    },
    async readHealth() {
      for (const balancer of everyAws(world, 'load-balancer')) {
        const id = containerId(balancer.resource)
        const one = up.get(id)
        if (!one?.applied.files) continue
        const told = await readProxy(one.machine, one.network.gateway)
        seen.set(id, told)
        counts.take(balancer, told)
      }
    },
  }
}

/** What HAProxy says of a check that failed (`L7STS 404`), in the cloud's words. */
function reasonOf(why: string): Pick<Health, 'reason' | 'description'> {
  if (/^\W*L\dTOUT/.test(why)) return { reason: 'Target.Timeout', description: 'Request timed out' }
  const [, code] = /^\W*L7STS (\d+)/.exec(why) ?? []
  if (code === undefined) return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
  return { reason: 'Target.ResponseCodeMismatch', description: `Health checks failed with these codes: [${code}]` }
}

/** The name that a listener's local port is kept under. */
export function portName(balancer: Resource, port: number): string {
  return `${text(balancer, 'dnsName').toLowerCase()}:${port}`
}
