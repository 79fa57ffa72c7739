import type { JsonObject } from '../../../../base/json.ts'
import { regionOf, regions } from '../../core/catalog.ts'
import { operation, refuse, requireParameter, word } from '../../core/input.ts'
import { categories, type DbClass, dbClasses, dbSold, engines, storageRange } from './catalog.ts'

/** Which databases can be bought where. */
export const availabilityOperations = {
  'rds.DescribeRegions': operation('', () => ({
    Regions: {
      RDSRegion: regions.flatMap(one =>
        one.zones.map(zone => ({
          RegionId: one.id,
          LocalName: one.name,
          RegionEndpoint: `rds.${one.id}.aliyuncs.com`,
          ZoneId: zone,
          ZoneName: zone,
        })),
      ),
    },
  })),
  'rds.DescribeAvailableZones': operation(
    'Engine EngineVersion ZoneId Category CommodityCode DispenseMode',
    (input, call) => {
      const engine = requireParameter(input, 'Engine')
      const versions =
        engines[engine] ?? refuse(400, 'InvalidEngine.Malformed', `The engine ${engine} is not simulated here.`)
      checkCommodity(input)
      const zones = regionOf(call.region).zones.filter(
        zone => word(input, 'ZoneId') === '' || zone === word(input, 'ZoneId'),
      )
      const asked = versions.filter(
        version => word(input, 'EngineVersion') === '' || version === word(input, 'EngineVersion'),
      )
      return {
        AvailableZones: zones.map(zone => describeZone(call.region, zone, engine, asked, word(input, 'Category'))),
      }
    },
  ),
  'rds.DescribeAvailableClasses': operation(
    'ZoneId Engine EngineVersion DBInstanceStorageType Category CommodityCode InstanceChargeType OrderType',
    (input, call) => {
      const zone = requireParameter(input, 'ZoneId')
      if (!regionOf(call.region).zones.includes(zone))
        refuse(400, 'InvalidZoneId.NotSupported', 'The zone does not exist in the region.')
      checkCommodity(input)
      const storage = requireParameter(input, 'DBInstanceStorageType')
      const classes = onSale(
        zone,
        requireParameter(input, 'Engine'),
        requireParameter(input, 'EngineVersion'),
        requireParameter(input, 'Category'),
      ).filter(one => one.storageTypes.includes(storage))
      return {
        DBInstanceClasses: classes.map(one => ({ DBInstanceClass: one.id, DBInstanceStorageRange: storageRange(one) })),
      }
    },
  ),
}

/** Pay-as-you-go and subscription, China site and international site. */
function checkCommodity(input: JsonObject): void {
  const code = word(input, 'CommodityCode')
  if (!['', 'bards', 'rds', 'bards_intl', 'rds_intl'].includes(code)) {
    refuse(400, 'InvalidCommodityCode', `The commodity ${code} is not simulated here.`)
  }
}

function onSale(zone: string, engine: string, version: string, category: string): DbClass[] {
  const known = engines[engine]?.includes(version) ?? false
  return known
    ? dbClasses.filter(one => one.engine === engine && one.category === category && dbSold(zone, version, one))
    : []
}

function describeZone(region: string, zone: string, engine: string, versions: string[], only: string): JsonObject {
  return {
    RegionId: region,
    ZoneId: zone,
    SupportedEngines: [
      {
        Engine: engine,
        SupportedEngineVersions: versions
          .map(version => ({
            Version: version,
            SupportedCategorys: categories
              .filter(
                category => (only === '' || category === only) && onSale(zone, engine, version, category).length > 0,
              )
              .map(category => ({
                Category: category,
                SupportedStorageTypes: storageOf(onSale(zone, engine, version, category)),
              })),
          }))
          .filter(one => one.SupportedCategorys.length > 0),
      },
    ],
  }
}

function storageOf(classes: DbClass[]): JsonObject[] {
  return [...new Set(classes.flatMap(one => one.storageTypes))].map(type => ({ StorageType: type }))
}
