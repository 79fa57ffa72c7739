import { CloudProblem, Exit, hasFate } from '../../errors.ts'
import type { Aws } from './client.ts'

/**
 * What this region sells and this account has, read from the cloud once and remembered for the session. Plain facts;
 * what to suggest from them is live.ts, what is wrong with a choice is preflight.ts.
 */
export interface Market {
  regions(): Promise<string[]>
  /** Availability Zones that anyone may use, in the order of their names. */
  zones(): Promise<string[]>
  /** Zones that sell an instance type; [] for one the region does not know. */
  zonesOf(type: string): Promise<string[]>
  /** Sizes of the types that this program suggests, and of those named besides, by name. */
  specs(besides?: string): Promise<Map<string, Spec>>
  /** The image a public parameter of AWS names today; undefined where the region has none. */
  newestImage(arch: Arch): Promise<string | undefined>
  image(id: string): Promise<Image | undefined>
  /** Versions of a database engine, newest first. */
  versions(engine: Engine): Promise<Version[]>
  /** What can be ordered of a version: classes with their zones. */
  classes(engine: Engine, version: string): Promise<DbClass[]>
  /** Public hosted zones of the account. */
  hostedZones(): Promise<{ id: string; name: string }[]>
  /** Tags of the key pair of this name; undefined when there is none. */
  keyPair(name: string): Promise<Record<string, string> | undefined>
  /** Whose a bucket's name is. */
  bucket(name: string): Promise<'free' | 'ours' | 'taken'>
  /** Elastic IP addresses: how many there are, and how many there may be. */
  addresses(): Promise<{ used: number; most: number }>
  /** How many there are in the region. How many there may be only Service Quotas would tell. */
  networks(): Promise<{ vpcs: number; gateways: number }>
}

export type Arch = 'x86_64' | 'arm64'
export type Engine = 'mysql' | 'aurora-mysql'

export interface Spec {
  id: string
  cores: number
  /** GiB. */
  memory: number
  arch: Arch
}

export interface Image {
  id: string
  name: string
  arch: string
  linux: boolean
}

export interface Version {
  id: string
  /** What the cloud itself would take. */
  usual: boolean
}

export interface DbClass {
  id: string
  zones: string[]
}

/** Current families that run this stack, the least expensive first (facts §13). Others may be named; these are suggested. */
const FAMILIES = ['t4g', 't3', 't3a', 'm7g', 'm6i', 'c7g']
const SIZES = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge']
export const SUGGESTED = FAMILIES.flatMap(family => SIZES.map(size => `${family}.${size}`))

/** Public parameters of Systems Manager that always name the newest Amazon Linux 2023 (facts §5). */
const IMAGES = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-'

export function openMarket(cloud: Aws): Market {
  const once = remember(cloud)
  const offerings = (types: string[]) => zonesByType(cloud, types)
  return {
    regions: () =>
      once('regions', async () => {
        const { Regions = [] } = await cloud.call('ec2', 'DescribeRegions', {})
        return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort()
      }),
    zones: () =>
      once('zones', async () => {
        const { AvailabilityZones = [] } = await cloud.call('ec2', 'DescribeAvailabilityZones', {})
        const usable = AvailabilityZones.filter(
          zone =>
            (zone.State ?? 'available') === 'available' &&
            (zone.ZoneType ?? 'availability-zone') === 'availability-zone' &&
            zone.OptInStatus !== 'not-opted-in',
        )
        return usable.flatMap(({ ZoneName }) => ZoneName ?? []).sort()
      }),
    async zonesOf(type) {
      const known = await once('offerings', () => offerings(SUGGESTED))
      if (SUGGESTED.includes(type)) return known.get(type) ?? []
      return (await once(`offerings ${type}`, () => offerings([type]))).get(type) ?? []
    },
    async specs(besides) {
      const known = await once('specs', () => specsOf(cloud, SUGGESTED))
      if (!besides || known.has(besides)) return known
      return new Map([...known, ...(await once(`specs ${besides}`, () => specsOf(cloud, [besides])))])
    },
    newestImage: arch =>
      once(`newest ${arch}`, async () => {
        try {
          const { Parameter } = await cloud.call('ssm', 'GetParameter', { Name: IMAGES + arch }, { sure: true })
          return Parameter?.Value
        } catch (error) {
          if (hasFate(error, 'gone')) return undefined
          throw error
        }
      }),
    image: id =>
      once(`image ${id}`, async () => {
        const { Images = [] } = await orNothing(
          cloud.call('ec2', 'DescribeImages', { ImageIds: [id] }, { sure: true }),
          {},
        )
        const [found] = Images
        if (!found) return undefined
        return {
          id,
          name: found.Name ?? id,
          arch: found.Architecture ?? 'x86_64',
          linux: found.Platform?.toLowerCase() !== 'windows',
        }
      }),
    versions: engine =>
      once(`versions ${engine}`, async () => {
        const [all, usual] = await Promise.all([
          versionsOf(cloud, engine),
          cloud.call('rds', 'DescribeDBEngineVersions', { Engine: engine, DefaultOnly: true }),
        ])
        const first = usual.DBEngineVersions?.[0]?.EngineVersion
        return all.sort(byVersion).map(id => ({ id, usual: id === first }))
      }),
    classes: (engine, version) => once(`classes ${engine} ${version}`, () => classesOf(cloud, engine, version)),
    hostedZones: () => once('hosted zones', () => hostedZonesOf(cloud)),
    keyPair: name =>
      once(`key pair ${name}`, async () => {
        const filter = { Filters: [{ Name: 'key-name', Values: [name] }] }
        const { KeyPairs = [] } = await cloud.call('ec2', 'DescribeKeyPairs', filter)
        const [found] = KeyPairs
        return found && Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
      }),
    bucket: name => once(`bucket ${name}`, () => ownerOf(cloud, name)),
    addresses: () =>
      once('addresses', async () => {
        const [{ Addresses = [] }, { AccountAttributes = [] }] = await Promise.all([
          cloud.call('ec2', 'DescribeAddresses', {}),
          cloud.call('ec2', 'DescribeAccountAttributes', { AttributeNames: ['vpc-max-elastic-ips' as never] }),
        ])
        const most = Number(AccountAttributes[0]?.AttributeValues?.[0]?.AttributeValue)
        return { used: Addresses.length, most: most > 0 ? most : Number.POSITIVE_INFINITY }
      }),
    networks: () =>
      once('networks', async () => {
        const [vpcs, gateways] = await Promise.all([
          cloud.pages('ec2', 'DescribeVpcs', {}, page => page.Vpcs),
          cloud.pages('ec2', 'DescribeInternetGateways', {}, page => page.InternetGateways),
        ])
        return { vpcs: vpcs.length, gateways: gateways.length }
      }),
  }
}

/** Newest first. */
export function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

async function zonesByType(cloud: Aws, types: string[]): Promise<Map<string, string[]>> {
  const rows = await cloud.pages(
    'ec2',
    'DescribeInstanceTypeOfferings',
    { LocationType: 'availability-zone', Filters: [{ Name: 'instance-type', Values: types }] },
    page => page.InstanceTypeOfferings,
  )
  const zones = new Map<string, string[]>()
  for (const { InstanceType, Location } of rows) {
    if (InstanceType && Location) zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location].sort())
  }
  return zones
}

async function specsOf(cloud: Aws, types: string[]): Promise<Map<string, Spec>> {
  // By filter: a name the region does not know is no row then, and no error.
  const filter = { Filters: [{ Name: 'instance-type', Values: types }] }
  const rows = await cloud.pages('ec2', 'DescribeInstanceTypes', filter, page => page.InstanceTypes)
  const specs = rows.flatMap((row): Spec[] => {
    const id = row.InstanceType
    const archs: string[] = row.ProcessorInfo?.SupportedArchitectures ?? []
    const memory = (row.MemoryInfo?.SizeInMiB ?? 0) / 1024
    const arch = archs.includes('arm64') ? 'arm64' : 'x86_64'
    return id ? [{ id, cores: row.VCpuInfo?.DefaultVCpus ?? 0, memory, arch }] : []
  })
  return new Map(specs.map(spec => [spec.id, spec]))
}

async function versionsOf(cloud: Aws, engine: Engine): Promise<string[]> {
  const rows = await cloud.pages('rds', 'DescribeDBEngineVersions', { Engine: engine }, page => page.DBEngineVersions)
  return [...new Set(rows.flatMap(({ EngineVersion }) => EngineVersion ?? []))]
}

async function classesOf(cloud: Aws, engine: Engine, version: string): Promise<DbClass[]> {
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

async function hostedZonesOf(cloud: Aws): Promise<{ id: string; name: string }[]> {
  const rows = await cloud.pages('route53', 'ListHostedZones', {}, page => page.HostedZones)
  return rows.flatMap(({ Id, Name, Config }) =>
    Id && Name && !Config?.PrivateZone
      ? [{ id: Id.replace(/^\/hostedzone\//, ''), name: Name.replace(/\.$/, '') }]
      : [],
  )
}

/** 404 says that nobody has the name, 403 that somebody else has it (facts §8). */
async function ownerOf(cloud: Aws, Bucket: string): Promise<'free' | 'ours' | 'taken'> {
  try {
    await cloud.call('s3', 'HeadBucket', { Bucket }, { sure: true })
    return 'ours'
  } catch (error) {
    if (hasFate(error, 'gone')) return 'free'
    if (hasFate(error, 'refused')) return 'taken'
    throw error
  }
}

async function orNothing<T>(asked: Promise<T>, nothing: T): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (hasFate(error, 'gone') || (hasFate(error, 'refused') && /^InvalidAMIID/.test(error.code ?? ''))) return nothing
    throw error
  }
}

/** Answers by key, asked for once; a failed question may be asked again. A refusal while looking around is found before the start. */
function remember({ region }: Aws) {
  const known = new Map<string, Promise<unknown>>()
  return <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined
    if (before) return before
    const asked = ask().catch(error => {
      known.delete(key)
      throw beforehand(error, region)
    })
    known.set(key, asked)
    return asked
  }
}

function beforehand(error: unknown, region: string): unknown {
  if (!hasFate(error, 'refused')) return error
  const { what, why, next, code, requestId, list } = error
  const unknownRegion = code === 'InvalidRegion' || code === 'OptInRequired'
  return new CloudProblem('refused', {
    what: unknownRegion ? `AWS has no region ${region}, or none that this account has opted in to.` : what,
    ...(why && { why }),
    ...(next && { next }),
    ...(list.length > 0 && { list }),
    ...(code && { code }),
    ...(requestId && { requestId }),
    exit: Exit.preflight,
  })
}
