/**
 * What this region offers right now, read from the cloud once and remembered for the session. Plain facts: what to
 * suggest from them is in lookups.ts, what is wrong with a choice in the parts' checks.
 */
export interface Catalog {
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
  /** Every version, edition and storage type that RDS offers, by zone. */
  databases(engine: string, billing: Billing): Promise<Map<string, DbOffer[]>>
  classes(zone: string, engine: string, offer: DbOffer, billing: Billing): Promise<DbClass[]>
  /** Zone pairs a CLB may have. */
  balancerZones(): Promise<{ primary: string; backup: string }[]>
  /** Tags of the key pair of this name; undefined when there is none. */
  keyPair(name: string): Promise<Record<string, string> | undefined>
}

export type Billing = 'payg' | 'subscription'

/** What is chosen for the machines and the database, as far as it is known yet. */
export interface Selection {
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
