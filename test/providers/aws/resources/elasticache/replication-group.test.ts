import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../../../src/base/json.ts'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at, group } = useNetwork()
const address = 'database/redis'

let input: JsonObject
beforeAll(async () => {
  const places = { name: 'Shop', subnetIds: at.subnets.slice(0, 2) }
  input = {
    name: 'Shop-Redis',
    engine: 'valkey',
    version: '8.1',
    nodeType: 'cache.t4g.micro',
    replicas: 1,
    port: 6379,
    subnetGroup: (await make(at.bench.cloud, kinds.cacheSubnetGroup, 'database/subnets', places)).id,
    securityGroupIds: [(await group('redis')).id],
    authToken: { $secret: 'redis.authToken', version: 1 },
  }
})

test('it is ready with the endpoint of its primary node, encrypted, with the token, in two zones', async () => {
  const made = await make(at.bench.cloud, kinds.replicationGroup, address, input)
  expect(made).toEqual({ id: 'shop-redis', host: expect.stringMatching(/^master\.shop-redis\./), port: '6379' })
  const { ReplicationGroups } = await at.bench.cloud.call('elasticache', 'DescribeReplicationGroups', {
    ReplicationGroupId: 'shop-redis',
  })
  expect(ReplicationGroups![0]).toMatchObject({
    ...{ AuthTokenEnabled: true, TransitEncryptionMode: 'required', AtRestEncryptionEnabled: true },
    ...{ MultiAZ: 'enabled', ClusterEnabled: false, SnapshotRetentionLimit: 0, Engine: 'valkey' },
  })
})

test('one of another stack with the same name is found by its name, and not by our mark', async () => {
  const theirs = { ...input, name: 'theirs' }
  const mark = markFor(kinds.replicationGroup, address)
  const foreign = { ...mark, stack: 'other', tags: { ...mark.tags, 'stackwright:stack': 'other' } }
  await kinds.replicationGroup.create(at.bench.cloud, theirs as never, foreign)
  const byName = await kinds.replicationGroup.find(at.bench.cloud, { stack: 'shop', address, input: theirs as never })
  expect(byName.map(({ id, tags }) => [id, tags['stackwright:stack']])).toEqual([['theirs', 'other']])
  const ours = await kinds.replicationGroup.find(at.bench.cloud, { stack: 'shop' })
  expect(ours.map(({ id }) => id)).toEqual(['shop-redis'])
})

test('a removal right after the creation waits until the cloud takes it, and says what is lost', async () => {
  const fresh = { ...input, name: 'fresh', replicas: 0 }
  const mark = markFor(kinds.replicationGroup, 'database/fresh')
  const id = await kinds.replicationGroup.create(at.bench.cloud, fresh as never, mark)
  await removeWholly(at.bench.cloud, kinds.replicationGroup, id, 'database/fresh', fresh)
  expect(await kinds.replicationGroup.find(at.bench.cloud, { id })).toEqual([])
  expect(kinds.replicationGroup.dataLoss!({})).toEqual([expect.stringContaining('no snapshot')])
})

test('its subnet group is removed after it, and waits while it is still going', async () => {
  const { cloud } = at.bench
  await removeWholly(cloud, kinds.replicationGroup, 'theirs', address, { ...input, name: 'theirs' })
  const gone = removeWholly(cloud, kinds.cacheSubnetGroup, 'shop', 'database/subnets', {})
  await removeWholly(cloud, kinds.replicationGroup, 'shop-redis', address, input)
  await gone
  expect(await kinds.cacheSubnetGroup.find(cloud, { id: 'shop' })).toEqual([])
})
