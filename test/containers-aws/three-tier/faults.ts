import { resolve } from 'node:path'
import type { IpPermission } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slowly } from '../support.ts'
import type { Problem, Server, Tier, Tiers } from './stack.ts'
import { visitor } from './visitor.ts'

/** Something on the way to the database that is broken on purpose. */
interface Fault {
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
    const rows: string[] = []
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
        hop: 'uWSGI',
        evidence: /Stopped stackwright-uwsgi\.service.*/,
        make: onApp('systemctl stop stackwright-uwsgi'),
        mend: onApp('systemctl start stackwright-uwsgi'),
        seen: 'App',
      },
      'Apache of one web server has a broken configuration': {
        hop: 'Apache',
        evidence: /Invalid command 'nonsense'[^.\n]*/,
        make: onWeb(`echo nonsense >>${conf}; systemctl restart apache2 || true`),
        mend: onWeb(`sed -i '/^nonsense/d' ${conf}; systemctl restart apache2`),
        seen: 'ApacheWeb',
      },
      'one application server has another database password': {
        hop: 'database',
        evidence: /Access denied for user 'testuser'@'\S+' \(using password: YES\)/,
        make: onApp(`sed -i.bak 's/^DB_PASSWORD=.*/DB_PASSWORD="wrong"/' ${settings}; ${restart}`),
        mend: onApp(`mv ${settings}.bak ${settings}; ${restart}`),
      },
      "the database's security group has lost the rule for the application servers": {
        hop: 'database',
        evidence: /timed out/,
        ...closed(tiers, 'tiers-database'),
      },
      'the internal load balancer does not let the web servers in': {
        hop: 'internal load balancer',
        evidence: /no answer within \d+ seconds/,
        ...closed(tiers, 'tiers-app-balancer'),
      },
      'no application server is behind the internal load balancer': {
        hop: 'internal load balancer',
        evidence: /the target group tiers-app has no targets/,
        ...detached(tiers, 'tiers-app'),
      },
    }

    for (const [name, fault] of Object.entries(faults)) {
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
        const shown = fault.evidence.exec(told?.list?.join('\n') ?? '')?.[0]
        expect(told?.what).toContain(`breaks: ${fault.hop}`)
        expect(shown, JSON.stringify(told)).toBeTypeOf('string')
        rows.push(row(name, told!, shown!))
      }, 300_000)
    }

    it('is told in docs/faults-three-tier.md as it is here', async () => {
      await expect(text(rows)).toMatchFileSnapshot(resolve(import.meta.dirname, '../../../docs/faults-three-tier.md'))
    })

    function row(name: string, { what, next }: Problem, shown: string): string {
      const said = what.replace('The stack is built, but the way to the application breaks: ', '')
      return `| ${[name, said, shown, next].map(cell => tidy(cell).replaceAll('|', '\\|')).join(' | ')} |`
    }

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

/** Takes every rule from a security group, as somebody in the console; and gives them back. */
function closed(tiers: Tiers, name: string): Pick<Fault, 'make' | 'mend'> {
  let GroupId = ''
  let rules: IpPermission[] = []
  return {
    async make() {
      const { SecurityGroups = [] } = await tiers.ec2.describeSecurityGroups({})
      const group = SecurityGroups.find(one => one.GroupName === name)!
      GroupId = group.GroupId!
      rules = group.IpPermissions!
      await tiers.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: rules })
    },
    mend: async () => await tiers.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: rules }),
  }
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

function text(rows: string[]): string {
  return [
    '# Three tiers: faults and what `up` says of them',
    '',
    'Each fault is put into a running stack of two web and two application servers in containers',
    '(`test/containers-aws/three-tier.test.ts`); then `up` runs again. Meanwhile the Auto Scaling groups are kept from putting new',
    'machines in the place of broken ones (`suspend-processes … ReplaceUnhealthy`), as you may do yourself to look at one.',
    'The test compares its findings with this table; `npx vitest run test/containers-aws/three-tier.test.ts -u` writes it anew.',
    '',
    '| fault | `up` says | evidence | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
