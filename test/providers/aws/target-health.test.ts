import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DetachLoadBalancerTargetGroupsCommand,
} from '@aws-sdk/client-auto-scaling'
import { EC2Client, RevokeSecurityGroupIngressCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client, ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../../src/commands/emulator.ts'
import { connectAws } from '../../../src/providers/aws/client.ts'
import { asPerson } from '../../support/aws.ts'
import { bareEnv, eventsOf, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'

type Server = Awaited<ReturnType<typeof serve>>
type Told = { is: string; problem?: { what: string; list?: string[]; next: string } }

// Slow enough that an Auto Scaling group does not replace an unhealthy machine before it is read.
const speed = 100
let server: Server
let cloud: Awaited<ReturnType<typeof connectAws>>['cloud']
beforeAll(async () => {
  server = await serve({ speed })
  const to = { sandbox: { url: server.url, speed }, region: 'ap-northeast-1', env: {}, emit: () => {} }
  const rest = { drain: new AbortController().signal, reveal: () => '', texts: new Map(), keep: async () => '' }
  cloud = (await connectAws({ ...to, ...rest })).cloud
})
afterAll(() => server.close())

async function stackwright(cwd: string, ...args: string[]) {
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url })
  const ended = await run([...args, '--yes', '--json'], { cwd, env })
  return { code: ended.code, events: eventsOf(ended) as Told[], said: ended.stdout + ended.stderr }
}

async function machinesIn(name: string): Promise<string[]> {
  const { TargetGroups = [] } = await cloud.call('elbv2', 'DescribeTargetGroups', {})
  const group = TargetGroups.find(row => row.TargetGroupName === name)!
  const health = await cloud.call('elbv2', 'DescribeTargetHealth', { TargetGroupArn: group.TargetGroupArn! })
  return health.TargetHealthDescriptions!.map(row => row.Target!.Id!)
}

/** What `up` reports of a stack that someone else has changed. */
async function broken(blueprint: string, change: () => Promise<unknown>) {
  const cwd = await emptyFolder()
  const up = () => stackwright(cwd, 'up', '--blueprint', blueprint, '--sandbox', '--stack', 'shop')
  const built = await up()
  expect(built.code, built.said).toBe(0)
  await change()
  const again = await up()
  expect((await stackwright(cwd, 'teardown')).code).toBe(0)
  expect(again.code, again.said).toBe(1)
  return again.events.at(-1)!.problem!
}

describe('a stack that is built and does not serve', () => {
  test('rails: up names the machine that stopped, and what to do', async () => {
    const ec2 = new EC2Client(asPerson(server.url))
    let stopped = ''
    const problem = await broken('rails', async () => {
      stopped = (await machinesIn('shop-web'))[0]!
      await ec2.send(new StopInstancesCommand({ InstanceIds: [stopped] }))
    })
    expect(problem.what).toContain(`breaks: machine on ${stopped}, the instance is not running`)
    expect(problem.next).toBe(
      'Start it in the console, or restart it if it is running. Then run the same command again.',
    )
  })

  test('rails: up names the load balancer whose listener leads elsewhere', async () => {
    const elb = new ElasticLoadBalancingV2Client(asPerson(server.url))
    const problem = await broken('rails', async () => {
      const { LoadBalancers = [] } = await cloud.call('elbv2', 'DescribeLoadBalancers', {})
      const LoadBalancerArn = LoadBalancers[0]!.LoadBalancerArn!
      const { Listeners = [] } = await cloud.call('elbv2', 'DescribeListeners', { LoadBalancerArn })
      const FixedResponseConfig = { StatusCode: '503' }
      const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig }]
      await elb.send(new ModifyListenerCommand({ ListenerArn: Listeners[0]!.ListenerArn, DefaultActions }))
    })
    expect(problem.what).toContain(
      'breaks: load balancer, its listener is not running, or does not forward to the machines',
    )
  })

  test('three tiers: up names the internal load balancer that the application servers do not allow', async () => {
    const ec2 = new EC2Client(asPerson(server.url))
    const problem = await broken('three-tier', async () => {
      const { SecurityGroups = [] } = await cloud.call('ec2', 'DescribeSecurityGroups', {})
      const { GroupId, IpPermissions } = SecurityGroups.find(row => row.GroupName === 'shop-app')!
      await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: GroupId!, IpPermissions: IpPermissions! }))
      // Until its checks have noticed.
      await cloud.sleep(60_000)
    })
    expect(problem.what).toMatch(
      /breaks: port on i-\w+, the internal load balancer reports it as unhealthy .*: the check of port 9090 failed/,
    )
    expect(problem.next).toContain('security group')
  })

  test('three tiers: up names the load balancer that has no targets any more', async () => {
    const scaling = new AutoScalingClient(asPerson(server.url))
    const problem = await broken('three-tier', async () => {
      const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}))
      const { AutoScalingGroupName, TargetGroupARNs } = AutoScalingGroups.find(
        row => row.AutoScalingGroupName === 'shop-app',
      )!
      await scaling.send(new DetachLoadBalancerTargetGroupsCommand({ AutoScalingGroupName, TargetGroupARNs }))
    })
    expect(problem.what).toContain('breaks: internal load balancer, no machine is registered with it')
    expect(problem.list).toEqual(['the target group shop-app has no targets'])
    expect(problem.next).toContain('register the machines with it again')
  })
})
