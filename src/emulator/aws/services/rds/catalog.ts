import { regionOf, type Zone } from '../../core/catalog.ts'
import { refuse } from '../../core/input.ts'

/** What the emulated AWS offers as databases: engines, their versions, classes and where they are. */
export interface Engine {
  name: string
  description: string
  aurora: boolean
  port: number
  licence: string
  versions: Version[]
  passwords: [shortest: number, longest: number]
  /** Names that the engine keeps to itself. */
  reserved: string[]
}

export interface Version {
  version: string
  major: string
  family: string
  isDefault: boolean
  /** The default of its major version. */
  majorDefault: boolean
  /** Past its standard support: offered, and billed as Extended Support. */
  extended: boolean
}

const engines: Engine[] = [
  {
    name: 'mysql',
    description: 'MySQL Community Edition',
    aurora: false,
    port: 3306,
    licence: 'general-public-license',
    passwords: [8, 41],
    reserved: ['rdsadmin', 'rdsrepladmin', 'mysql'],
    versions: [
      ...versions('mysql', '8.0', ['8.0.42', '8.0.44'], { extended: true }),
      ...versions('mysql', '8.4', ['8.4.6', '8.4.7', '8.4.8'], { isDefault: true }),
    ],
  },
  {
    name: 'postgres',
    description: 'PostgreSQL',
    aurora: false,
    port: 5432,
    licence: 'postgresql-license',
    passwords: [8, 128],
    reserved: ['rdsadmin', 'admin', 'user', 'table'],
    versions: [
      ...versions('postgres', '13', ['13.22'], { extended: true }),
      ...versions('postgres', '14', ['14.20']),
      ...versions('postgres', '15', ['15.15']),
      ...versions('postgres', '16', ['16.10', '16.11']),
      ...versions('postgres', '17', ['17.6', '17.7'], { isDefault: true }),
      ...versions('postgres', '18', ['18.1']),
    ],
  },
  {
    name: 'aurora-mysql',
    description: 'Aurora MySQL',
    aurora: true,
    port: 3306,
    licence: 'general-public-license',
    passwords: [8, 41],
    reserved: ['rdsadmin', 'rdsrepladmin', 'mysql'],
    versions: versions('aurora-mysql', '8.0', ['8.0.mysql_aurora.3.08.2', '8.0.mysql_aurora.3.10.1'], {
      isDefault: true,
    }),
  },
  {
    name: 'aurora-postgresql',
    description: 'Aurora PostgreSQL',
    aurora: true,
    port: 5432,
    licence: 'postgresql-license',
    passwords: [8, 128],
    reserved: ['rdsadmin', 'admin', 'user', 'table'],
    versions: [
      ...versions('aurora-postgresql', '16', ['16.9']),
      ...versions('aurora-postgresql', '17', ['17.5'], { isDefault: true }),
    ],
  },
]

function versions(
  engine: string,
  major: string,
  names: string[],
  { extended = false, isDefault = false } = {},
): Version[] {
  return names.map((version, index) => ({
    version,
    major,
    family: `${engine}${major}`,
    isDefault: isDefault && index === names.length - 1,
    majorDefault: index === names.length - 1,
    extended,
  }))
}

/** All engines, or the one of that name; an unknown one is refused. */
export function enginesNamed(name: string): Engine[] {
  if (name === '') return engines
  const engine = engines.find(one => one.name === name)
  return engine ? [engine] : refuse(400, 'InvalidParameterValue', `Invalid DB engine: ${name}`)
}

/** The asked version: whole, its major, or the engine's default. */
export function versionOf(engine: Engine, asked: string): Version {
  const found = asked
    ? (engine.versions.find(one => one.version === asked) ??
      engine.versions.find(one => one.major === asked && one.majorDefault))
    : engine.versions.find(one => one.isDefault)
  return found ?? refuse(400, 'InvalidParameterCombination', `Cannot find version ${asked} for ${engine.name}`)
}

export interface Offer {
  engine: Engine
  version: Version
  class: string
  storageType: string
  zones: Zone[]
}

const small = ['micro', 'small', 'medium', 'large']
const plain = [
  ...small.flatMap(size => [`db.t3.${size}`, `db.t4g.${size}`]),
  'db.m6g.large',
  'db.m7g.large',
  'db.r7g.large',
]
const aurora = ['db.t3.medium', 'db.t4g.medium', 'db.t4g.large', 'db.r6g.large', 'db.r7g.large', 'db.serverless']

/** Everything offered of an engine in a region. */
export function offers(region: string, engine: Engine): Offer[] {
  return engine.versions.flatMap(version =>
    classes(engine, version).flatMap(name => {
      const zones = regionOf(region).zones.filter(zone => isOffered(zone, name))
      return storageTypes(engine).map(storageType => ({ engine, version, class: name, storageType, zones }))
    }),
  )
}

/** The smallest and largest storage, GiB. */
export function storageRange(storageType: string): [least: number, most: number] {
  if (storageType === 'aurora') return [1, 1]
  return [storageType === 'io1' ? 100 : 20, 65_536]
}

/** The second generation of the small classes runs old versions only. */
function classes(engine: Engine, version: Version): string[] {
  if (engine.aurora) return aurora
  return version.extended ? ['db.t2.micro', 'db.t2.small', ...plain] : plain
}

function storageTypes(engine: Engine): string[] {
  return engine.aurora ? ['aurora'] : ['gp3', 'gp2', 'io1']
}

function isOffered(zone: Zone, name: string): boolean {
  if (zone.id === 'use1-az3') return !/^db\.(t4g|m7g|r7g)\./.test(name)
  if (zone.id === 'apne1-az2') return !/^db\.(t2|t3|m6g)\./.test(name)
  return true
}
