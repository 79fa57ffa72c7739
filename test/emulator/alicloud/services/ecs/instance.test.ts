import { describe, expect, it } from 'vitest'
import { booted, machine, network, order, soon, still, zoneB } from '../../support.ts'

describe('a machine in the emulated Alibaba Cloud', () => {
  it('goes through Pending and Starting to Running, and its agent comes later', async () => {
    const cloud = await still()
    const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(await network(cloud)))
    const id: string = InstanceIdSets.InstanceIdSet[0]
    const InstanceIds = JSON.stringify([id])
    const status = async () => (await cloud.ask('ecs.DescribeInstances', { InstanceIds })).Instances.Instance[0].Status
    const agent = async () =>
      (await cloud.ask('ecs.DescribeCloudAssistantStatus', { 'InstanceId.1': id })).InstanceCloudAssistantStatusSet
        .InstanceCloudAssistantStatus[0].CloudAssistantStatus
    expect(await status()).toBe('Pending')
    cloud.pass(6)
    expect(await status()).toBe('Starting')
    cloud.pass(40)
    expect(await status()).toBe('Running')
    expect(await agent()).toBe('false')
    cloud.pass(20)
    expect(await agent()).toBe('true')
  })

  it('comes with a disk and a network interface that carry its tags and go with it', async () => {
    const cloud = await still()
    const tags = { 'Tag.1.Key': 'stack', 'Tag.1.Value': 'shop' }
    const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(await network(cloud), tags))
    cloud.pass(booted)
    const of = (type: string) => cloud.inventory().filter(item => item.type === type)
    for (const type of ['instance', 'disk', 'network-interface']) expect(of(type)[0].tags).toEqual({ stack: 'shop' })
    const { Disks } = await cloud.ask('ecs.DescribeDisks', tags)
    expect(Disks.Disk[0].Tags.Tag).toEqual([{ TagKey: 'stack', TagValue: 'shop' }])
    expect((await cloud.ask('ecs.DescribeNetworkInterfaces', tags)).TotalCount).toBe(1)
    await cloud.ask('ecs.DeleteInstance', { InstanceId: InstanceIdSets.InstanceIdSet[0], Force: true })
    cloud.pass(10)
    for (const type of ['instance', 'disk', 'network-interface']) expect(of(type)).toEqual([])
  })

  it('is refused where its type is sold out or not sold at all', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const inB = { ...net, VSwitchId: net.otherVSwitchId }
    const run = (where: typeof net, InstanceType: string) =>
      cloud.code('ecs.RunInstances', order(where, { InstanceType }))
    expect(await run(inB, 'ecs.c7.large')).toBe('OperationDenied.NoStock')
    expect(await run(net, 'ecs.c8i.large')).toBe('InvalidResourceType.NotSupported')
    expect(await run(net, 'ecs.nothing')).toBe('InvalidInstanceType.ValueNotSupported')
    expect(await run(inB, 'ecs.c8y.large')).toBe('ImageNotSupportInstanceType')
    expect(await run(net, 'ecs.c7.large')).toBe('accepted')
  })

  it('is refused for everything the real cloud refuses, before anything is made', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const before = cloud.inventory().length
    const run = (more: object) => cloud.code('ecs.RunInstances', order(net, more))
    expect(await run({ Password: 'weak' })).toBe('InvalidPassword.Malformed')
    expect(await run({ InstanceName: '1x' })).toBe('InvalidInstanceName.Malformed')
    expect(await run({ HostName: 'a_b' })).toBe('InvalidHostName.Malformed')
    expect(await run({ KeyPairName: 'missing' })).toBe('InvalidKeyPairName.NotFound')
    expect(await run({ ImageId: 'none' })).toBe('InvalidImageId.NotFound')
    expect(await run({ SecurityGroupId: 'sg-none' })).toBe('InvalidSecurityGroupId.NotFound')
    expect(await run({ 'SystemDisk.Category': 'cloud_ssd' })).toBe('InvalidSystemDiskCategory.ValueNotSupported')
    expect(await run({ 'SystemDisk.Size': 10 })).toBe('InvalidSystemDiskSize.ValueNotSupported')
    expect(await run({ InternetMaxBandwidthOut: 101 })).toBe('InvalidInternetMaxBandwidthOut.ValueNotSupported')
    expect(await run({ InstanceChargeType: 'PrePaid', Period: 10 })).toBe('InvalidPeriod.ValueNotSupported')
    expect(await run({ DryRun: true })).toBe('DryRunOperation')
    expect(cloud.inventory()).toHaveLength(before)
  })

  it('sometimes vanishes after it was accepted, with everything that belonged to it', async () => {
    const cloud = await still()
    const { VpcId, SecurityGroupId } = await network(cloud)
    const { VSwitchId } = await cloud.ask('vpc.CreateVSwitch', {
      VpcId,
      ZoneId: 'ap-northeast-1c',
      CidrBlock: '172.16.9.0/24',
    })
    cloud.pass(soon)
    const here = cloud.inventory().length
    const arm = { InstanceType: 'ecs.g8y.large', ImageId: 'aliyun_3_arm64_20G_alibase_20260513.vhd' }
    const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order({ VSwitchId, SecurityGroupId }, arm))
    cloud.pass(10)
    const InstanceIds = JSON.stringify(InstanceIdSets.InstanceIdSet)
    const seen = await cloud.ask('ecs.DescribeInstances', { InstanceIds })
    expect(seen.Instances.Instance[0].Status).toBe('Starting')
    cloud.pass(11)
    expect((await cloud.ask('ecs.DescribeInstances', { InstanceIds })).TotalCount).toBe(0)
    expect(cloud.inventory()).toHaveLength(here)
  })

  it('has a public address only when it was given bandwidth', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const ids = await Promise.all(
      [0, 5].map(async InternetMaxBandwidthOut => {
        const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(net, { InternetMaxBandwidthOut }))
        return InstanceIdSets.InstanceIdSet[0] as string
      }),
    )
    cloud.pass(booted)
    const { Instances } = await cloud.ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify(ids) })
    const byId = new Map(Instances.Instance.map((one: { InstanceId: string }) => [one.InstanceId, one]))
    expect(byId.get(ids[0]!)).toMatchObject({ PublicIpAddress: { IpAddress: [] } })
    expect(byId.get(ids[1]!)).toMatchObject({
      PublicIpAddress: { IpAddress: [expect.stringMatching(/^198\.1[89]\./)] },
    })
    const addresses = Instances.Instance.map(
      (one: { VpcAttributes: { PrivateIpAddress: { IpAddress: string[] } } }) =>
        one.VpcAttributes.PrivateIpAddress.IpAddress[0],
    )
    expect(new Set(addresses).size).toBe(2)
  })

  it('cannot be released while pending, running without force, protected, or paid ahead', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const { InstanceIdSets } = await cloud.ask(
      'ecs.RunInstances',
      order(net, { InstanceChargeType: 'PrePaid', Period: 1 }),
    )
    const InstanceId: string = InstanceIdSets.InstanceIdSet[0]
    const remove = (more: object = {}) => cloud.code('ecs.DeleteInstance', { InstanceId, ...more })
    expect(await remove({ Force: true })).toBe('ChargeTypeViolation')
    cloud.pass(booted)
    await cloud.ask('ecs.ModifyInstanceChargeType', {
      InstanceIds: JSON.stringify([InstanceId]),
      InstanceChargeType: 'PostPaid',
    })
    await cloud.ask('ecs.ModifyInstanceAttribute', { InstanceId, DeletionProtection: true })
    expect(await remove({ Force: true })).toBe('OperationDenied.DeletionProtection')
    await cloud.ask('ecs.ModifyInstanceAttribute', { InstanceId, DeletionProtection: false })
    expect(await remove()).toBe('IncorrectInstanceStatus')
    expect(await remove({ Force: true })).toBe('accepted')
    const fresh = await cloud.ask('ecs.RunInstances', order(net))
    const pending = { InstanceId: fresh.InstanceIdSets.InstanceIdSet[0], Force: true }
    expect(await cloud.code('ecs.DeleteInstance', pending)).toBe('IncorrectInstanceStatus.Initializing')
  })

  it('waits for its VSwitch, and keeps it from being deleted', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const { VpcId } = net
    const { VSwitchId } = await cloud.ask('vpc.CreateVSwitch', { VpcId, ZoneId: zoneB, CidrBlock: '172.16.9.0/24' })
    const here = { ...net, VSwitchId }
    expect(await cloud.code('ecs.RunInstances', order(here))).toBe('IncorrectVSwitchStatus')
    cloud.pass(soon)
    await machine(cloud, here)
    expect(await cloud.code('vpc.DeleteVSwitch', { VSwitchId })).toBe('DependencyViolation')
    const vswitch = await cloud.ask('vpc.DescribeVSwitchAttributes', { VSwitchId })
    expect(vswitch.AvailableIpAddressCount).toBe(251)
  })

  it('is made with all the others of one call or not at all', async () => {
    const cloud = await still()
    const { VpcId, SecurityGroupId } = await network(cloud)
    const { VSwitchId } = await cloud.ask('vpc.CreateVSwitch', { VpcId, ZoneId: zoneB, CidrBlock: '172.16.9.0/29' })
    cloud.pass(soon)
    const before = cloud.inventory().length
    const run = (Amount: number) => cloud.code('ecs.RunInstances', order({ VSwitchId, SecurityGroupId }, { Amount }))
    expect(await run(5)).toBe('InvalidVSwitchId.IpNotEnough')
    expect(cloud.inventory()).toHaveLength(before)
    expect(await run(4)).toBe('accepted')
  })

  it('is listed ten a page, or by token as far as wanted', async () => {
    const cloud = await still()
    await cloud.ask('ecs.RunInstances', order(await network(cloud), { Amount: 12 }))
    cloud.pass(soon)
    const page = await cloud.ask('ecs.DescribeInstances')
    expect(page).toMatchObject({ TotalCount: 12, PageSize: 10 })
    expect(page.Instances.Instance).toHaveLength(10)
    const first = await cloud.ask('ecs.DescribeInstances', { MaxResults: 8 })
    const rest = await cloud.ask('ecs.DescribeInstances', { MaxResults: 8, NextToken: first.NextToken })
    expect(rest.Instances.Instance).toHaveLength(4)
    expect(rest.NextToken).toBe('')
  })

  it('is asked for with a subscription only for periods that are sold, and says its order', async () => {
    const cloud = await still()
    const answer = await cloud.ask(
      'ecs.RunInstances',
      order(await network(cloud), { InstanceChargeType: 'PrePaid', Period: 12 }),
    )
    expect(answer.OrderId).toMatch(/^\d+$/)
  })
})
