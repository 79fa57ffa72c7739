import type { Memoize } from '../../base/memoize.ts'
import type { Catalog, DbClass } from './catalog.ts'
import type { Aws } from './client.ts'

/** What RDS offers. */
export function databaseCatalog(cloud: Aws, memoize: Memoize): Pick<Catalog, 'versions' | 'classes'> {
  return {
    versions: engine =>
      // Newest first.
      memoize(`versions ${engine}`, async () => {
        const [all, usual] = await Promise.all([
          versionsOf(cloud, engine),
          cloud.call('rds', 'DescribeDBEngineVersions', { Engine: engine, DefaultOnly: true }),
        ])
        const first = usual.DBEngineVersions?.[0]?.EngineVersion
        // One collator: a comparison that makes its own takes longer than the call.
        const { compare } = new Intl.Collator('en', { numeric: true })
        return all.sort((a, b) => compare(b, a)).map(id => ({ id, usual: id === first }))
      }),
    classes: (engine, version) => memoize(`classes ${engine} ${version}`, () => classesOf(cloud, engine, version)),
  }
}

async function versionsOf(cloud: Aws, engine: string): Promise<string[]> {
  const rows = await cloud.pages('rds', 'DescribeDBEngineVersions', { Engine: engine }, page => page.DBEngineVersions)
  return [...new Set(rows.flatMap(({ EngineVersion }) => EngineVersion ?? []))]
}

async function classesOf(cloud: Aws, engine: string, version: string): Promise<DbClass[]> {
  const rows = await cloud.pages(
    'rds',
    'DescribeOrderableDBInstanceOptions',
    { Engine: engine, EngineVersion: version, Vpc: true },
    page => page.OrderableDBInstanceOptions,
  )
  // One row for each kind of storage: the classes repeat.
  const zones = new Map<string, Set<string>>()
  for (const { DBInstanceClass: id, AvailabilityZones = [] } of rows) {
    if (!id) continue
    const known = zones.get(id) ?? new Set()
    for (const { Name } of AvailabilityZones) if (Name) known.add(Name)
    zones.set(id, known)
  }
  return [...zones].map(([id, names]) => ({ id, zones: [...names].sort() }))
}
