import type { Memoize } from '../../base/memoize.ts'
import type { Catalog } from './catalog.ts'
import type { Aws } from './client.ts'

/** What ElastiCache offers. */
export function cacheCatalog(cloud: Aws, memoize: Memoize): Pick<Catalog, 'cacheVersions' | 'cacheNodeTypes'> {
  return {
    cacheVersions: async engine =>
      (await memoize('cache versions', () => versionsOf(cloud))).flatMap(one => (one.engine === engine ? one.id : [])),
    cacheNodeTypes: () => memoize('cache node types', () => nodeTypesOf(cloud)),
  }
}

/** Of all engines in one list: a region that lacks one might refuse its name. */
async function versionsOf(cloud: Aws): Promise<{ engine: string; id: string }[]> {
  const rows = await cloud.pages('elasticache', 'DescribeCacheEngineVersions', {}, page => page.CacheEngineVersions)
  const { compare } = new Intl.Collator('en', { numeric: true })
  return rows
    .flatMap(({ Engine, EngineVersion }) => (Engine && EngineVersion ? { engine: Engine, id: EngineVersion } : []))
    .sort((a, b) => compare(b.id, a.id))
}

/** No call lists the node types of a region. Those it sells reservations of are the best there is (docs/facts/aws.md, ElastiCache). */
async function nodeTypesOf(cloud: Aws): Promise<string[]> {
  const rows = await cloud.pages(
    'elasticache',
    'DescribeReservedCacheNodesOfferings',
    { Duration: '1', OfferingType: 'No Upfront' },
    page => page.ReservedCacheNodesOfferings,
  )
  return [...new Set(rows.flatMap(({ CacheNodeType }) => CacheNodeType ?? []))].sort()
}
