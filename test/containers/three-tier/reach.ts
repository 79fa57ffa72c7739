import { describe, expect, it } from 'vitest'
import { containerName } from '../../../src/emulator/containers/network.ts'
import { addressOf, banner, expectWays, from, opened, type Place, type Start, type Way } from '../aws/reach.ts'
import { slowly } from '../aws/support.ts'
import { type Bastion, startBastion } from './bastion.ts'
import type { Tiers } from './stack.ts'

type Places = Record<'web' | 'web2' | 'app' | 'app2' | 'front' | 'inner' | 'writer' | 'reader', Place>

/** Everything that can be tried from elsewhere is. */
export function whoReachesWhom(tiers: Tiers): void {
  describe('who reaches whom, tried from elsewhere', () => {
    it('lets only the load balancer reach Apache, and everybody the load balancer', async () => {
      const { web, web2, app, front, inner, reader } = await placesOf(tiers)
      await expectWays(tiers.runtime, {
        open: [...from([front], web, 80), ...from([front], web2, 80), ...from(['outside', app, web], front, 80)],
        closed: [...from(['outside', web2, app, inner, reader], web, 80), ...from(['outside', app], web2, 80)],
      })
    }, 180_000)

    it('lets only the web servers reach the load balancer between the tiers, and only that one uWSGI', async () => {
      const { web, web2, app, app2, front, inner, reader } = await placesOf(tiers)
      await expectWays(tiers.runtime, {
        open: [...from([web, web2], inner, 9090), ...from([inner], app, 9090), ...from([inner], app2, 9090)],
        closed: [
          ...from(['outside', app, front, reader], inner, 9090),
          ...from(['outside', web, web2, app2, front, reader], app, 9090),
        ],
      })
    }, 180_000)

    it('lets only the application servers reach the database', async () => {
      const { web, app, app2, front, inner, writer, reader } = await placesOf(tiers)
      const both = (list: Start[]) => [...from(list, writer, 3306), ...from(list, reader, 3306)]
      await expectWays(tiers.runtime, { open: both([app, app2]), closed: both(['outside', web, front, inner]) })
    }, 180_000)

    it('lets nobody reach SSH, until a person lets a bastion in', async () => {
      const { web, app, front } = await placesOf(tiers)
      const bastion = await startBastion(tiers)
      const place = { is: 'bastion', container: containerName(tiers.sandbox, bastion.id), address: bastion.address }
      const ssh = (list: Start[]) => [...from(list, web, 22), ...from(list, app, 22)]
      try {
        // Somebody does listen there: it is the groups that keep them out.
        for (const one of [web, app]) expect(await banner(tiers.runtime, one, '127.0.0.1')).toBe('SSH-2.0-')
        await expectWays(tiers.runtime, { open: from(['outside'], place, 22), closed: ssh(['outside', place, front]) })
        await bastion.letIn()
        for (const one of [web, app]) expect(await banner(tiers.runtime, place, one.address)).toBe('SSH-2.0-')
        await expectWays(tiers.runtime, {
          open: ssh([place]),
          closed: [...ssh(['outside', front]), ...strangers(web, app)],
        })
        await theWholeWorld(tiers, bastion, { open: ssh([place, web]), closed: ssh(['outside']) })
        await bastion.keepOut()
        await slowly(
          () => opened(tiers.runtime, ssh([place])),
          list => list.length === 0,
          60,
        )
      } finally {
        await bastion.remove()
      }
    }, 240_000)
  })
}

/** A private machine that opens itself to everybody is still not reached from outside of its VPC. */
async function theWholeWorld(tiers: Tiers, bastion: Bastion, ways: Parameters<typeof expectWays>[1]): Promise<void> {
  await bastion.letIn('0.0.0.0/0')
  try {
    await expectWays(tiers.runtime, ways)
  } finally {
    await bastion.keepOut('0.0.0.0/0')
  }
}

function strangers(web: Place, app: Place): Way[] {
  return [...from([web], app, 22), ...from([app], web, 22)]
}

async function placesOf(tiers: Tiers): Promise<Places> {
  const { elb, sandbox } = tiers
  const [[web, web2], [app, app2]] = await Promise.all([tiers.servers('ApacheWeb'), tiers.servers('App')])
  const { LoadBalancers = [] } = await elb.describeLoadBalancers({})
  const machine = (is: string, one = web!): Place => ({
    is,
    container: containerName(sandbox, one.id),
    address: one.address,
  })
  const named = (host: string) => addressOf(tiers.runtime, containerName(sandbox, app!.id), host)
  const balancer = async (is: string, scheme: string): Promise<Place> => {
    const one = LoadBalancers.find(row => row.Scheme === scheme)!
    const container = tiers.container('load-balancer', one.LoadBalancerArn!)
    return { is, container, address: await named(one.DNSName!) }
  }
  const database = async (is: string, writes: boolean): Promise<Place> => {
    const { container, host } = await tiers.member(writes)
    return { is, container, address: await named(host) }
  }
  return {
    ...{ web: machine('web', web), web2: machine('second web', web2) },
    ...{ app: machine('application', app), app2: machine('second application', app2) },
    front: await balancer('load balancer', 'internet-facing'),
    inner: await balancer('internal load balancer', 'internal'),
    writer: await database('writer', true),
    reader: await database('reader', false),
  }
}
