import { describe, expect, it } from 'vitest'
import { operations } from '../../../src/emulator/alicloud/operations.ts'
import table from '../../../src/emulator/alicloud/protocol/table.json' with { type: 'json' }
import { knows } from '../../../src/emulator/alicloud/protocol/table.ts'
import { services } from '../../../src/emulator/alicloud/services/index.ts'
import { booted, machine, network, order, soon, still } from './support.ts'

describe('the emulated Alibaba Cloud', () => {
  it('carries out every action of the official table but those it names', () => {
    const notImplemented = services.flatMap(({ name, unimplemented }) =>
      unimplemented.flatMap(one => one.operations ?? []).map(action => `${name}.${action}`),
    )
    const official = Object.entries(table).flatMap(([product, { actions }]) =>
      Object.keys(actions).map(action => `${product}.${action}`),
    )
    expect(official.filter(name => !(name in operations)).sort()).toEqual([...notImplemented].sort())
    for (const name of Object.keys(operations)) {
      const [product = '', action = ''] = name.split('.')
      expect([name, knows(product, action)]).toEqual([name, true])
    }
  })

  it('says of an action it does not carry out that it does not', async () => {
    const { code } = await still()
    expect(await code('vpc.DescribeEipAddresses')).toBe('SandboxNotBuilt')
  })

  it('reboots a machine and gives it another key', async () => {
    const cloud = await still()
    const InstanceId = await machine(cloud, await network(cloud))
    await cloud.ask('ecs.RebootInstance', { InstanceId })
    const read = async () =>
      (await cloud.ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([InstanceId]) })).Instances.Instance[0]
    expect((await read()).Status).toBe('Starting')
    cloud.pass(booted)
    expect((await read()).Status).toBe('Running')
    const key = { InstanceIds: JSON.stringify([InstanceId]), KeyPairName: 'none' }
    expect(await cloud.code('ecs.AttachKeyPair', key)).toBe('InvalidKeyPairName.NotFound')
  })

  it('tells of routes and of tags in use, in each product’s own words', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const { VpcId, VSwitchId, otherVSwitchId } = net
    await cloud.ask('ecs.RunInstances', order(net, { 'Tag.1.Key': 'stack', 'Tag.1.Value': 'shop' }))
    cloud.pass(soon)
    const { RouterTableList } = await cloud.ask('vpc.DescribeRouteTableList', { VpcId })
    expect(RouterTableList.RouterTableListType[0].VSwitchIds.VSwitchId).toEqual([VSwitchId, otherVSwitchId])
    expect((await cloud.ask('vpc.DescribeVRouters')).TotalCount).toBe(1)
    const { Tags } = await cloud.ask('ecs.DescribeTags', { ResourceType: 'instance' })
    expect(Tags.Tag).toEqual([{ TagKey: 'stack', TagValue: 'shop' }])
    const { InstanceTypeFamilies } = await cloud.ask('ecs.DescribeInstanceTypeFamilies')
    expect(InstanceTypeFamilies.InstanceTypeFamily.length).toBeGreaterThan(5)
  })
})
