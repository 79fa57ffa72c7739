import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultPage, faultRow, injectedOf, type Kind, type Page } from '../../support/fault-table.ts'
import { slowly, withoutRules } from '../aws/support.ts'
import type { Last, Shop } from './shop.ts'

/** Something on the way to the database that is broken on purpose. */
interface Fault {
  at: Kind
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
export const onFirst = (line: string) => (shop: Shop) => shop.inside(shop.first, line)
const restarted = (service: string, edit: string) => onFirst(`${edit}; systemctl restart ${service} || true`)
/** puma takes some seconds to boot; until it answers it is the application that is broken, whatever else is. */
const rebooted = (edit: string) =>
  onFirst(
    `${edit}; systemctl restart stackwright-rails; timeout 60 sh -c 'until curl -s -o /dev/null http://127.0.0.1:3000/; do sleep 0.2; done'`,
  )
export const setting = (name: string, value: string) =>
  rebooted(`sed -i.bak 's/^${name}=.*/${name}="${value}"/' ${settings}`)
export const putBack = rebooted(`mv ${settings}.bak ${settings}`)
const sql = (text: string) => (shop: Shop) =>
  shop.inside('database', `mariadb --socket=/run/mysqld/mysqld.sock <<'END'\n${text}\nEND`)

export const closed = (address: string) =>
  withoutRules(async (shop: Shop) => ({ ec2: shop.ec2, GroupId: (await shop.entry(address)).id }))

export const checkedBy =
  (how: { HealthCheckPath?: string; HealthCheckIntervalSeconds?: number }) => async (shop: Shop) =>
    await shop.elb.modifyTargetGroup({ TargetGroupArn: (await shop.entry('balancer/target-group')).id, ...how })

const faults: Record<string, Fault> = {
  'the application of one machine is stopped': {
    at: 'application',
    hop: 'application',
    evidence: /Stopped stackwright-rails\.service.*/,
    make: onFirst('systemctl stop stackwright-rails'),
    mend: onFirst('systemctl start stackwright-rails'),
    seen: 1,
  },
  "one machine's nginx configuration is broken": {
    at: 'web server',
    hop: 'nginx',
    evidence: /unknown directive "nonsense" in \S+/,
    make: restarted('nginx', `echo 'nonsense {' >>${site}`),
    mend: restarted('nginx', `sed -i '/^nonsense/d' ${site}`),
    seen: 1,
  },
  "one machine's nginx listens on another port": {
    at: 'web server',
    hop: 'port',
    evidence: /listening on 0\.0\.0\.0:8081/,
    make: restarted('nginx', `sed -i 's/listen 80 /listen 8081 /' ${site}`),
    mend: restarted('nginx', `sed -i 's/listen 8081 /listen 80 /' ${site}`),
    seen: 1,
  },
  'one machine has another database password': {
    at: 'application',
    hop: 'database',
    evidence: /Access denied for user 'railsuser'@'\S+' \(using password: YES\)/,
    make: setting('DB_PASSWORD', 'wrong'),
    mend: putBack,
    // Until then the load balancer may send visitors elsewhere and still call the machine well.
    seen: 1,
  },
  'the database user has another password': {
    at: 'database',
    hop: 'database',
    evidence: /Access denied for user 'railsuser'@'\S+' \(using password: YES\)/,
    make: sql("ALTER USER railsuser IDENTIFIED BY 'Another#Password9';"),
    mend: async shop =>
      await sql(`ALTER USER railsuser IDENTIFIED BY '${await shop.secret('database.password')}';`)(shop),
  },
  "the database's security group has lost the rule for the web servers": {
    at: 'security group',
    hop: 'database',
    evidence: /Can't connect to (MySQL )?server on '\S+' \(\d+\)/,
    ...closed('database/database-group'),
  },
  "the web servers' security group has lost the rule for the load balancer": {
    at: 'security group',
    hop: 'port',
    evidence: /On the machine itself.*/,
    ...closed('machines/web-group'),
    seen: 2,
  },
  'the user of the database may not write any more': {
    at: 'database',
    hop: 'application',
    evidence: /INSERT command denied to user 'railsuser'@'\S+' for table \S+/,
    make: sql('REVOKE ALL ON `app\\_production`.* FROM railsuser; GRANT SELECT ON `app\\_production`.* TO railsuser;'),
    mend: sql('GRANT ALL ON `app\\_production`.* TO railsuser;'),
  },
  'one machine asks for a bucket that is not there': {
    at: 'bucket',
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
    at: 'load balancer',
    hop: 'health-check',
    make: checkedBy({ HealthCheckPath: '/nothing' }),
    mend: checkedBy({ HealthCheckPath: '/health' }),
    seen: 2,
  },
  'one instance is stopped': {
    at: 'machine',
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
    at: 'load balancer',
    hop: 'load balancer',
    make: async shop => await shop.elb.deregisterTargets(await targets(shop)),
    mend: async shop => await shop.elb.registerTargets(await targets(shop)),
  },
  'the HTTPS listener does not forward to the web servers': {
    at: 'load balancer',
    hop: 'load balancer',
    make: shop => listener(shop, 'fixed-response'),
    mend: shop => listener(shop, 'forward'),
  },
  'the HTTPS listener is removed': {
    at: 'load balancer',
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

/** Until the load balancer's checks call every machine well. */
export const allWell = (shop: Shop) => untilIll(shop, 0)

/** Until they call so many machines ill. */
export async function untilIll(shop: Shop, wanted: number): Promise<void> {
  await slowly(
    async () => Object.values(await shop.health()).filter(state => state !== 'healthy').length,
    count => count === wanted,
  )
}

/** Puts them into the stack one after the other; each is mended before the next, whatever came of it. */
export function describeFaults(get: () => Shop): void {
  const injected = injectedOf('rails', faults)
  const rows = new Map<string, string>()

  describe('a fault on the way to the database', () => {
    for (const [name, fault] of injected) {
      it(`${name}: up ${fault.hop ? `names the ${fault.hop}` : 'creates it again'}`, async () => {
        const shop = get()
        await allWell(shop)
        try {
          await fault.make(shop)
          if (fault.seen) await untilIll(shop, fault.seen)
          const { last } = await shop.up()
          rows.set(name, checked(shop, name, fault, last))
        } finally {
          await fault.mend?.(shop)
          await allWell(shop)
        }
      }, 300_000)
    }

    it('leaves a stack that serves when all is mended', async () => {
      const { last } = await get().up()
      expect(last, JSON.stringify(last)).toMatchObject({ is: 'done' })
    }, 120_000)

    it('matches docs/faults/rails.md', async () => {
      const names = injected.map(([name]) => name)
      await expect(faultPage(page, Object.keys(faults), names, rows)).toMatchFileSnapshot(page.path)
    })
  })
}

const page: Page = {
  path: resolve(import.meta.dirname, '../../../docs/faults/rails.md'),
  title: 'Rails: faults and what `up` says of them',
  how: [
    'Each fault is put into a running Rails stack of two web servers in containers (`test/containers/rails/faults.ts`); then `up` runs again.',
  ],
  test: 'test/containers/rails/rails.test.ts',
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
