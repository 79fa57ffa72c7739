import { describe, expect, it } from 'vitest'
import { readProxy } from '../../../src/emulator/containers/aws/proxy.ts'
import { realAddress as addressFor } from '../../../src/emulator/containers/container.ts'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { eventsOf } from '../../support/bin.ts'
import { slowly } from '../aws/support.ts'
import type { Tier, Tiers } from './stack.ts'
import { type Visit, visitor } from './visitor.ts'

const tierNames: Tier[] = ['ApacheWeb', 'App']
/** Each answers through a machine of both tiers and the database's reader. */
const pages = ['/', '/read']

/** Machines that die under visitors. */
export function killedMachines(tiers: Tiers): void {
  describe('one web and one application server killed at the same moment', () => {
    let visits: Visit[] = []
    let noticed = 0
    const before = new Map<Tier, string[]>()
    const after = new Map<Tier, string[]>()

    it('are replaced by their groups with machines that are well', async () => {
      for (const tier of tierNames) before.set(tier, await wellOf(tiers, tier))
      const killed = tierNames.map(tier => before.get(tier)![0]!)
      const someone = visitor(tiers, pages)
      try {
        for (const id of killed) await tiers.runtime.must('kill', ['kill', containerName(tiers.sandbox, id)])
        const counted = async () => (await Promise.all(tierNames.map(tier => wellOf(tiers, tier)))).flat()
        await slowly(
          () => asked(tiers),
          names => names.length > 0 && !killed.some(id => names.includes(id)),
          120,
        )
        noticed = Date.now()
        await slowly(counted, well => well.length === 4, 300)
      } finally {
        visits = await someone.end()
      }
      for (const tier of tierNames) {
        const [gone, stayed] = before.get(tier)!
        const now = await wellOf(tiers, tier)
        after.set(tier, now)
        expect(now).toContain(stayed)
        expect(now).not.toContain(gone)
      }
    }, 480_000)

    it('cost no visitor who asks twice a page, and nobody anything once the load balancers had noticed', () => {
      expect(visits.length).toBeGreaterThan(10)
      expect(visits.filter(one => one.tries.at(-1) !== '200')).toEqual([])
      expect(visits.filter(one => one.begun > noticed && one.tries.length > 1)).toEqual([])
    })

    it('are missed by nobody: their successors serve, as their own logs prove', async () => {
      const fresh = tierNames.map(tier => after.get(tier)!.find(id => !before.get(tier)!.includes(id))!)
      const logs = ['cat /var/log/apache2/*access*', 'journalctl -u stackwright-uwsgi -o cat']
      for (const [n, id] of fresh.entries()) {
        const served = async () => {
          for (const path of pages) expect((await tiers.visit(path)).status).toBe(200)
          return (await tiers.inside(id, `${logs[n]} | grep -cE "GET /(read)? " || true`)).trim()
        }
        expect(Number(await slowly(served, count => Number(count) > 0, 60))).toBeGreaterThan(0)
      }
    }, 150_000)

    it('leave nothing to do for up', async () => {
      const told = await tiers.program('up', '--json')
      expect(told.code, told.stdout + told.stderr).toBe(0)
      const plan = eventsOf(told).find(event => event.is === 'plan') as { changes: { action: string }[] } | undefined
      expect(new Set(plan?.changes.map(change => change.action))).toEqual(new Set(['keep']))
    }, 240_000)
  })
}

async function wellOf(tiers: Tiers, tier: Tier): Promise<string[]> {
  return [...(await tiers.health(tier))].flatMap(([id, state]) => (state === 'healthy' ? [id] : []))
}

/** Machines that the load balancers send requests to, as the proxies in their place say themselves. */
async function asked({ elb, runtime, container }: Tiers): Promise<string> {
  const { LoadBalancers = [] } = await elb.describeLoadBalancers({})
  const names = LoadBalancers.map(async ({ LoadBalancerArn }) => {
    const realAddress = await addressFor(runtime, container('load-balancer', LoadBalancerArn!))
    const seen = await readProxy({ realAddress }, realAddress.replace(/\d+$/, '1'))
    // It has just started anew and does not answer yet.
    if (seen.size === 0) return undefined
    return [...seen].flatMap(([name, { state }]) => (state === 'up' ? [name] : [])).join(' ')
  })
  const told = await Promise.all(names)
  return told.includes(undefined) ? '' : told.join(' ')
}
