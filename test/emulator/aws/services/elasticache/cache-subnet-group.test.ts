import { ElastiCache } from '@aws-sdk/client-elasticache'
import { expect, it } from 'vitest'
import { ground } from '../../ground.ts'
import { codeOf, config, sandbox } from '../../support.ts'

it('a subnet group is kept in lower case, has no second of its name, and is unknown with HTTP 400', async () => {
  const { url } = await sandbox({ speed: 2_000 })
  const place = await ground(url)
  const cache = new ElastiCache(config(url))
  const make = (CacheSubnetGroupName: string, SubnetIds: string[]) =>
    codeOf(cache.createCacheSubnetGroup({ CacheSubnetGroupName, CacheSubnetGroupDescription: 'x', SubnetIds }))
  expect(await make('Data', place.subnets.slice(0, 1))).toBe('accepted')
  expect(await make('data', place.subnets)).toBe('CacheSubnetGroupAlreadyExists')
  expect(await make('default', place.subnets)).toBe('InvalidParameterValue')
  expect(await make('with_underscore', place.subnets)).toBe('InvalidParameterValue')
  expect(await make('none', ['subnet-0'])).toBe('InvalidSubnet')
  const { CacheSubnetGroups } = await cache.describeCacheSubnetGroups({ CacheSubnetGroupName: 'DATA' })
  expect(CacheSubnetGroups![0]).toMatchObject({ CacheSubnetGroupName: 'data', VpcId: place.vpcId })
  const unknown = cache.deleteCacheSubnetGroup({ CacheSubnetGroupName: 'nothing' })
  await expect(unknown).rejects.toMatchObject({
    name: 'CacheSubnetGroupNotFoundFault',
    $metadata: { httpStatusCode: 400 },
  })
})
