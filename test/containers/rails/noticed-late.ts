import { describe, expect, it } from 'vitest'
import { eventsOf } from '../../support/bin.ts'
import { startProxy } from '../../support/proxy.ts'
import { allWell, checkedBy, closed, onFirst, putBack, setting, untilIll } from './faults.ts'
import type { Shop } from './shop.ts'

/** Faults that come and go while `up` looks: the load balancer's checks are always some seconds behind. */
export function describeNoticedLate(get: () => Shop): void {
  describe('a fault on the way to the database', () => {
    it('that was mended a moment ago is not blamed, though the load balancer has not noticed yet', async () => {
      const shop = get()
      await allWell(shop)
      try {
        await onFirst('systemctl stop nginx')(shop)
        await untilIll(shop, 1)
        // Some seconds of this computer pass until it is asked the next time.
        await checkedBy({ HealthCheckIntervalSeconds: 200 })(shop)
        await onFirst('systemctl start nginx')(shop)
        const { last } = await shop.up()
        expect(last, JSON.stringify(last)).toMatchObject({ is: 'done' })
      } finally {
        await checkedBy({ HealthCheckIntervalSeconds: 10 })(shop)
        await onFirst('systemctl start nginx')(shop)
        await allWell(shop)
      }
    }, 300_000)

    it('is found on a machine, too, that comes back while the others answer for it', async () => {
      const shop = get()
      await allWell(shop)
      let looks = 0
      // Between the visits and the last look at the health checks.
      const before = async ({ action }: { action: string }) => {
        if (action !== 'DescribeTargetHealth' || ++looks !== 2) return
        await onFirst('systemctl start nginx')(shop)
        await allWell(shop)
      }
      const proxy = await startProxy(shop.url, { before })
      try {
        await setting('S3_BUCKET', 'pictures-that-nobody-made')(shop)
        await onFirst('systemctl stop nginx')(shop)
        await untilIll(shop, 1)
        const { last } = await shop.up(proxy.url)
        expect(last, JSON.stringify(last)).toMatchObject({ is: 'failed' })
        expect(last.problem.what).toContain('breaks: bucket on ')
      } finally {
        await onFirst('systemctl start nginx')(shop)
        await putBack(shop)
        await proxy.close()
        await allWell(shop)
      }
    }, 300_000)

    it('is not waited for any more after Ctrl-C', async () => {
      const shop = get()
      await allWell(shop)
      const { make, mend } = closed('machines/web-group')
      let looks = 0
      let interrupt = () => {}
      const proxy = await startProxy(shop.url, {
        before({ action }) {
          // By itself, before the pages are asked, after them, and then again and again for some seconds.
          if (action === 'DescribeTargetHealth' && ++looks === 3) interrupt()
        },
      })
      try {
        await make(shop)
        await untilIll(shop, 2)
        const running = shop.begin(proxy.url, 'up', '--yes')
        interrupt = () => running.child.kill('SIGINT')
        const ended = await running.ended
        expect([ended.code, looks], ended.stdout).toEqual([130, 3])
        expect(eventsOf(ended).at(-1)).toMatchObject({ is: 'failed', exit: 130, problem: { what: 'Interrupted.' } })
      } finally {
        await mend(shop)
        await proxy.close()
        await allWell(shop)
      }
    }, 300_000)
  })
}
