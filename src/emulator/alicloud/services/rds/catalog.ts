import { regions } from '../../core/catalog.ts'

/** The databases on sale: engines, versions, categories, storage and classes, with what is missing in which zone. */

/** A class of database instances with what it offers. */
export interface DbClass {
  id: string
  engine: string
  category: 'Basic' | 'HighAvailability'
  cores: number
  /** MB */
  memory: number
  connections: number
  storageTypes: string[]
}

/** The versions of each engine. */
export const engines: Record<string, string[]> = {
  PostgreSQL: ['13.0', '14.0', '15.0', '16.0', '17.0'],
  MySQL: ['5.7', '8.0'],
}

/** Editions: one machine, or two. */
export const categories = ['Basic', 'HighAvailability'] as const
const onCloudDisks = ['cloud_essd', 'general_essd']
const onLocalDisks = ['local_ssd']

/** The classes that are simulated. */
export const dbClasses: DbClass[] = [
  ...classes('PostgreSQL', 'Basic', 'pg.n2.1c.1m 1 2', 'pg.n2.2c.1m 2 4', 'pg.n4.2c.1m 2 8', 'pg.n2.4c.1m 4 8'),
  ...classes(
    'PostgreSQL',
    'HighAvailability',
    'pg.n2.2c.2m 2 4',
    'pg.n4.2c.2m 2 8',
    'pg.n2.4c.2m 4 8',
    'pg.n4.4c.2m 4 16',
    'pg.n4.8c.2m 8 32',
  ),
  ...classes('MySQL', 'Basic', 'mysql.n2.small.1 1 2', 'mysql.n2.medium.1 2 4', 'mysql.n4.medium.1 2 8'),
  ...classes(
    'MySQL',
    'HighAvailability',
    'mysql.n2.medium.2c 2 4',
    'mysql.n4.medium.2c 2 8',
    'mysql.n2.large.2c 4 8',
    'mysql.n4.large.2c 4 16',
    // The older kind, on the disks of its host.
    'rds.mysql.s2.large 2 4',
    'rds.mysql.m1.medium 4 16',
  ),
]

function classes(engine: string, category: DbClass['category'], ...lines: string[]): DbClass[] {
  return lines.map(line => {
    const [id = '', cores = '', memory = ''] = line.split(' ')
    const storageTypes = id.startsWith('rds.') ? onLocalDisks : onCloudDisks
    const size = { cores: Number(cores), memory: Number(memory) * 1024, connections: Number(memory) * 200 }
    return { id, engine, category, ...size, storageTypes }
  })
}

/** The class of that id; undefined when it is not simulated. */
export function dbClass(id: string): DbClass | undefined {
  return dbClasses.find(one => one.id === id)
}

/** GB. */
export function storageRange(one: DbClass): { MinValue: number; MaxValue: number; Step: number } {
  return { MinValue: 20, MaxValue: one.category === 'Basic' ? 2000 : 6000, Step: 5 }
}

/** The first zone of a region does not sell the smallest classes, the last not the newest PostgreSQL nor the largest ones. */
export function dbSold(zone: string, version: string, one: DbClass): boolean {
  const where = regions.find(region => region.zones.includes(zone))
  if (!where) return false
  const index = where.zones.indexOf(zone)
  if (index === 0 && one.cores === 1) return false
  if (index === where.zones.length - 1 && (one.cores >= 8 || (one.engine === 'PostgreSQL' && version === '17.0')))
    return false
  return true
}
