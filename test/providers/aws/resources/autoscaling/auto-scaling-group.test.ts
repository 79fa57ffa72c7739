import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at, settle, group, image } = useNetwork()

test('a group grows, shrinks, and gets other machines with another template', { timeout: 120_000 }, async () => {
  const { cloud } = at.bench
  const groupId = (await group('tier')).id
  const template = {
    name: 'shop-tier',
    imageId: await image('arm64'),
    type: 't4g.micro',
    securityGroupIds: [groupId],
    keyName: '',
    instanceProfile: '',
    userData: '',
    volumeSize: 0,
    instanceTags: { Server: 'App' },
  }
  const first = await make<{ id: string; version: string }>(cloud, kinds.launchTemplate, 'machines/template', template)
  const input = {
    name: 'shop-tier',
    launchTemplateId: first.id,
    version: first.version,
    subnetIds: [at.subnets[0]!, at.subnets[1]!],
    min: 2,
    max: 4,
    desired: 2,
    targetGroupArns: [],
    graceSeconds: 60,
    tags: {},
  }
  const made = await make(cloud, kinds.autoScalingGroup, 'machines/tier', input)
  const machines = async () =>
    (await cloud.call('autoscaling', 'DescribeAutoScalingGroups', {})).AutoScalingGroups![0]!.Instances!
  await settle(kinds.autoScalingGroup, 'machines/tier', made.id, { ...input, min: 3, desired: 3 })
  expect(await machines()).toHaveLength(3)
  await settle(kinds.autoScalingGroup, 'machines/tier', made.id, input)
  expect(await machines()).toHaveLength(2)
  const before = (await machines()).map(row => row.InstanceId)

  const bigger = { ...template, volumeSize: 20 }
  const second = (await settle(kinds.launchTemplate, 'machines/template', first.id, bigger)) as typeof first
  expect([first.version, second.version]).toEqual(['1', '2'])
  expect(await settle(kinds.launchTemplate, 'machines/template', first.id, template)).toEqual(first)
  await settle(kinds.autoScalingGroup, 'machines/tier', made.id, { ...input, version: second.version })
  const after = await machines()
  expect(after.map(row => row.LaunchTemplate?.Version)).toEqual(['2', '2'])
  expect(after.filter(row => before.includes(row.InstanceId))).toEqual([])

  await removeWholly(cloud, kinds.autoScalingGroup, made.id, 'machines/tier', input)
  await removeWholly(cloud, kinds.launchTemplate, first.id, 'machines/template', template)
  await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/tier', {})
})
