import { ElastiCache } from '@aws-sdk/client-elasticache'
import { expect, it } from 'vitest'
import { codeOf, config, sandbox } from '../../support.ts'

it('tells the versions of an engine, and which of them is the newest', async () => {
  const cache = new ElastiCache(config((await sandbox()).url))
  const { CacheEngineVersions } = await cache.describeCacheEngineVersions({ Engine: 'valkey' })
  expect(CacheEngineVersions!.map(one => one.EngineVersion)).toContain('8.1')
  const newest = await cache.describeCacheEngineVersions({ Engine: 'valkey', DefaultOnly: true })
  expect(newest.CacheEngineVersions).toEqual([expect.objectContaining({ CacheParameterGroupFamily: 'valkey9' })])
})

it('tells node types by their reservations, for one year or three', async () => {
  const cache = new ElastiCache(config((await sandbox()).url))
  const asked = { CacheNodeType: 'cache.t4g.micro', OfferingType: 'No Upfront' }
  const all = await cache.describeReservedCacheNodesOfferings(asked)
  expect(all.ReservedCacheNodesOfferings!.map(one => one.Duration)).toEqual([31_536_000, 94_608_000])
  const one = await cache.describeReservedCacheNodesOfferings({ ...asked, Duration: '1' })
  expect(one.ReservedCacheNodesOfferings).toHaveLength(1)
  expect(await codeOf(cache.describeReservedCacheNodesOfferings({ Duration: '2' }))).toBe('InvalidParameterValue')
})
