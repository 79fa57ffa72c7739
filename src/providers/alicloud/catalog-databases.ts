import { hasOutcome } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Memoize } from '../../base/memoize.ts'
import type { Billing, Catalog, DbClass, DbOffer } from './catalog.ts'
import type { Alicloud } from './cloud.ts'
import { num, rows, str } from './read.ts'

/** What RDS offers. */
export function databaseCatalog(cloud: Alicloud, memoize: Memoize): Pick<Catalog, 'databases' | 'classes'> {
  return {
    databases: (engine, billing) =>
      memoize(`databases ${engine} ${billing}`, () => databasesOf(cloud, engine, billing)),
    classes: (zone, engine, offer, billing) =>
      memoize(`classes ${zone} ${engine} ${Object.values(offer).join(' ')} ${billing}`, () =>
        classesOf(cloud, zone, engine, offer, billing),
      ),
  }
}

async function databasesOf(cloud: Alicloud, engine: string, billing: Billing): Promise<Map<string, DbOffer[]>> {
  const answer = await firstWithOffers(SITES[billing], 'AvailableZones', CommodityCode =>
    cloud.call('rds', 'DescribeAvailableZones', { Engine: engine, CommodityCode }),
  )
  const zones = rows(answer, 'AvailableZones').filter(row => !str(row, 'ZoneId').includes('MAZ'))
  return new Map(zones.map(zone => [str(zone, 'ZoneId'), offersOf(zone, engine)]))
}

async function classesOf(
  cloud: Alicloud,
  zone: string,
  engine: string,
  offer: DbOffer,
  billing: Billing,
): Promise<DbClass[]> {
  const answer = await firstWithOffers(SITES[billing], 'DBInstanceClasses', CommodityCode =>
    cloud.call('rds', 'DescribeAvailableClasses', {
      ZoneId: zone,
      Engine: engine,
      EngineVersion: offer.version,
      Category: offer.category,
      DBInstanceStorageType: offer.storageType,
      CommodityCode,
      InstanceChargeType: billing === 'subscription' ? 'Prepaid' : 'Postpaid',
      OrderType: 'BUY',
    }),
  )
  return rows(answer, 'DBInstanceClasses').map(row => ({
    id: str(row, 'DBInstanceClass'),
    min: num(row, 'DBInstanceStorageRange.MinValue') || 20,
    max: num(row, 'DBInstanceStorageRange.MaxValue') || 64000,
    step: num(row, 'DBInstanceStorageRange.Step') || 5,
  }))
}

/**
 * The same products have one code on the China site and another on the international site (DescribeAvailableZones,
 * CommodityCode). No API tells which site an account belongs to, so both are tried.
 */
const SITES: Record<Billing, string[]> = { payg: ['bards_intl', 'bards'], subscription: ['rds_intl', 'rds'] }

async function firstWithOffers(
  codes: string[],
  list: string,
  ask: (code: string) => Promise<JsonObject>,
): Promise<JsonObject> {
  let refusal: unknown
  for (const code of codes) {
    try {
      const answer = await ask(code)
      if (rows(answer, list).length > 0) return answer
    } catch (error) {
      if (!hasOutcome(error, 'refused')) throw error
      refusal ??= error
    }
  }
  if (refusal) throw refusal
  return {}
}

function offersOf(zone: JsonObject, engine: string): DbOffer[] {
  return rows(zone, 'SupportedEngines')
    .filter(row => str(row, 'Engine') === engine)
    .flatMap(row => rows(row, 'SupportedEngineVersions'))
    .flatMap(version =>
      rows(version, 'SupportedCategorys').flatMap(category =>
        rows(category, 'SupportedStorageTypes').map(storage => ({
          version: str(version, 'Version'),
          category: str(category, 'Category'),
          storageType: str(storage, 'StorageType'),
        })),
      ),
    )
    .filter(offer => CATEGORIES.includes(offer.category))
}

/** The editions this program can make. */
const CATEGORIES = ['Basic', 'HighAvailability']
