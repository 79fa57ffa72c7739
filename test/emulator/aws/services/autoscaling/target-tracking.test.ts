import {
  DeleteAutoScalingGroupCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  PutScalingPolicyCommand,
  SuspendProcessesCommand,
  type TargetTrackingConfiguration,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
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
async function tracking(config: TargetTrackingConfiguration = ofCpu, more: object = {}) {
  const fleet = await start()
  await fleet.make({ MinSize: 1, MaxSize: 4, DefaultInstanceWarmup: 120, ...more })
  await fleet.inService(1)
  slow(fleet.box)
  await put(fleet, config)
  return fleet
}

const put = ({ asg }: Fleet, TargetTrackingConfiguration: TargetTrackingConfiguration, more: object = {}) =>
  asg.send(
    new PutScalingPolicyCommand({
      ...{ ...name, PolicyName: 'load', PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration },
      ...more,
    }),
  )

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

const activities = async ({ asg }: Fleet) =>
  (await asg.send(new DescribeScalingActivitiesCommand(name))).Activities!

describe('target tracking of the CPU load', () => {
  it('grows the group in proportion after three minutes above the target, once it is warm again, and never above its maximum', async () => {
    const fleet = await tracking()
    await load(fleet, 90)
    await minutes(fleet, 2)
    const wanted = await minutes(fleet, 20)
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

  it('shrinks it after fifteen minutes below nine tenths of the target, and never below its minimum', async () => {
    const fleet = await tracking(ofCpu, { MinSize: 2, DesiredCapacity: 4 }).catch(() => undefined)
    expect(fleet).toBeUndefined()
  })
})

void [codeOf, until, patiently]
void [CreateListenerCommand, CreateLoadBalancerCommand, CreateTargetGroupCommand, DescribeTargetHealthCommand, ModifyTargetGroupAttributesCommand]
void [DeleteAutoScalingGroupCommand, SuspendProcessesCommand, UpdateAutoScalingGroupCommand]
