import { CloudProblem, Exit, hasFate } from '../../errors.ts'
import type { Json, JsonObject } from '../../kind.ts'
import type { Alicloud } from './cloud.ts'
import { num, rows, str, tagsIn } from './read.ts'

/**
 * What this region sells right now, read from the cloud once and remembered for the session. Plain facts;
 * what to suggest from them is live.ts, what is wrong with a choice is preflight.ts.
 */
export interface Market {
  regions(): Promise<{ id: string; name: string }[]>
  /** Instance types with stock, by zone. Zones without any are there with an empty set. */
  stock(billing: Billing): Promise<Map<string, Set<string>>>
  /** Sizes of every instance type the region knows, by id. */
  specs(): Promise<Map<string, Spec>>
  /** System disk categories with stock for a type in a zone, with their sizes in GiB. */
  disks(zone: string, type: string, billing: Billing): Promise<Disk[]>
  /** The newest image of a family; undefined when the region has none. */
  newest(family: string): Promise<Image | undefined>
  image(id: string): Promise<Image | undefined>
  /** Every version, edition and storage type RDS sells, by zone. */
  databases(engine: string, billing: Billing): Promise<Map<string, DbOffer[]>>
  classes(zone: string, engine: string, offer: DbOffer, billing: Billing): Promise<DbClass[]>
  /** Zone pairs a CLB may have. */
  balancerZones(): Promise<{ primary: string; backup: string }[]>
  /** Tags of the key pair of this name; undefined when there is none. */
  keyPair(name: string): Promise<Record<string, string> | undefined>
}

export type Billing = 'payg' | 'subscription'

/** What the machines and the database shall be, as far as it is known yet. */
export interface Wish {
  machines: number
  type?: string
  billing: Billing
  engine: 'PostgreSQL' | 'MySQL'
  version?: string
  category?: string
  storageType?: string
  class?: string
  dbBilling: Billing
}

export interface Spec {
  id: string
  family: string
  cores: number
  /** GiB. */
  memory: number
  arch: 'x86_64' | 'arm64'
  /** Burstable, shared, GPU and local-disk machines are never suggested. */
  plain: boolean
  burstable: boolean
}

export interface Disk {
  category: string
  min: number
  max: number
}

export interface Image {
  id: string
  name: string
  arch: string
  /** GiB the system disk must have at least. */
  size: number
  linux: boolean
}

export interface DbOffer {
  version: string
  category: string
  storageType: string
}

export interface DbClass {
  id: string
  /** GB. */
  min: number
  max: number
  step: number
}

export function openMarket(cloud: Alicloud): Market {
  const once = remember(error => beforehand(error, cloud.region, regions))
  const regions = () => cloud.call('ecs', 'DescribeRegions')
  const available = (params: Record<string, string>, billing: Billing) =>
    cloud.call('ecs', 'DescribeAvailableResource', {
      ResourceType: 'instance',
      IoOptimized: 'optimized',
      InstanceChargeType: billing === 'subscription' ? 'PrePaid' : 'PostPaid',
      ...params,
    })
  return {
    regions: () =>
      once('regions', async () => {
        const answer = await regions()
        return rows(answer, 'Regions.Region').map(row => ({ id: str(row, 'RegionId'), name: str(row, 'LocalName') }))
      }),
    stock: billing =>
      once(`stock ${billing}`, async () => {
        const answer = await available({ DestinationResource: 'InstanceType' }, billing)
        const zones = rows(answer, 'AvailableZones.AvailableZone')
        return new Map(zones.map(zone => [str(zone, 'ZoneId'), new Set(supported(zone).map(row => str(row, 'Value')))]))
      }),
    specs: () =>
      once('specs', async () => {
        const all = await cloud.pages('ecs', 'DescribeInstanceTypes', {}, 'InstanceTypes.InstanceType', {
          by: 'token',
          size: 1600,
        })
        return new Map(all.map(specOf).map(spec => [spec.id, spec]))
      }),
    disks: (zone, type, billing) =>
      once(`disks ${zone} ${type} ${billing}`, async () => {
        const answer = await available({ DestinationResource: 'SystemDisk', ZoneId: zone, InstanceType: type }, billing)
        const here = rows(answer, 'AvailableZones.AvailableZone').filter(row => str(row, 'ZoneId') === zone)
        return here.flatMap(supported).map(row => ({
          category: str(row, 'Value'),
          min: num(row, 'Min') || 20,
          max: num(row, 'Max') || 2048,
        }))
      }),
    newest: family =>
      once(`family ${family}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeImageFromFamily', { ImageFamily: family })
        return str(answer, 'Image.ImageId') ? imageOf((answer as { Image: JsonObject }).Image) : undefined
      }),
    image: id =>
      once(`image ${id}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeImages', { ImageId: id })
        return rows(answer, 'Images.Image')
          .map(imageOf)
          .find(image => image.id === id)
      }),
    databases: (engine, billing) =>
      once(`databases ${engine} ${billing}`, async () => {
        const sites = SITES[billing]
        const answer = await firstThatSells(sites, 'AvailableZones', CommodityCode =>
          cloud.call('rds', 'DescribeAvailableZones', { Engine: engine, CommodityCode }),
        )
        const zones = rows(answer, 'AvailableZones').filter(row => !str(row, 'ZoneId').includes('MAZ'))
        return new Map(zones.map(zone => [str(zone, 'ZoneId'), offersOf(zone, engine)]))
      }),
    classes: (zone, engine, offer, billing) =>
      once(`classes ${zone} ${engine} ${Object.values(offer).join(' ')} ${billing}`, async () => {
        const answer = await firstThatSells(SITES[billing], 'DBInstanceClasses', CommodityCode =>
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
      }),
    balancerZones: () =>
      once('balancer zones', async () => {
        const answer = await cloud.call('slb', 'DescribeAvailableResource')
        const pairs = rows(answer, 'AvailableResources.AvailableResource')
        return pairs
          .map(row => ({ primary: str(row, 'MasterZoneId'), backup: str(row, 'SlaveZoneId') }))
          .filter(pair => pair.primary && pair.backup && pair.primary !== pair.backup)
      }),
    keyPair: name =>
      once(`key pair ${name}`, async () => {
        const answer = await cloud.call('ecs', 'DescribeKeyPairs', { KeyPairName: name })
        const found = rows(answer, 'KeyPairs.KeyPair').find(row => str(row, 'KeyPairName') === name)
        return found && tagsIn(found)
      }),
  }
}

/**
 * The same products are sold under one code on the China site and another abroad (DescribeAvailableZones,
 * CommodityCode); which site an account belongs to cannot be asked, only tried.
 */
const SITES: Record<Billing, string[]> = { payg: ['bards_intl', 'bards'], subscription: ['rds_intl', 'rds'] }

async function firstThatSells(
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
      if (!hasFate(error, 'refused')) throw error
      refusal ??= error
    }
  }
  if (refusal) throw refusal
  return {}
}

/** Answers by key, asked for once; a failed question may be asked again. */
function remember(explain: (error: unknown) => Promise<unknown>) {
  const known = new Map<string, Promise<unknown>>()
  return <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined
    if (before) return before
    const asked = ask().catch(async error => {
      known.delete(key)
      throw await explain(error)
    })
    known.set(key, asked)
    return asked
  }
}

/** A refusal while looking around is found before the start: nothing was made. A wrong region is named with the right ones. */
async function beforehand(error: unknown, region: string, ask: () => Promise<JsonObject>): Promise<unknown> {
  if (!hasFate(error, 'refused')) return error
  const { why, next, code, requestId } = error
  const parts = { exit: Exit.preflight, ...(code && { code }), ...(requestId && { requestId }) }
  if (code !== 'InvalidRegionId.NotFound') {
    return new CloudProblem('refused', { ...parts, what: error.what, ...(why && { why }), ...(next && { next }) })
  }
  const ids = await ask()
    .then(answer => rows(answer, 'Regions.Region').map(row => str(row, 'RegionId')))
    .catch(() => [])
  return new CloudProblem('refused', {
    ...parts,
    what: `Alibaba Cloud has no region ${region}, or none that this account may use.`,
    next: ids.length > 0 ? `Choose one with --region: ${ids.join(', ')}.` : 'Choose another one with --region.',
  })
}

/** The rows of a zone that can be had now. */
function supported(zone: JsonObject): JsonObject[] {
  return rows(zone, 'AvailableResources.AvailableResource')
    .flatMap(resource => rows(resource, 'SupportedResources.SupportedResource'))
    .filter(row => str(row, 'Status') === 'Available' && ['', 'WithStock'].includes(str(row, 'StatusCategory')))
}

function specOf(row: JsonObject): Spec {
  const level = str(row, 'InstanceFamilyLevel')
  return {
    id: str(row, 'InstanceTypeId'),
    family: str(row, 'InstanceTypeFamily'),
    cores: num(row, 'CpuCoreCount'),
    memory: num(row, 'MemorySize'),
    arch: str(row, 'CpuArchitecture').toUpperCase() === 'ARM' ? 'arm64' : 'x86_64',
    plain: num(row, 'GPUAmount') === 0 && !str(row, 'LocalStorageCategory'),
    burstable: level === 'CreditEntryLevel',
  }
}

function imageOf(row: Json): Image {
  return {
    id: str(row, 'ImageId'),
    name: str(row, 'OSNameEn') || str(row, 'OSName') || str(row, 'ImageId'),
    arch: str(row, 'Architecture') || 'x86_64',
    size: num(row, 'Size') || 20,
    linux: str(row, 'OSType').toLowerCase() !== 'windows',
  }
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
