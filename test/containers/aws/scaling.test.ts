import { get } from 'node:http'
import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeAll, describe, expect, it } from 'vitest'
import { config } from '../../emulator/aws/support.ts'
import { group, slowly, useAws, within } from './support.ts'

/** A minute of the cloud's is 0.6 seconds of ours. */
const ground = useAws(100)
const name = { AutoScalingGroupName: 'web' }
let elb: ElasticLoadBalancingV2
let asg: AutoScaling
let tg: string
let host: string

/** A tiny web server that tells who answers, after a moment in which the machine must not be taken away. */
const server = `#!/bin/bash
cat >/root/serve.py <<'END'
import http.server, socket, time
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.05)
        body = socket.gethostname().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8000), Answers).serve_forever()
END
systemd-run --unit serve python3 /root/serve.py
`

async function visit(): Promise<{ status: number; by: string }> {
  const url = await ground.reach(host, 80)
  return await new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port: Number(new URL(url!).port), agent: false }, reply => {
      let by = ''
      reply.on('data', (part: Buffer) => (by += String(part)))
      reply.on('end', () => resolve({ status: reply.statusCode!, by }))
    })
    asked.on('error', reject)
  })
}

/** Rounds of visits until something is so, at most so many in all. Each must be answered; returns by whom. */
async function visitUntil(right: () => Promise<boolean>, { most, atOnce }: { most: number; atOnce: number }) {
  const answers: string[] = []
  while (!(await right())) {
    if (answers.length >= most) throw new Error(`${most} requests were answered, and it never became so`)
    const round = await Promise.all(Array.from({ length: atOnce }, visit))
    expect(round.map(one => one.status)).toEqual(round.map(() => 200))
    answers.push(...round.map(one => one.by))
    if (atOnce === 1) await new Promise(resolve => setTimeout(resolve, 200))
  }
  return answers
}

const read = async () =>
  (await asg.describeAutoScalingGroups({ AutoScalingGroupNames: ['web'] })).AutoScalingGroups![0]!
const healthy = async () => {
  const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn: tg })
  return TargetHealthDescriptions!.filter(one => one.TargetHealth!.State === 'healthy')
}

beforeAll(async () => {
  const settings = { ...config(ground.url), maxAttempts: 5 }
  elb = new ElasticLoadBalancingV2(settings)
  asg = new AutoScaling(settings)
  const outer = await group(ground, 'alb', [{ port: 80, from: '0.0.0.0/0' }])
  const inner = await group(ground, 'web', [{ port: 8000, from: outer }])
  const check = { HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, HealthCheckPath: '/' }
  const made = { Name: 'web', Protocol: 'HTTP' as const, Port: 8000, VpcId: ground.vpc, ...check }
  tg = (await elb.createTargetGroup(made)).TargetGroups![0]!.TargetGroupArn!
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]
  await elb.modifyTargetGroupAttributes({ TargetGroupArn: tg, Attributes })
  const front = { Name: 'web', Subnets: ground.subnets, SecurityGroups: [outer] }
  const balancer = (await elb.createLoadBalancer(front)).LoadBalancers![0]!
  host = balancer.DNSName!
  const LoadBalancerArn = balancer.LoadBalancerArn!
  const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const }
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: tg }]
  await slowly(
    () =>
      elb.createListener({ ...listener, DefaultActions }).then(
        () => true,
        () => false,
      ),
    yes => yes,
  )
  const machine = { ImageId: ground.image, InstanceType: 't3.nano' as const, SecurityGroupIds: [inner] }
  const UserData = Buffer.from(server).toString('base64')
  await ground.ec2.createLaunchTemplate({ LaunchTemplateName: 'web', LaunchTemplateData: { ...machine, UserData } })
  const template = { LaunchTemplateName: 'web', Version: '$Latest' }
  const size = { MinSize: 1, MaxSize: 2, DesiredCapacity: 1, DefaultInstanceWarmup: 60 }
  const place = { VPCZoneIdentifier: ground.subnets.join(','), TargetGroupARNs: [tg] }
  await asg.createAutoScalingGroup({ ...name, ...size, ...place, LaunchTemplate: template })
  await slowly(healthy, rows => rows.length === 1)
  await asg.putScalingPolicy({
    ...{ ...name, PolicyName: 'requests', PolicyType: 'TargetTrackingScaling' },
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: {
        PredefinedMetricType: 'ALBRequestCountPerTarget',
        ResourceLabel: `${LoadBalancerArn.split(':loadbalancer/')[1]}/${tg.split(':').at(-1)}`,
      },
      TargetValue: 4,
    },
  })
}, 240_000)

describe('a group that follows the requests it gets', () => {
  it('grows from one machine to two, shrinks when it is quiet, and answers every request', {
    timeout: 120_000,
  }, async () => {
    await visitUntil(async () => (await healthy()).length === 2, { most: 2000, atOnce: 5 })
    const both = await Promise.all([visit(), visit(), visit(), visit()])
    expect(new Set(both.map(one => one.by)).size).toBe(2)
    const quiet = await visitUntil(async () => (await read()).Instances!.length === 1, { most: 400, atOnce: 1 })
    expect(new Set(quiet).size).toBe(2)
    const { Activities } = await asg.describeScalingActivities(name)
    expect(Activities!.map(one => one.Cause!.match(/-Alarm(High|Low)-/)?.[0] ?? '')).toEqual([
      '-AlarmLow-',
      '-AlarmHigh-',
      '',
    ])
    expect((await read()).DesiredCapacity).toBe(1)
  })

  it('follows the CPU load of its machines as well, as their control groups count it', {
    timeout: 120_000,
  }, async () => {
    await asg.deletePolicy({ ...name, PolicyName: 'requests' })
    const [machine] = (await read()).Instances!
    // Idle machines stay below the target; one that is busy is above it on any computer.
    const metric = { PredefinedMetricType: 'ASGAverageCPUUtilization' as const }
    await asg.putScalingPolicy({
      ...{ ...name, PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling' },
      TargetTrackingConfiguration: { PredefinedMetricSpecification: metric, TargetValue: 5 },
    })
    const run = (...args: string[]) => within(ground, machine!.InstanceId!, ...args)
    await run('systemd-run', '--unit', 'busy', 'timeout', '60', 'sh', '-c', 'while :; do :; done')
    await slowly(read, one => one.DesiredCapacity === 2, 60)
    await run('systemctl', 'stop', 'busy')
    const { Activities } = await asg.describeScalingActivities(name)
    expect(Activities!.some(one => /-AlarmHigh-\S+ in state ALARM triggered policy cpu /.test(one.Cause!))).toBe(true)
  })
})
