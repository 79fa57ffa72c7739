import type { JsonObject } from '../../../../base/json.ts'
import type { Operation } from '../../../world/model.ts'
import { flag, operation, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { resourcesOf } from '../../core/resources.ts'
import { type Engine, enginesNamed, type Offer, offers, storageRange, type Version } from './catalog.ts'

/** What is offered, and the account's limits. */
export const availabilityOperations: Record<string, Operation> = {
  'rds.DescribeDBEngineVersions': operation(
    'Engine EngineVersion DBParameterGroupFamily DefaultOnly IncludeAll ListSupportedCharacterSets ListSupportedTimezones MaxRecords Marker',
    (input, _call) => {
      const asked = word(input, 'EngineVersion')
      const family = word(input, 'DBParameterGroupFamily')
      const rows = enginesNamed(word(input, 'Engine')).flatMap(engine =>
        engine.versions
          .filter(
            one => asked === '' || one.version === asked || one.major === asked || one.version.startsWith(`${asked}.`),
          )
          .filter(one => family === '' || one.family === family)
          .filter(one => !flag(input, 'DefaultOnly') || (asked === '' ? one.isDefault : one.majorDefault))
          .map(version => describeVersion(engine, version)),
      )
      const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { DBEngineVersions: some, ...(next && { Marker: next }) }
    },
  ),
  'rds.DescribeOrderableDBInstanceOptions': operation(
    'Engine EngineVersion DBInstanceClass LicenseModel AvailabilityZoneGroup Vpc MaxRecords Marker',
    (input, call) => {
      const engine = enginesNamed(requireParameter(input, 'Engine', 'InvalidParameterValue'))[0]!
      const fits = (name: string, value: string) => word(input, name) === '' || word(input, name) === value
      const rows = offers(call.region, engine)
        .filter(
          one =>
            fits('EngineVersion', one.version.version) &&
            fits('DBInstanceClass', one.class) &&
            fits('LicenseModel', engine.licence),
        )
        .map(describeOffer)
      const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { OrderableDBInstanceOptions: some, ...(next && { Marker: next }) }
    },
  ),
  'rds.DescribeAccountAttributes': operation('', (_, call) => ({
    AccountQuotas: [
      { AccountQuotaName: 'DBInstances', Used: resourcesOf(call, 'db-instance').length, Max: 40 },
      { AccountQuotaName: 'DBClusters', Used: resourcesOf(call, 'db-cluster').length, Max: 40 },
      { AccountQuotaName: 'DBSubnetGroups', Used: resourcesOf(call, 'db-subnet-group').length, Max: 50 },
      { AccountQuotaName: 'ManualSnapshots', Used: resourcesOf(call, 'db-snapshot').length, Max: 100 },
    ],
  })),
}

function describeVersion(engine: Engine, one: Version): JsonObject {
  return {
    Engine: engine.name,
    EngineVersion: one.version,
    MajorEngineVersion: one.major,
    DBParameterGroupFamily: one.family,
    DBEngineDescription: engine.description,
    DBEngineVersionDescription: `${engine.description} ${one.version}`,
    Status: 'available',
    ValidUpgradeTarget: [],
    ExportableLogTypes: engine.port === 3306 ? ['audit', 'error', 'general', 'slowquery'] : ['postgresql', 'upgrade'],
    SupportsLogExportsToCloudwatchLogs: true,
    SupportsReadReplica: true,
    SupportsGlobalDatabases: engine.aurora,
    SupportsParallelQuery: false,
    SupportedFeatureNames: [],
    ...(engine.aurora && { SupportedEngineModes: ['provisioned'] }),
  }
}

function describeOffer(one: Offer): JsonObject {
  const [least, most] = storageRange(one.storageType)
  return {
    Engine: one.engine.name,
    EngineVersion: one.version.version,
    DBInstanceClass: one.class,
    LicenseModel: one.engine.licence,
    AvailabilityZones: one.zones.map(zone => ({ Name: zone.name })),
    MultiAZCapable: !one.engine.aurora,
    ReadReplicaCapable: !one.engine.aurora,
    Vpc: true,
    StorageType: one.storageType,
    SupportsStorageEncryption: true,
    SupportsIops: one.storageType === 'io1',
    SupportsEnhancedMonitoring: true,
    SupportsIAMDatabaseAuthentication: true,
    SupportsPerformanceInsights: !/\.(micro|small)$/.test(one.class),
    SupportsStorageAutoscaling: !one.engine.aurora,
    SupportsClusters: false,
    SupportedNetworkTypes: ['IPV4'],
    AvailableProcessorFeatures: [],
    ...(!one.engine.aurora && { MinStorageSize: least, MaxStorageSize: most }),
    ...(one.engine.aurora && { SupportedEngineModes: ['provisioned'] }),
  }
}
