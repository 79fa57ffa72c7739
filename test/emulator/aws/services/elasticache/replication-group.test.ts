import { DeleteSecurityGroupCommand, DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { type CreateReplicationGroupCommandInput, ElastiCache } from '@aws-sdk/client-elasticache'
import { expect, it } from 'vitest'
import { firstAccount } from '../../../../../src/emulator/aws/protocol/accounts.ts'
import { ground, travel } from '../../ground.ts'
import { codeOf, config, region, sandbox } from '../../support.ts'

async function start() {
  const box = await sandbox({ speed: 1 })
  box.world.speed = 2_000
  const place = await ground(box.url)
  box.world.speed = 1
  const cache = new ElastiCache(config(box.url))
  const words = { CacheSubnetGroupName: 'Data', CacheSubnetGroupDescription: 'data' }
  await cache.createCacheSubnetGroup({ ...words, SubnetIds: place.subnets })
  const make = (input: Partial<CreateReplicationGroupCommandInput> = {}) =>
    cache.createReplicationGroup({
      ReplicationGroupId: 'Chat',
      ReplicationGroupDescription: 'chat',
      Engine: 'valkey',
      CacheNodeType: 'cache.t4g.micro',
      NumCacheClusters: 1,
      CacheSubnetGroupName: 'data',
      SecurityGroupIds: [place.machines],
      TransitEncryptionEnabled: true,
      AuthToken: 'correct-Horse-battery-staple',
      Tags: [{ Key: 'a', Value: 'b' }],
      ...input,
    })
  const read = async (ReplicationGroupId = 'chat') =>
    (await cache.describeReplicationGroups({ ReplicationGroupId })).ReplicationGroups![0]!
  const remove = (ReplicationGroupId = 'chat') => cache.deleteReplicationGroup({ ReplicationGroupId })
  return { box, place, cache, make, read, remove }
}

it('a replication group is created for minutes; only then it has an endpoint, and its token is never told', async () => {
  const { make, read, box } = await start()
  const { ReplicationGroup } = await make()
  expect(ReplicationGroup).toMatchObject({ ReplicationGroupId: 'chat', Status: 'creating', AuthTokenEnabled: true })
  expect(ReplicationGroup!.NodeGroups ?? []).toEqual([])
  travel(box, 240)
  expect(await read()).toMatchObject({ Status: 'creating' })
  travel(box, 660)
  const there = await read()
  expect(there).toMatchObject({ Status: 'available', AtRestEncryptionEnabled: true, TransitEncryptionMode: 'required' })
  expect(there.NodeGroups![0]!.PrimaryEndpoint).toEqual({
    Address: expect.stringMatching(/^master\.chat\.[0-9a-f]{6}\.apne1\.cache\.amazonaws\.com$/),
    Port: 6379,
  })
  const kept = box.world.list('replication-group', { account: firstAccount, region })
  expect(kept).toHaveLength(1)
  expect(JSON.stringify([ReplicationGroup, there, kept])).not.toContain('correct-Horse')
})

it('without TLS it has other names, and takes no token', async () => {
  const { make, read, box } = await start()
  const plain = { TransitEncryptionEnabled: false }
  expect(await codeOf(make(plain))).toBe('InvalidParameterCombination')
  await make({ ...plain, AuthToken: undefined })
  travel(box, 900)
  const there = await read()
  expect(there).toMatchObject({ AuthTokenEnabled: false, TransitEncryptionEnabled: false })
  expect(there.NodeGroups![0]!.PrimaryEndpoint!.Address).toMatch(/^chat\.[0-9a-f]{6}\.ng\.0001\.apne1\.cache\./)
})

it('with replicas it has a node in each zone, each a cluster of its own with the tags of the group', async () => {
  const { make, read, cache, box } = await start()
  expect(await codeOf(make({ AutomaticFailoverEnabled: true }))).toBe('InvalidParameterCombination')
  await make({ NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true })
  travel(box, 900)
  const there = await read()
  expect(there).toMatchObject({ AutomaticFailover: 'enabled', MultiAZ: 'enabled' })
  expect(there.MemberClusters).toEqual(['chat-001', 'chat-002'])
  const [group] = there.NodeGroups!
  expect(group!.ReaderEndpoint!.Address).toMatch(/^replica\.chat\./)
  expect(new Set(group!.NodeGroupMembers!.map(node => node.PreferredAvailabilityZone)).size).toBe(2)
  const { CacheClusters } = await cache.describeCacheClusters({ CacheClusterId: 'chat-002', ShowCacheNodeInfo: true })
  expect(CacheClusters![0]).toMatchObject({ ReplicationGroupId: 'chat', CacheClusterStatus: 'available' })
  expect(CacheClusters![0]!.CacheNodes![0]!.Endpoint!.Address).toMatch(/^chat-002\.chat\./)
  const { TagList } = await cache.listTagsForResource({ ResourceName: CacheClusters![0]!.ARN! })
  expect(TagList).toEqual([{ Key: 'a', Value: 'b' }])
})

it('what cannot be is refused: names, tokens, versions, types, groups, another of the name', async () => {
  const { make } = await start()
  const code = (input: Partial<CreateReplicationGroupCommandInput>) => codeOf(make(input))
  for (const ReplicationGroupId of ['a--b', 'a-', '1a', 'a'.repeat(41)]) {
    expect(await code({ ReplicationGroupId })).toBe('InvalidParameterValue')
  }
  for (const AuthToken of ['short', 'with_underscore-and-more', 'with@sign-and-some-more', 'x'.repeat(129)]) {
    expect(await code({ AuthToken })).toBe('InvalidParameterValue')
  }
  expect(await code({ Engine: 'memcached' })).toBe('InvalidParameterValue')
  expect(await code({ EngineVersion: '3.2' })).toBe('InvalidParameterValue')
  expect(await code({ CacheNodeType: 'cache.t1.micro' })).toBe('InvalidParameterValue')
  expect(await code({ SecurityGroupIds: ['sg-0'] })).toBe('InvalidParameterValue')
  expect(await code({ CacheSubnetGroupName: 'nothing' })).toBe('CacheSubnetGroupNotFoundFault')
  expect(await code({ NumCacheClusters: 7 })).toBe('InvalidParameterValue')
  expect(await code({ ClusterMode: 'enabled' })).toBe('UnsupportedParameter')
  expect(await code({})).toBe('accepted')
  expect(await code({ ReplicationGroupId: 'CHAT' })).toBe('ReplicationGroupAlreadyExists')
})

it('it is not deleted before it is available, and not twice', async () => {
  const { make, read, remove, box } = await start()
  await make()
  expect(await codeOf(remove())).toBe('InvalidReplicationGroupState')
  travel(box, 900)
  expect((await remove()).ReplicationGroup).toMatchObject({ Status: 'deleting' })
  expect(await codeOf(remove())).toBe('InvalidReplicationGroupState')
  travel(box, 600)
  expect(await codeOf(read())).toBe('ReplicationGroupNotFoundFault')
  expect(await codeOf(remove())).toBe('ReplicationGroupNotFoundFault')
})

it('its subnet group and its security group are in use until it and its interfaces are gone', async () => {
  const { make, remove, cache, place, box } = await start()
  await make()
  travel(box, 900)
  const subnets = () => codeOf(cache.deleteCacheSubnetGroup({ CacheSubnetGroupName: 'data' }))
  const group = () => codeOf(place.ec2.send(new DeleteSecurityGroupCommand({ GroupId: place.machines })))
  const ports = async () => {
    const Filters = [{ Name: 'description', Values: ['ElastiCache chat-001'] }]
    return (await place.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces!
  }
  expect(await subnets()).toBe('CacheSubnetGroupInUse')
  expect(await group()).toBe('DependencyViolation')
  await remove()
  expect(await subnets()).toBe('CacheSubnetGroupInUse')
  travel(box, 245)
  expect(await subnets()).toBe('accepted')
  expect(await ports()).toHaveLength(1)
  expect(await group()).toBe('DependencyViolation')
  travel(box, 120)
  expect(await ports()).toEqual([])
  expect(await group()).toBe('accepted')
})

it('tags are read, added and removed by ARN', async () => {
  const { make, cache } = await start()
  const ResourceName = (await make()).ReplicationGroup!.ARN!
  await cache.addTagsToResource({ ResourceName, Tags: [{ Key: 'c', Value: 'd' }] })
  await cache.removeTagsFromResource({ ResourceName, TagKeys: ['a'] })
  expect((await cache.listTagsForResource({ ResourceName })).TagList).toEqual([{ Key: 'c', Value: 'd' }])
  expect(await codeOf(cache.listTagsForResource({ ResourceName: 'chat' }))).toBe('InvalidARN')
})
