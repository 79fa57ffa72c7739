/**
 * What this region offers and this account has, read from the cloud once and remembered for the session. Plain facts;
 * what to suggest from them is lookups.ts, what is wrong with a choice is checked by the parts.
 */
export interface Catalog {
  regions(): Promise<string[]>
  /** Availability Zones that anyone may use, in the order of their names. */
  zones(): Promise<string[]>
  /** Zones that offer an instance type; [] for one the region does not know. */
  zonesOf(type: string): Promise<string[]>
  /** Sizes of the types that this program suggests, and of those named besides, by name. */
  specs(besides?: string): Promise<Map<string, Spec>>
  /** The image a public parameter of AWS names today; undefined where the region has none. */
  newestImage(arch: Arch): Promise<string | undefined>
  image(id: string): Promise<Image | undefined>
  /** Versions of a database engine, newest first. */
  versions(engine: string): Promise<Version[]>
  /** What can be ordered of a version: classes with their zones. */
  classes(engine: string, version: string): Promise<DbClass[]>
  /** Versions of an engine of ElastiCache, newest first; [] where the region does not offer the engine. */
  cacheVersions(engine: string): Promise<string[]>
  /** Node types of ElastiCache that the region is known to offer; others can be offered too. */
  cacheNodeTypes(): Promise<string[]>
  /** Public hosted zones of the account. */
  hostedZones(): Promise<{ id: string; name: string }[]>
  /** Certificates of the region that are issued. */
  certificates(): Promise<{ arn: string; names: string[] }[]>
  /** A certificate of the region, the name it was requested for first; undefined when there is none. */
  certificate(arn: string): Promise<{ status: string; names: string[] } | undefined>
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
  /** The cloud's own default. */
  usual: boolean
}

export interface DbClass {
  id: string
  zones: string[]
}

/** Current families that run this stack, the least expensive first (docs/facts/aws.md, EC2). Others may be named; these are suggested. */
const FAMILIES = ['t4g', 't3', 't3a', 'm7g', 'm6i', 'c7g']
const SIZES = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge']
export const SUGGESTED = FAMILIES.flatMap(family => SIZES.map(size => `${family}.${size}`))
