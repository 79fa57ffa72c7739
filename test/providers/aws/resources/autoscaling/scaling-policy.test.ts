import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at, settle, group, image } = useNetwork()

test('a group that has scaled itself keeps its size, until people want another; it leaves nothing', {
  timeout: 120_000,
}, async () => {
  const { cloud, sandbox } = at.bench
  const groupId = (await group('web')).id
  const template = {
    ...{ name: 'shop-web', imageId: await image('arm64'), type: 't4g.micro', securityGroupIds: [groupId] },
    ...{ keyName: '', instanceProfile: '', userData: '', volumeSize: 0, instanceTags: {} },
  }
  const { id, version } = await make<{ id: string; version: string }>(cloud, kinds.launchTemplate, 'web/t', template)
  const input = {
    ...{ name: 'shop-web', launchTemplateId: id, version, subnetIds: [at.subnets[0]!, at.subnets[1]!] },
    ...{ min: 1, max: 2, desired: 1, targetGroupArns: [], graceSeconds: 60, tags: {}, scales: true },
  }
  const made = await make(cloud, kinds.autoScalingGroup, 'web/servers', input)
  await make(cloud, kinds.scalingPolicy, 'web/scaling', { groupName: made.id, name: 'load', targetCpu: 50 })
  const read = async () => (await cloud.call('autoscaling', 'DescribeAutoScalingGroups', {})).AutoScalingGroups![0]!
  const load = (percent: number) =>
    fetch(`${sandbox.url}/-/cpu`, { method: 'POST', body: JSON.stringify({ group: 'shop-web', percent }) })
  await load(90)
  await expect.poll(async () => (await read()).DesiredCapacity, { timeout: 30_000 }).toBe(2)
  // Neither above the target nor below nine tenths of it: from here on it has no reason to change.
  await load(48)

  await settle(kinds.autoScalingGroup, 'web/servers', made.id, { ...input, graceSeconds: 90 })
  expect(await read()).toMatchObject({ DesiredCapacity: 2, HealthCheckGracePeriod: 90 })
  const wide = { ...input, max: 4 }
  await settle(kinds.autoScalingGroup, 'web/servers', made.id, { ...wide, desired: 3 })
  expect((await read()).Instances).toHaveLength(3)
  await settle(kinds.autoScalingGroup, 'web/servers', made.id, { ...wide, desired: 3, max: 3 })
  expect((await read()).Instances).toHaveLength(3)
  await settle(kinds.autoScalingGroup, 'web/servers', made.id, { ...wide, max: 2 })
  expect((await read()).Instances).toHaveLength(1)

  await removeWholly(cloud, kinds.autoScalingGroup, made.id, 'web/servers', input)
  await removeWholly(cloud, kinds.launchTemplate, id, 'web/t', template)
  await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/web', {})
  const left = sandbox.world.all().map(one => one.type)
  for (const type of ['auto-scaling-group', 'scaling-policy', 'network-interface', 'volume'])
    expect(left, type).not.toContain(type)
})

test('another metric changes the policy in place, and names load balancer and target group by their own ids', {
  timeout: 120_000,
}, async () => {
  const { cloud } = at.bench
  const health = { protocol: 'HTTP', path: '/', interval: 10, timeout: 5, healthy: 2, unhealthy: 2, codes: '200' }
  const targets = await make(cloud, kinds.targetGroup, 'b/targets', {
    ...{ name: 'shop-web', vpcId: at.vpc, protocol: 'HTTP', port: 80, health, attributes: {} },
  })
  const front = await group('front')
  const balancer = await make(cloud, kinds.loadBalancer, 'b/balancer', {
    ...{ name: 'shop', type: 'application', scheme: 'internal', securityGroupIds: [front.id] },
    subnetIds: [at.subnets[0]!, at.subnets[1]!],
  })
  await make(cloud, kinds.listener, 'b/listener', {
    ...{ loadBalancerArn: balancer.id, port: 80, protocol: 'HTTP', certificateArn: '', sslPolicy: '' },
    action: { type: 'forward', targetGroupArn: targets.id },
  })
  const template = {
    ...{ name: 'shop-two', imageId: await image('arm64'), type: 't4g.micro', securityGroupIds: [front.id] },
    ...{ keyName: '', instanceProfile: '', userData: '', volumeSize: 0, instanceTags: {} },
  }
  const { id, version } = await make<{ id: string; version: string }>(cloud, kinds.launchTemplate, 'two/t', template)
  const servers = await make(cloud, kinds.autoScalingGroup, 'two/servers', {
    ...{ name: 'shop-two', launchTemplateId: id, version, subnetIds: [at.subnets[0]!, at.subnets[1]!] },
    ...{ min: 0, max: 2, desired: 0, targetGroupArns: [targets.id], graceSeconds: 60, tags: {}, scales: true },
  })
  const common = { groupName: servers.id, name: 'load' }
  const policy = await make(cloud, kinds.scalingPolicy, 'two/scaling', { ...common, targetCpu: 50 })
  const requests = { ...common, targetRequests: 300, loadBalancerArn: balancer.id, targetGroupArn: targets.id }
  await settle(kinds.scalingPolicy, 'two/scaling', policy.id, requests)
  const puts = async () => {
    const counts = (await (await fetch(`${at.bench.sandbox.url}/-/calls`)).json()) as Record<string, number>
    return counts['autoscaling.PutScalingPolicy']
  }
  const before = await puts()
  await settle(kinds.scalingPolicy, 'two/scaling', policy.id, requests)
  expect(before).toBeGreaterThan(1)
  expect(await puts()).toBe(before)
  const { ScalingPolicies } = await cloud.call('autoscaling', 'DescribePolicies', {
    AutoScalingGroupName: servers.id,
  })
  expect(ScalingPolicies!.map(one => one.TargetTrackingConfiguration)).toMatchObject([
    {
      TargetValue: 300,
      PredefinedMetricSpecification: {
        PredefinedMetricType: 'ALBRequestCountPerTarget',
        ResourceLabel: expect.stringMatching(/^app\/shop\/[0-9a-f]{16}\/targetgroup\/shop-web\/[0-9a-f]{16}$/),
      },
    },
  ])
})
