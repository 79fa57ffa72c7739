import { describe, expect, it } from 'vitest'
import { containerId } from '../../../src/emulator/containers/aws/desired.ts'
import { containerName } from '../../../src/emulator/containers/network.ts'
import type { Resource } from '../../../src/emulator/world/model.ts'
import { addressOf, banner, expectWays, from, type Place } from '../aws/reach.ts'
import { databaseOf, type Shop } from './shop.ts'

type Places = Record<'bastion' | 'web' | 'web2' | 'front' | 'database', Place>

/** Everything that can be tried from elsewhere is. */
export function describeReach(of: () => Shop): void {
  describe('Who reaches whom, tried from elsewhere', () => {
    it('lets everybody reach SSH of the bastion, and only the bastion that of the web servers', async () => {
      const { runtime } = of()
      const { bastion, web, web2, front, database } = await placesOf(of())
      // Somebody does listen there: it is the groups that keep them out.
      expect(await banner(runtime, web2, '127.0.0.1')).toBe('SSH-2.0-')
      for (const one of [web, web2]) expect(await banner(runtime, bastion, one.address)).toBe('SSH-2.0-')
      await expectWays(runtime, {
        open: [...from(['outside'], bastion, 22), ...from([bastion], web, 22), ...from([bastion], web2, 22)],
        closed: [...from(['outside', web2, front, database], web, 22), ...from(['outside', web], web2, 22)],
      })
    }, 180_000)

    it('lets only the load balancer reach nginx, and everybody the load balancer', async () => {
      const { bastion, web, web2, front } = await placesOf(of())
      await expectWays(of().runtime, {
        open: [80, 443]
          .flatMap(port => from(['outside', bastion], front, port))
          .concat(from([front], web, 80), from([front], web2, 80)),
        closed: [...from(['outside', bastion, web2], web, 80), ...from(['outside', bastion, web2, front], web, 3000)],
      })
    }, 180_000)

    it('lets only the web servers reach the database', async () => {
      const { bastion, web, web2, front, database } = await placesOf(of())
      await expectWays(of().runtime, {
        open: from([web, web2], database, 3306),
        closed: from(['outside', bastion, front], database, 3306),
      })
    }, 180_000)
  })
}

async function placesOf(shop: Shop): Promise<Places> {
  const { runtime, sandbox } = shop
  const machine = async (is: string, address: string): Promise<Place> => {
    const { id, out } = await shop.entry(address)
    return { is, container: containerName(sandbox, id), address: String(out.privateIp) }
  }
  const web = await machine('web', 'machines/instance')
  const named = async (host: unknown) => await addressOf(runtime, web.container, String(host))
  const balancer = await shop.entry('balancer/load-balancer')
  const front = containerId({ id: balancer.id, type: 'load-balancer' } as Resource)
  const database = await shop.entry('database/instance')
  return {
    ...{ web, web2: await machine('second web', 'machines/instance-2') },
    bastion: await machine('bastion', 'machines/bastion'),
    front: {
      is: 'load balancer',
      container: containerName(sandbox, front),
      address: await named(balancer.out.dnsName),
    },
    database: { is: 'database', container: await databaseOf(shop), address: await named(database.out.host) },
  }
}
