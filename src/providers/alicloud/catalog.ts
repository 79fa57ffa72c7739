import type { Engine } from './resources/rds/db-instance.ts'

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
  /** Zone pairs that a CLB can have. */
  balancerZones(): Promise<{ primary: string; backup: string }[]>
  /** Tags of the key pair of this name; undefined when there is none. */
  keyPair(name: string): Promise<Record<string, string> | undefined>
}

/** How something is paid for: by use, or in advance for months. */
export type Billing = 'payg' | 'subscription'

/** What is chosen for the machines and the database, as far as it is known yet. */
export interface Selection {
  machines: number
  type?: string
  billing: Billing
  engine: Engine
  version?: string
  category?: string
  storageType?: string
  class?: string
  dbBilling: Billing
}

/** The size of an instance type. */
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

/** A category of system disk; sizes in GiB. */
export interface Disk {
  category: string
  min: number
  max: number
}

/** An image that machines start from. */
export interface Image {
  id: string
  name: string
  arch: string
  /** The smallest system disk, GiB. */
  size: number
  linux: boolean
}

/** What RDS offers together in a zone. */
export interface DbOffer {
  version: string
  category: string
  storageType: string
}

/** An RDS instance type, and the storage it can have. */
export interface DbClass {
  id: string
  /** GB. */
  min: number
  max: number
  step: number
}
