import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Body } from '../../emulator/support.ts'
import { faultPage, faultRow, injectedOf, type Kind, type Page } from '../../support/fault-table.ts'
import { type RealStack, realStack, until } from '../alicloud/stack.ts'

/** A stack with two machines, into whose way to the database faults are put, one after the other. */
let stack: RealStack
let url: string
let first: string
let second: string
let database: string

beforeAll(async () => {
  stack = await realStack()
  const done = await stack.up('--set', 'machine.count=2')
  expect(done).toMatchObject({ is: 'done' })
  url = done.outputs.url
  first = (await stack.entry('machines/instance')).id
  second = (await stack.entry('machines/instance-2')).id
  database = (await stack.entry('database/instance')).id
}, 20 * 60_000)

afterAll(async () => await stack?.close())

interface Fault {
  at: Kind
  hop: string
  /** What the message must show of it. */
  evidence?: RegExp
  make(): Promise<unknown>
  mend(): Promise<unknown>
  /**
   * Visitors notice nothing, since the other machine answers: from the first moment where the machine gives no answer
   * of its own, and once it is taken out where it says itself that it is unwell.
   */
  unnoticed?: 'at once' | 'once it is out'
  /** The health check runs into its time-out each time. */
  slow?: true
}

const serverConf = '/etc/nginx/nginx.conf'
const settings = '/etc/stackwright/django.env'
const shell = (line: string) => () => stack.inside(first, line)
const restarted = (service: string, edit: string) => shell(`${edit}; systemctl restart ${service} || true`)
const asOwner = (sql: string) => () =>
  stack.inside(database, `runuser -u postgres -- psql -h /run/postgresql -p 5432 -d db_example -c "${sql}"`)
const listener = async (action: string, more: object = {}) => {
  const { id } = await stack.entry('balancer/load-balancer')
  return await stack.ask(`slb.${action}`, { LoadBalancerId: id, ListenerPort: 80, ...more })
}
const accessList = async (SecurityIps: string) =>
  await stack.ask('rds.ModifySecurityIps', {
    ...{ DBInstanceId: database, SecurityIps },
    DBInstanceIPArrayName: (await stack.entry('database/access')).id.split('/')[1],
  })
const password = async (AccountPassword: string) =>
  await stack.ask('rds.ResetAccountPassword', {
    ...{ DBInstanceId: database, AccountName: 'djangouser', AccountPassword },
  })
const kept = async (name: string) =>
  JSON.parse(await readFile(join(stack.folder, '.stackwright/django/secrets.json'), 'utf8')).secrets[name]

let allowed = ''
let rules: Body[] = []

const faults: Record<string, Fault> = {
  'the application of one machine is stopped': {
    at: 'application',
    hop: 'application',
    evidence: /Stopped stackwright-django\.service.*/,
    make: shell('systemctl stop stackwright-django'),
    mend: shell('systemctl start stackwright-django'),
    unnoticed: 'at once',
  },
  "one machine's nginx configuration is broken": {
    at: 'web server',
    hop: 'nginx',
    evidence: /unknown directive "nonsense" in \S+/,
    make: restarted('nginx', `echo 'nonsense {' >>${serverConf}`),
    mend: restarted('nginx', `sed -i '/^nonsense/d' ${serverConf}`),
    unnoticed: 'at once',
  },
  "one machine's nginx listens on another port": {
    at: 'web server',
    hop: 'port',
    evidence: /listening on 0\.0\.0\.0:8081/,
    make: restarted('nginx', `sed -i 's/listen 80 /listen 8081 /' ${serverConf}`),
    mend: restarted('nginx', `sed -i 's/listen 8081 /listen 80 /' ${serverConf}`),
    unnoticed: 'at once',
  },
  'the security group has no rule for port 80 any more': {
    at: 'security group',
    hop: 'port',
    evidence: /On the machine itself.*/,
    slow: true,
    async make() {
      const { id } = await stack.entry('machines/security-group')
      const told = await stack.ask('ecs.DescribeSecurityGroupAttribute', { SecurityGroupId: id })
      rules = told.Permissions.Permission.filter((one: Body) => one.PortRange === '80/80')
      for (const { SecurityGroupRuleId } of rules) {
        const one = { SecurityGroupId: id, 'SecurityGroupRuleId.1': SecurityGroupRuleId }
        await stack.ask('ecs.RevokeSecurityGroup', one)
      }
    },
    mend: async () => {
      const { id } = await stack.entry('machines/security-group')
      for (const { IpProtocol, PortRange, SourceCidrIp, Description } of rules) {
        const same = { SecurityGroupId: id, IpProtocol, PortRange, SourceCidrIp, Description }
        await stack.ask('ecs.AuthorizeSecurityGroup', same)
      }
    },
  },
  'the database account has another password': {
    at: 'database',
    hop: 'database',
    evidence: /password authentication failed for user "djangouser"/,
    make: () => password('Another#Password9'),
    mend: async () => password((await kept('database.password')).value),
  },
  'one machine has another database password': {
    at: 'application',
    hop: 'database',
    evidence: /password authentication failed for user "djangouser"/,
    make: restarted('stackwright-django', `sed -i.bak 's/^DB_PASSWORD=.*/DB_PASSWORD="wrong"/' ${settings}`),
    mend: restarted('stackwright-django', `mv ${settings}.bak ${settings}`),
    unnoticed: 'once it is out',
  },
  "the database's access list has lost the machines": {
    at: 'database',
    hop: 'database',
    evidence: /no pg_hba.conf entry for host \S+ user "djangouser"/,
    async make() {
      const told = await stack.ask('rds.DescribeDBInstanceIPArrayList', { DBInstanceId: database })
      const own = (await stack.entry('database/access')).id.split('/')[1]
      const lists: Body[] = told.Items.DBInstanceIPArray
      allowed = lists.find(list => list.DBInstanceIPArrayName === own)!.SecurityIPList
      await accessList('127.0.0.1')
    },
    mend: () => accessList(allowed),
  },
  'the account may not write any more': {
    at: 'database',
    hop: 'application',
    evidence: /permission denied for table demo_person/,
    make: asOwner('revoke insert on demo_person from djangouser'),
    mend: asOwner('grant insert on demo_person to djangouser'),
  },
  'the health check asks for a page that is not there': {
    at: 'load balancer',
    hop: 'health-check',
    make: () => listener('SetLoadBalancerHTTPListenerAttribute', { HealthCheckURI: '/nothing/' }),
    mend: () => listener('SetLoadBalancerHTTPListenerAttribute', { HealthCheckURI: '/health/' }),
  },
  'one instance is stopped': {
    at: 'machine',
    hop: 'machine',
    make: () => stack.ask('ecs.StopInstance', { InstanceId: first }),
    mend: async () => {
      const state = async () => {
        const { Instances } = await stack.ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([first]) })
        return Instances.Instance[0].Status
      }
      await until(async () => (await state()) === 'Stopped')
      await stack.ask('ecs.StartInstance', { InstanceId: first })
    },
    unnoticed: 'at once',
  },
  'the listener is stopped': {
    at: 'load balancer',
    hop: 'load balancer',
    make: () => listener('StopLoadBalancerListener'),
    mend: () => listener('StartLoadBalancerListener'),
  },
}

const injected = injectedOf('django', faults)
const rows = new Map<string, string>()
const allWell = async () => (await stack.health().catch(() => [])).join() === 'normal,normal'
const status = async () => (await fetch(`${url}health/`)).status

describe('a fault on the way to the database', () => {
  for (const [name, fault] of injected) {
    it(`${name}: up names the ${fault.hop}${fault.unnoticed ? ', and visitors are served by the other machine' : ''}`, async () => {
      await until(allWell)
      const early = visit()
      let told: Body
      try {
        await fault.make()
        // As long as the load balancer takes to notice, where it is something that it notices.
        await wait(1_500)
        if (fault.slow || fault.unnoticed) await until(async () => (await stack.health()).includes('abnormal'))
        const seen = await early.end()
        if (fault.unnoticed === 'at once') expect(new Set(seen)).toEqual(new Set([200]))
        const late = visit()
        await wait(500)
        const after = await late.end()
        if (fault.unnoticed) expect(new Set(after)).toEqual(new Set([200]))
        told = await stack.up()
      } finally {
        // A fault that was not taken back would be found by every test behind this one.
        await early.end()
        await fault.mend()
      }
      expect(told, JSON.stringify(told)).toMatchObject({ is: 'failed', exit: 1 })
      rows.set(name, faultRow({ name, ...fault }, told.problem, tidy))
      await until(allWell)
      expect(await stack.up()).toMatchObject({ is: 'done' })
    })
  }

  it('matches docs/faults/django.md', async () => {
    const names = injected.map(([name]) => name)
    await expect(faultPage(page, Object.keys(faults), names, rows)).toMatchFileSnapshot(page.path)
  })
})

const page: Page = {
  path: resolve(import.meta.dirname, '../../../docs/faults/django.md'),
  title: 'Django: faults and what `up` says of them',
  how: [
    'Each fault is put into a running stack of two machines in containers (`test/containers/django/faults.test.ts`); then `up` runs again.',
  ],
  test: 'test/containers/django/faults.test.ts',
}

/** Somebody who asks for a page again and again; tells what was answered. */
function visit(): { end(): Promise<number[]> } {
  const seen: number[] = []
  let over = false
  const going = (async () => {
    while (!over) {
      seen.push(await status().catch(() => 0))
      await wait(20)
    }
  })()
  return {
    async end() {
      over = true
      await going
      return seen
    },
  }
}

/** Without what differs from run to run. */
function tidy(text: string): string {
  return text
    .replaceAll(first, 'the first machine')
    .replaceAll(second, 'the second machine')
    .replaceAll(database, 'pgm-…')
    .replace(/172\.16\.\d+\.\d+/g, '172.16.x.x')
}
