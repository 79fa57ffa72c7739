import {
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  type TargetTrackingConfiguration,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, it } from 'vitest'
import { patiently, slow } from '../../ground.ts'
import { codeOf, until } from '../../support.ts'
import { start } from './fleet.ts'

type Fleet = Awaited<ReturnType<typeof start>>

const name = { AutoScalingGroupName: 'web' }
const ofCpu: TargetTrackingConfiguration = {
  PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
  TargetValue: 50,
}

/** A group of one machine, up to four, that is to keep a metric at its target; time passes only when a test says so. */
async function tracking(config: TargetTrackingConfiguration = ofCpu, count = 1) {
  const fleet = await start()
  await fleet.make({ MinSize: 1, MaxSize: 4, DesiredCapacity: count, DefaultInstanceWarmup: 120 })
  await fleet.inService(count)
  slow(fleet.box)
  await put(fleet, config)
  return fleet
}

const put = ({ asg }: Fleet, TargetTrackingConfiguration: TargetTrackingConfiguration, more: object = {}) => {
  const policy = { PolicyName: 'load', PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration }
  return asg.send(new PutScalingPolicyCommand({ ...name, ...policy, ...more }))
}

/** Lets minutes of the cloud's time pass, looking at the group after each. Returns how many machines it wanted then. */
async function minutes({ box, read }: Fleet, count: number): Promise<number[]> {
  const wanted: number[] = []
  for (let n = 0; n < count; n++) {
    box.world.skip(60_000)
    wanted.push((await read())!.DesiredCapacity!)
  }
  return wanted
}

async function load({ box }: Fleet, percent: number): Promise<void> {
  const answer = await fetch(new URL('/-/cpu', box.url), {
    method: 'POST',
    body: JSON.stringify({ group: 'web', percent }),
  })
  expect(answer.status).toBe(200)
}

const activities = async ({ asg }: Fleet) => (await asg.send(new DescribeScalingActivitiesCommand(name))).Activities!

describe('target tracking of the CPU load', () => {
  it('grows the group in proportion after three minutes above the target, once it is warm again, and never above its maximum', async () => {
    const fleet = await tracking()
    await load(fleet, 90)
    const wanted = await minutes(fleet, 22)
    expect(wanted.filter((one, n) => one !== wanted[n - 1])).toEqual([1, 2, 4])
    expect((await fleet.read())!.Instances).toHaveLength(4)
    const steps = wanted.map((one, n) => (one !== wanted[n - 1] ? n : -1)).filter(n => n > 0)
    // The second step waits until the first one's machine is up and warm.
    expect(steps[1]! - steps[0]!).toBeGreaterThan(1)
  })

  it('says in its activities which alarm of which policy changed the desired capacity', async () => {
    const fleet = await tracking()
    await load(fleet, 90)
    await minutes(fleet, 10)
    const { ScalingPolicies } = await fleet.asg.send(new DescribePoliciesCommand(name))
    const [high] = ScalingPolicies![0]!.Alarms!.map(one => one.AlarmName!)
    expect(high).toMatch(/^TargetTracking-web-AlarmHigh-[0-9a-f-]{36}$/)
    const grown = (await activities(fleet)).find(one => one.Cause!.includes('from 1 to 2'))!
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
    expect(grown.Cause).toMatch(
      new RegExp(
        `^At ${time} a monitor alarm ${high} in state ALARM triggered policy load changing the desired capacity from 1 to 2\\.  ` +
          `At ${time} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 2\\.$`,
      ),
    )
  })

  it('shrinks it after fifteen minutes below nine tenths of the target, as far as the load allows', async () => {
    const fleet = await tracking(ofCpu, 4)
    await load(fleet, 46)
    expect(new Set(await minutes(fleet, 30))).toEqual(new Set([4]))
    await load(fleet, 20)
    expect(await minutes(fleet, 14)).toEqual(Array.from({ length: 14 }, () => 4))
    expect(await minutes(fleet, 1)).toEqual([2])
    await minutes(fleet, 5)
    expect((await fleet.read())!.Instances).toHaveLength(2)
    const [ended] = (await activities(fleet)).filter(one => one.Description!.startsWith('Terminating'))
    expect(ended!.Cause).toMatch(/AlarmLow-\S+ in state ALARM triggered policy load changing .* from 4 to 2\. {2}At /)
    expect(ended!.Cause).toMatch(/shrinking the capacity from 4 to 2\. {2}At \S+ instance i-\w+ was selected for term/)
  })

  it('never goes below the minimum, and back up to it when somebody raises it', async () => {
    const fleet = await tracking(ofCpu, 2)
    await load(fleet, 0)
    const wanted = await minutes(fleet, 40)
    expect([Math.min(...wanted), wanted.at(-1)]).toEqual([1, 1])
    await fleet.asg.send(new UpdateAutoScalingGroupCommand({ ...name, MinSize: 3 }))
    await minutes(fleet, 30)
    expect((await fleet.read())!.Instances).toHaveLength(3)
  })

  it('only grows it where scaling in is disabled, and does nothing while the policy or its alarms are off', async () => {
    const fleet = await tracking({ ...ofCpu, DisableScaleIn: true }, 2)
    await load(fleet, 5)
    expect((await minutes(fleet, 30)).at(-1)).toBe(2)
    await put(fleet, ofCpu, { Enabled: false })
    expect((await minutes(fleet, 30)).at(-1)).toBe(2)
    await fleet.asg.send(new SuspendProcessesCommand({ ...name, ScalingProcesses: ['AlarmNotification'] }))
    await put(fleet, ofCpu)
    expect((await minutes(fleet, 30)).at(-1)).toBe(2)
    await fleet.asg.send(new ResumeProcessesCommand({ ...name, ScalingProcesses: ['AlarmNotification'] }))
    expect((await minutes(fleet, 1)).at(-1)).toBe(1)
  })

  it('leaves a group alone whose load nobody has set: nothing is measured of simulated machines', async () => {
    const fleet = await tracking(ofCpu, 2)
    expect(new Set(await minutes(fleet, 30))).toEqual(new Set([2]))
  })

  it('shrinks only when every policy of the group wants it, and grows as far as the most demanding one', async () => {
    const fleet = await tracking(ofCpu, 2)
    await put(fleet, { ...ofCpu, TargetValue: 10 }, { PolicyName: 'strict' })
    await load(fleet, 10)
    expect(new Set(await minutes(fleet, 30))).toEqual(new Set([2]))
    await load(fleet, 15)
    await minutes(fleet, 3)
    expect((await fleet.read())!.DesiredCapacity).toBe(3)
  })
})

describe('target tracking of the requests per target', () => {
  it('counts what the load balancer passes on, and new machines get requests when they are healthy', async () => {
    const { fleet, visit, healthy } = await behindBalancer()
    for (let minute = 0; minute < 4; minute++) {
      await visit(15)
      await minutes(fleet, 1)
    }
    expect((await fleet.read())!.DesiredCapacity).toBe(2)
    await minutes(fleet, 4)
    expect(await healthy()).toHaveLength(2)
    // 15 requests are fewer than nine tenths of 10 for each of two, and more than one may have.
    for (let minute = 0; minute < 20; minute++) {
      await visit(15)
      await minutes(fleet, 1)
    }
    expect((await fleet.read())!.DesiredCapacity).toBe(2)
  }, 60_000)

  it('shrinks the group after a quiet quarter of an hour; the machine drains before it is ended', async () => {
    const { fleet, visit, healthy } = await behindBalancer(2)
    // Without a single request the load balancer reports nothing, and nothing happens.
    expect((await minutes(fleet, 20)).at(-1)).toBe(2)
    let wanted = 2
    for (let minute = 0; minute < 17 && wanted === 2; minute++) {
      await visit(2)
      wanted = (await minutes(fleet, 1))[0]!
    }
    expect(wanted).toBe(1)
    fleet.box.world.skip(5_000)
    expect((await fleet.read())!.Instances!.map(one => one.LifecycleState).sort()).toEqual(['InService', 'Terminating'])
    expect(await healthy()).toHaveLength(1)
    const [draining] = await activities(fleet)
    expect(draining).toMatchObject({
      StatusCode: 'WaitingForELBConnectionDraining',
      Description: expect.stringMatching(/^Terminating EC2 instance: i-\w+ - Waiting For ELB Connection Draining\.$/),
    })
    expect((await fleet.instances()).map(one => one.State!.Name)).toEqual(['running', 'running'])
    await minutes(fleet, 8)
    expect((await fleet.read())!.Instances).toHaveLength(1)
  }, 60_000)

  it('is refused for a target group that the load balancer does not lead to', async () => {
    const { fleet, label } = await behindBalancer()
    const of = (ResourceLabel: string) => codeOf(put(fleet, ofRequests(ResourceLabel)))
    expect(await of('')).toBe('ValidationError')
    expect(await of(label.replace(/[0-9a-f]{16}$/, '0123456789abcdef'))).toBe('ValidationError')
    expect(await of(label)).toBe('accepted')
  })
})

const ofRequests = (ResourceLabel: string): TargetTrackingConfiguration => ({
  PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget', ResourceLabel },
  TargetValue: 10,
})

/** The group behind a load balancer, at ten requests a minute for each machine. */
async function behindBalancer(count = 1) {
  const fleet = await start()
  const { elb, place, box } = fleet
  await place.open(place.machines, 80, { UserIdGroupPairs: [{ GroupId: place.front }] })
  const made = { Name: 'web', Protocol: 'HTTP' as const, Port: 80, VpcId: place.vpcId }
  const TargetGroupArn = (await elb.send(new CreateTargetGroupCommand(made))).TargetGroups![0]!.TargetGroupArn!
  const front = { Name: 'front', Subnets: place.subnets, SecurityGroups: [place.front] }
  const balancer = (await elb.send(new CreateLoadBalancerCommand(front))).LoadBalancers![0]!
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn: balancer.LoadBalancerArn!, Protocol: 'HTTP' as const, Port: 80, DefaultActions }
  await patiently(() => elb.send(new CreateListenerCommand(listener)))
  const more = { DesiredCapacity: count, TargetGroupARNs: [TargetGroupArn], DefaultInstanceWarmup: 120 }
  await fleet.make({ MinSize: 1, MaxSize: 4, ...more })
  const healthy = async () => {
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
    return TargetHealthDescriptions!.filter(one => one.TargetHealth!.State === 'healthy')
  }
  await until(healthy, rows => rows.length === count)
  slow(box)
  const label = `${balancer.LoadBalancerArn!.split(':loadbalancer/')[1]}/${TargetGroupArn.split(':').at(-1)}`
  await put(fleet, ofRequests(label))
  const query = new URLSearchParams({ host: balancer.DNSName!, port: '80' })
  const { url } = (await (await fetch(new URL(`/-/reach?${query}`, box.url))).json()) as { url: string }
  const visit = async (times: number) => {
    for (let n = 0; n < times; n++) expect((await fetch(url)).status).toBe(200)
  }
  return { fleet, visit, healthy, label }
}
