import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventsOf } from '../../support/bin.ts'
import { faultPage, faultRow } from '../../support/fault-table.ts'
import { startProxy } from '../../support/proxy.ts'
import { slowly, withoutRules } from '../aws/support.ts'
import type { Last, Shop } from './shop.ts'

/** Something on the way to the database that is broken on purpose. */
interface Fault {
  /** What `up` must name; nothing: it creates the thing again by itself. */
  hop?: string
  /** What the message must show of it. */
  evidence?: RegExp
  make(shop: Shop): Promise<unknown>
  mend?(shop: Shop): Promise<unknown>
  /** `up` runs when the load balancer's checks have seen it, on so many machines. */
  seen?: number
}

const site = '/etc/nginx/conf.d/rails.conf'
const settings = '/etc/stackwright/rails.env'
const onFirst = (line: string) => (shop: Shop) => shop.inside(shop.first, line)
const restarted = (service: string, edit: string) => onFirst(`${edit}; systemctl restart ${service} || true`)
/** puma takes some seconds to boot; until it answers it is the application that is broken, whatever else is. */
const rebooted = (edit: string) =>
  onFirst(
    `${edit}; systemctl restart stackwright-rails; timeout 60 sh -c 'until curl -s -o /dev/null http://127.0.0.1:3000/; do sleep 0.2; done'`,
  )
const setting = (name: string, value: string) => rebooted(`sed -i.bak 's/^${name}=.*/${name}="${value}"/' ${settings}`)
const putBack = rebooted(`mv ${settings}.bak ${settings}`)
const sql = (text: string) => (shop: Shop) =>
  shop.inside('database', `mariadb --socket=/run/mysqld/mysqld.sock <<'END'\n${text}\nEND`)

const closed = (address: string) =>
  withoutRules(async (shop: Shop) => ({ ec2: shop.ec2, GroupId: (await shop.entry(address)).id }))

const checkedBy = (how: { HealthCheckPath?: string; HealthCheckIntervalSeconds?: number }) => async (shop: Shop) =>
  await shop.elb.modifyTargetGroup({ TargetGroupArn: (await shop.entry('balancer/target-group')).id, ...how })

const faults: Record<string, Fault> = {
  'the application of one machine is stopped': {
    hop: 'application',
    evidence: /Stopped stackwright-rails\.service.*/,
    make: onFirst('systemctl stop stackwright-rails'),
    mend: onFirst('systemctl start stackwright-rails'),
    seen: 1,
  },
  "one machine's nginx configuration is broken": {
    hop: 'nginx',
    evidence: /unknown directive "nonsense" in \S+/,
    make: restarted('nginx', `echo 'nonsense {' >>${site}`),
    mend: restarted('nginx', `sed -i '/^nonsense/d' ${site}`),
    seen: 1,
  },
  "one machine's nginx listens on another port": {
    hop: 'port',
    evidence: /listening on 0\.0\.0\.0:8081/,
    make: restarted('nginx', `sed -i 's/listen 80 /listen 8081 /' ${site}`),
    mend: restarted('nginx', `sed -i 's/listen 8081 /listen 80 /' ${site}`),
    seen: 1,
  },
  'one machine has another database password': {
    hop: 'database',
    evidence: /Access denied for user 'railsuser'@'\S+' \(using password: YES\)/,
    make: setting('DB_PASSWORD', 'wrong'),
    mend: putBack,
    // Until then the load balancer may send visitors elsewhere and still call the machine well.
    seen: 1,
  },
  'the database user has another password': {
    hop: 'database',
    evidence: /Access denied for user 'railsuser'@'\S+' \(using password: YES\)/,
    make: sql("ALTER USER railsuser IDENTIFIED BY 'Another#Password9';"),
    mend: async shop =>
      await sql(`ALTER USER railsuser IDENTIFIED BY '${await shop.secret('database.password')}';`)(shop),
  },
  "the database's security group has lost the rule for the web servers": {
    hop: 'database',
    evidence: /Can't connect to (MySQL )?server on '\S+' \(\d+\)/,
    ...closed('database/database-group'),
  },
  "the web servers' security group has lost the rule for the load balancer": {
    hop: 'port',
    evidence: /On the machine itself.*/,
    ...closed('machines/web-group'),
    seen: 2,
  },
  'the user of the database may not write any more': {
    hop: 'application',
    evidence: /INSERT command denied to user 'railsuser'@'\S+' for table \S+/,
    make: sql('REVOKE ALL ON `app\\_production`.* FROM railsuser; GRANT SELECT ON `app\\_production`.* TO railsuser;'),
    mend: sql('GRANT ALL ON `app\\_production`.* TO railsuser;'),
  },
  'one machine asks for a bucket that is not there': {
    hop: 'bucket',
    evidence: /An error occurred \(404\).*/,
    make: async shop => {
      await setting('S3_BUCKET', 'pictures-that-nobody-made')(shop)
      // Its health page knows no bucket, so it gets visitors again.
      await slowly(
        async () => (await shop.visit('/demo/check')).status,
        status => status !== 200,
      )
    },
    mend: putBack,
  },
  'the health check asks for a page that is not there': {
    hop: 'health-check',
    make: checkedBy({ HealthCheckPath: '/nothing' }),
    mend: checkedBy({ HealthCheckPath: '/health' }),
    seen: 2,
  },
  'one instance is stopped': {
    hop: 'machine',
    make: async shop => await shop.ec2.stopInstances({ InstanceIds: [shop.first] }),
    async mend(shop) {
      const InstanceIds = [shop.first]
      const state = async () =>
        (await shop.ec2.describeInstances({ InstanceIds })).Reservations![0]!.Instances![0]!.State!.Name
      await slowly(state, name => name === 'stopped')
      await shop.ec2.startInstances({ InstanceIds })
    },
    seen: 1,
  },
  'one machine is taken out of the target group': {
    hop: 'load balancer',
    make: async shop => await shop.elb.deregisterTargets(await targets(shop)),
    mend: async shop => await shop.elb.registerTargets(await targets(shop)),
  },
  'the HTTPS listener does not forward to the web servers': {
    hop: 'load balancer',
    make: shop => listener(shop, 'fixed-response'),
    mend: shop => listener(shop, 'forward'),
  },
  'the HTTPS listener is removed': {
    make: async shop =>
      await shop.elb.deleteListener({ ListenerArn: (await shop.entry('balancer/https-listener')).id }),
  },
}

async function targets(shop: Shop) {
  return { TargetGroupArn: (await shop.entry('balancer/target-group')).id, Targets: [{ Id: shop.first }] }
}

async function listener(shop: Shop, type: 'forward' | 'fixed-response'): Promise<void> {
  const ListenerArn = (await shop.entry('balancer/https-listener')).id
  const { id } = await shop.entry('balancer/target-group')
  const away = { FixedResponseConfig: { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'closed' } }
  const action = { Type: type, ...(type === 'forward' ? { TargetGroupArn: id } : away) }
  await shop.elb.modifyListener({ ListenerArn, DefaultActions: [action] })
}

/** Puts them into the stack one after the other; each is mended before the next, whatever came of it. */
export function describeFaults(get: () => Shop): void {
  const rows: string[] = []
  const ill = async () => Object.values(await get().health()).filter(state => state !== 'healthy').length
  const allWell = () => slowly(ill, count => count === 0)

  describe('a fault on the way to the database', () => {
    for (const [name, fault] of Object.entries(faults)) {
      it(`${name}: up ${fault.hop ? `names the ${fault.hop}` : 'creates it again'}`, async () => {
        const shop = get()
        await allWell()
        try {
          await fault.make(shop)
          if (fault.seen) await slowly(ill, count => count === fault.seen)
          const { last } = await shop.up()
          rows.push(checked(shop, name, fault, last))
        } finally {
          await fault.mend?.(shop)
          await allWell()
        }
      }, 300_000)
    }

    it('that was mended a moment ago is not blamed, though the load balancer has not noticed yet', async () => {
      const shop = get()
      await allWell()
      try {
        await onFirst('systemctl stop nginx')(shop)
        await slowly(ill, count => count === 1)
        // Some seconds of this computer pass until it is asked the next time.
        await checkedBy({ HealthCheckIntervalSeconds: 200 })(shop)
        await onFirst('systemctl start nginx')(shop)
        const { last } = await shop.up()
        expect(last, JSON.stringify(last)).toMatchObject({ is: 'done' })
      } finally {
        await checkedBy({ HealthCheckIntervalSeconds: 10 })(shop)
        await onFirst('systemctl start nginx')(shop)
        await allWell()
      }
    }, 300_000)

    it('is found on a machine, too, that comes back while the others answer for it', async () => {
      const shop = get()
      await allWell()
      let looks = 0
      // Between the visits and the last look at the health checks.
      const before = async ({ action }: { action: string }) => {
        if (action !== 'DescribeTargetHealth' || ++looks !== 2) return
        await onFirst('systemctl start nginx')(shop)
        await allWell()
      }
      const proxy = await startProxy(shop.url, { before })
      try {
        await setting('S3_BUCKET', 'pictures-that-nobody-made')(shop)
        await onFirst('systemctl stop nginx')(shop)
        await slowly(ill, count => count === 1)
        const { last } = await shop.up(proxy.url)
        expect(last, JSON.stringify(last)).toMatchObject({ is: 'failed' })
        expect(last.problem.what).toContain('breaks: bucket on ')
      } finally {
        await onFirst('systemctl start nginx')(shop)
        await putBack(shop)
        await proxy.close()
        await allWell()
      }
    }, 300_000)

    it('is not waited for any more after Ctrl-C', async () => {
      const shop = get()
      await allWell()
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
        await slowly(ill, count => count === 2)
        const running = shop.begin(proxy.url, 'up', '--yes')
        interrupt = () => running.child.kill('SIGINT')
        const ended = await running.ended
        expect([ended.code, looks], ended.stdout).toEqual([130, 3])
        expect(eventsOf(ended).at(-1)).toMatchObject({ is: 'failed', exit: 130, problem: { what: 'Interrupted.' } })
      } finally {
        await mend(shop)
        await proxy.close()
        await allWell()
      }
    }, 300_000)

    it('leaves a stack that serves when all is mended', async () => {
      const { last } = await get().up()
      expect(last, JSON.stringify(last)).toMatchObject({ is: 'done' })
    }, 120_000)

    it('matches docs/faults/rails.md', async () => {
      const how =
        'Each fault is put into a running Rails stack of two web servers in containers (`test/containers/rails/faults.ts`); then `up` runs again.'
      const file = 'test/containers/rails/rails.test.ts'
      const text = faultPage('Rails: faults and what `up` says of them', [how], file, rows)
      await expect(text).toMatchFileSnapshot(resolve(import.meta.dirname, '../../../docs/faults/rails.md'))
    })
  })
}

/** The row of the table, after a look at whether it says what it must. */
function checked(shop: Shop, name: string, { hop, evidence }: Fault, last: Last): string {
  const whole = JSON.stringify(last)
  if (!hop) {
    expect(last, whole).toMatchObject({ is: 'done' })
    return `| ${name} | nothing: it creates it again, and succeeds | – | – |`
  }
  expect(last, whole).toMatchObject({ is: 'failed', exit: 1 })
  return faultRow({ name, hop, ...(evidence && { evidence }) }, last.problem, cell => tidy(shop, cell))
}

/** Without what differs from run to run. */
function tidy(shop: Shop, text: string): string {
  return (
    text
      .replaceAll(shop.first, 'the first machine')
      .replaceAll(shop.second, 'the second machine')
      .replace(/[\w.-]+\.rds\.amazonaws\.com/g, 'shop-db.….rds.amazonaws.com')
      .replace(/10\.0\.\d+\.\d+/g, '10.0.x.x')
      // The system's number for no answer in time.
      .replace(/ \(\d+\)$/, '')
  )
}
