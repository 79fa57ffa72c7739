import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultPage, faultRow, injectedOf, type Kind, type Page } from '../../support/fault-table.ts'
import { slowly, withoutRules } from '../aws/support.ts'
import type { Problem, Server, Tier, Tiers } from './stack.ts'
import { visitor } from './visitor.ts'

/** Something on the way to the database that is broken on purpose. */
interface Fault {
  at: Kind
  hop: string
  /** What the message must show of it. */
  evidence: RegExp
  make(): Promise<unknown>
  mend(): Promise<unknown>
  /** `up` runs when the load balancer's checks have seen it; from then on visitors notice nothing. */
  seen?: Tier
}

const conf = '/etc/apache2/sites-available/three-tier.conf'
const settings = '/etc/stackwright/three-tier.env'

/** Breaks a hop after the other, and asks `up` each time what is wrong. */
export function faultsOf(tiers: Tiers): void {
  describe('a fault on the way through the tiers', () => {
    const rows = new Map<string, string>()
    let webs: Server[]
    let apps: Server[]

    beforeAll(async () => {
      webs = await tiers.servers('ApacheWeb')
      apps = await tiers.servers('App')
      await replacing(tiers, 'suspendProcesses')
    })
    afterAll(async () => await replacing(tiers, 'resumeProcesses'))

    const onWeb = (line: string) => () => tiers.inside(webs[0]!.id, line)
    const onApp = (line: string) => () => tiers.inside(apps[0]!.id, line)
    const faults: Record<string, Fault> = {
      'uWSGI of one application server is stopped': {
        at: 'application',
        hop: 'uWSGI',
        evidence: /Stopped stackwright-uwsgi\.service.*/,
        make: onApp('systemctl stop stackwright-uwsgi'),
        mend: onApp('systemctl start stackwright-uwsgi'),
        seen: 'App',
      },
      'Apache of one web server has a broken configuration': {
        at: 'web server',
        hop: 'Apache',
        evidence: /Invalid command 'nonsense'[^.\n]*/,
        make: onWeb(`echo nonsense >>${conf}; systemctl restart apache2 || true`),
        mend: onWeb(`sed -i '/^nonsense/d' ${conf}; systemctl restart apache2`),
        seen: 'ApacheWeb',
      },
      'one application server has another database password': {
        at: 'database',
        hop: 'database',
        evidence: /Access denied for user 'testuser'@'\S+' \(using password: YES\)/,
        async make() {
          await onApp(`sed -i.bak 's/^DB_PASSWORD=.*/DB_PASSWORD="wrong"/' ${settings}; ${restart}`)()
          // Only its port is looked at, so it gets visitors again.
          await slowly(
            async () => (await tiers.visit('/demo/check')).status,
            status => status !== 200,
          )
        },
        mend: onApp(`mv ${settings}.bak ${settings}; ${restart}`),
      },
      "the database's security group has lost the rule for the application servers": {
        at: 'security group',
        hop: 'database',
        evidence: /timed out/,
        ...closed(tiers, 'tiers-database'),
      },
      'the internal load balancer does not allow the web servers': {
        at: 'security group',
        hop: 'internal load balancer',
        evidence: /no answer within \d+ seconds/,
        ...closed(tiers, 'tiers-app-balancer'),
      },
      'no application server is behind the internal load balancer': {
        at: 'load balancer',
        hop: 'internal load balancer',
        evidence: /the target group tiers-app has no targets/,
        ...detached(tiers, 'tiers-app'),
      },
    }

    const injected = injectedOf('three-tier', faults)
    for (const [name, fault] of injected) {
      const also = fault.seen ? ', and every request is answered meanwhile' : ''
      it(`${name}: up names the ${fault.hop}${also}`, async () => {
        await tiers.wellAll()
        let told: Problem | undefined
        try {
          await fault.make()
          if (fault.seen) told = await askedBesideVisitors(tiers, fault.seen)
          else told = await tiers.up()
        } finally {
          await fault.mend()
          await tiers.wellAll()
        }
        rows.set(name, faultRow({ name, ...fault }, told, tidy))
      }, 300_000)
    }

    it('matches docs/faults/three-tier.md', async () => {
      const names = injected.map(([name]) => name)
      await expect(faultPage(page, Object.keys(faults), names, rows)).toMatchFileSnapshot(page.path)
    })

    /** Without what differs from run to run. */
    function tidy(cell: string): string {
      const kind = (id: string) => (apps.some(one => one.id === id) ? 'an application server' : 'a web server')
      return cell
        .replace(/\bi-[0-9a-f]{17}\b/g, kind)
        .replace(/[\w.-]+\.rds\.amazonaws\.com/g, 'the database')
        .replace(/[\w.-]+\.elb\.[\w.-]*amazonaws\.com/g, 'the internal load balancer')
        .replace(/\b10\.0\.\d+\.\d+/g, '10.0.x.x')
    }
  })
}

const restart = 'systemctl restart stackwright-uwsgi'

/** Nobody who visits notices the fault that `up` tells of, once the load balancer has taken the machine out. */
async function askedBesideVisitors(tiers: Tiers, tier: Tier): Promise<Problem | undefined> {
  await slowly(
    async () => [...(await tiers.health(tier)).values()],
    states => states.includes('unhealthy'),
    120,
  )
  const someone = visitor(tiers, ['/read'])
  const told = await tiers.up().finally(async () => {
    expect((await someone.end()).filter(one => one.tries.join() !== '200')).toEqual([])
  })
  return told
}

/** Otherwise the groups would put new machines in the place of the broken ones. */
async function replacing({ asg }: Tiers, action: 'suspendProcesses' | 'resumeProcesses'): Promise<void> {
  for (const AutoScalingGroupName of ['tiers-web', 'tiers-app'])
    await asg[action]({ AutoScalingGroupName, ScalingProcesses: ['ReplaceUnhealthy'] })
}

function closed(tiers: Tiers, name: string): Pick<Fault, 'make' | 'mend'> {
  return withoutRules<void>(async () => {
    const { SecurityGroups = [] } = await tiers.ec2.describeSecurityGroups({})
    return { ec2: tiers.ec2, GroupId: SecurityGroups.find(one => one.GroupName === name)!.GroupId! }
  })
}

/** Takes the target group from an Auto Scaling group, and gives it back. */
function detached(tiers: Tiers, AutoScalingGroupName: string): Pick<Fault, 'make' | 'mend'> {
  let TargetGroupARNs: string[] = []
  return {
    async make() {
      const told = await tiers.asg.describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] })
      TargetGroupARNs = told.AutoScalingGroups![0]!.TargetGroupARNs!
      await tiers.asg.detachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs })
      await slowly(
        () => tiers.health('App'),
        map => [...map.values()].every(state => state === 'draining'),
        30,
      )
    },
    mend: async () => await tiers.asg.attachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs }),
  }
}

const page: Page = {
  path: resolve(import.meta.dirname, '../../../docs/faults/three-tier.md'),
  title: 'Three tiers: faults and what `up` says of them',
  how: [
    'Each fault is put into a running stack of two web and two application servers in containers',
    '(`test/containers/three-tier/three-tier.test.ts`); then `up` runs again. Meanwhile the Auto Scaling groups are kept from putting new',
    'machines in the place of broken ones (`suspend-processes … ReplaceUnhealthy`), as you may do yourself to look at one.',
  ],
  test: 'test/containers/three-tier/three-tier.test.ts',
}
