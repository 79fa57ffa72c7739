import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultPage, faultRow, injectedOf, type Kind, type Page } from '../../support/fault-table.ts'
import { withoutRules } from '../aws/support.ts'
import type { Last } from '../rails/shop.ts'
import { allWell, type Chat, settings, startAgain, untilIll } from './chat.ts'

/** Something on the way to the database or to Redis that is broken on purpose. */
interface Fault {
  at: Kind
  /** What `up` must name; nothing: it creates the thing again by itself. */
  hop?: string
  /** What the message must show of it. */
  evidence?: RegExp
  make(chat: Chat): Promise<unknown>
  mend?(chat: Chat): Promise<unknown>
  /** `up` runs when the load balancer's checks have seen it, in so many places: a machine has one in each target group. */
  seen?: number
}

const site = '/etc/nginx/conf.d/django-channels.conf'
const onFirst = (line: string) => (chat: Chat) => chat.inside(chat.first, line)
const restarted = (service: string, edit: string) => onFirst(`${edit}; systemctl restart ${service} || true`)
/** Until both processes answer it is they that are broken, whatever else is. */
const rebooted = (edit: string) =>
  onFirst(
    `${edit}; systemctl restart stackwright-web stackwright-websocket; timeout 60 sh -c 'until curl -sf http://127.0.0.1:8000/healthz && curl -sf http://127.0.0.1:5000/ws/healthz; do sleep 0.2; done'`,
  )
const setting = (name: string, value: string) => ({
  make: rebooted(`sed -i.bak 's/^${name}=.*/${name}="${value}"/' ${settings}`),
  mend: rebooted(`mv ${settings}.bak ${settings}`),
})
const closed = (address: string) =>
  withoutRules(async (chat: Chat) => ({ ec2: chat.ec2, GroupId: (await chat.entry(address)).id }))

const faults: Record<string, Fault> = {
  'daphne of one machine is stopped': {
    at: 'application',
    hop: 'websocket',
    evidence: /Stopped stackwright-websocket\.service.*/,
    make: onFirst('systemctl stop stackwright-websocket'),
    mend: onFirst('systemctl start stackwright-websocket'),
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
  'one machine has another token of Redis': {
    at: 'Redis',
    hop: 'redis',
    evidence: /-WRONGPASS .*/,
    ...setting('REDIS_PASSWORD', 'wrong'),
  },
  'one machine has another database password': {
    at: 'database',
    hop: 'database',
    evidence: /password authentication failed for user "channelsuser"/,
    ...setting('DATABASE_PASSWORD', 'wrong'),
  },
  'the security group of Redis has lost the rule for the machines': {
    at: 'security group',
    hop: 'redis',
    evidence: /timed out/,
    ...closed('database/redis-group'),
  },
  'the rule for WebSockets is removed': {
    at: 'load balancer',
    make: async chat => await chat.elb.deleteRule({ RuleArn: (await chat.entry('balancer/https-websocket-rule')).id }),
  },
  'one machine is stopped': {
    at: 'machine',
    hop: 'machine',
    make: async chat => await chat.ec2.stopInstances({ InstanceIds: [chat.first] }),
    mend: chat => startAgain(chat, chat.first),
    seen: 2,
  },
}

/** Puts them into the stack one after the other; each is mended before the next, whatever came of it. */
export function describeFaults(of: () => Chat): void {
  const injected = injectedOf('django-channels', faults)
  const rows = new Map<string, string>()

  describe('a fault on the way to the database and to Redis', () => {
    for (const [name, fault] of injected) {
      it(`${name}: up ${fault.hop ? `names the ${fault.hop}` : 'creates it again'}`, async () => {
        const chat = of()
        await allWell(chat)
        try {
          await fault.make(chat)
          if (fault.seen) await untilIll(chat, fault.seen)
          const { last } = await chat.command('up', '--yes')
          rows.set(name, checked(chat, name, fault, last))
        } finally {
          await fault.mend?.(chat)
          await allWell(chat)
        }
      }, 300_000)
    }

    it('leaves a stack that serves when all is mended', async () => {
      const { last } = await of().command('up', '--yes')
      expect(last, JSON.stringify(last)).toMatchObject({ is: 'done' })
    }, 120_000)

    it('matches docs/faults/django-channels.md', async () => {
      const names = injected.map(([name]) => name)
      await expect(faultPage(page, Object.keys(faults), names, rows)).toMatchFileSnapshot(page.path)
    })
  })
}

const page: Page = {
  path: resolve(import.meta.dirname, '../../../docs/faults/django-channels.md'),
  title: 'Django Channels: faults and what `up` says of them',
  how: [
    'Each fault is put into a running stack of Django Channels on two machines in containers (`test/containers/django-channels/faults.ts`); then `up` runs again.',
  ],
  test: 'test/containers/django-channels/django-channels.test.ts',
}

/** The row of the table, after a look at whether it says what it must. */
function checked(chat: Chat, name: string, { hop, evidence }: Fault, last: Last): string {
  const whole = JSON.stringify(last)
  if (!hop) {
    expect(last, whole).toMatchObject({ is: 'done' })
    return `| ${name} | nothing: it creates it again, and succeeds | – | – |`
  }
  expect(last, whole).toMatchObject({ is: 'failed', exit: 1 })
  return faultRow({ name, hop, ...(evidence && { evidence }) }, last.problem, cell => tidy(chat, cell))
}

/** Without what differs from run to run. */
function tidy(chat: Chat, text: string): string {
  return text
    .replaceAll(chat.first, 'the first machine')
    .replaceAll(chat.second, 'the second machine')
    .replace(/[\w.-]+\.rds\.amazonaws\.com/g, 'chat-db.….rds.amazonaws.com')
    .replace(/[\w.-]+\.cache\.amazonaws\.com/g, 'chat.….cache.amazonaws.com')
    .replace(/10\.0\.\d+\.\d+/g, '10.0.x.x')
}
