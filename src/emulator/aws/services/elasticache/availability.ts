import { createHash } from 'node:crypto'
import type { Operation } from '../../../world/model.ts'
import { flag, operation, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { cacheEngines, nodeTypes } from './catalog.ts'
import { invalid } from './lookup.ts'

const year = 31_536_000
const payments = ['No Upfront', 'Partial Upfront', 'All Upfront']

/** What is offered. Reservations tell which node types there are; they cannot be bought. */
export const availabilityOperations: Record<string, Operation> = {
  'elasticache.DescribeCacheEngineVersions': operation(
    'Engine EngineVersion CacheParameterGroupFamily DefaultOnly MaxRecords Marker',
    input => {
      const fits = (name: string, value: string) => word(input, name) === '' || word(input, name) === value
      const rows = cacheEngines
        .filter(engine => fits('Engine', engine.name))
        .flatMap(({ name, title, versions }) =>
          (flag(input, 'DefaultOnly') ? versions.slice(-1) : versions)
            .filter(one => fits('EngineVersion', one.version) && fits('CacheParameterGroupFamily', one.family))
            .map(one => ({
              Engine: name,
              EngineVersion: one.version,
              CacheParameterGroupFamily: one.family,
              CacheEngineDescription: title,
              CacheEngineVersionDescription: `${title} version ${one.version}`,
            })),
        )
      const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { CacheEngineVersions: some, ...(next && { Marker: next }) }
    },
  ),
  'elasticache.DescribeReservedCacheNodesOfferings': operation(
    'CacheNodeType Duration OfferingType ProductDescription MaxRecords Marker',
    input => {
      const years = yearsOf(word(input, 'Duration'))
      const fits = (name: string, value: string) => word(input, name) === '' || word(input, name) === value
      const rows = nodeTypes
        .filter(({ name }) => fits('CacheNodeType', name))
        .flatMap(({ name }) =>
          years.flatMap(count =>
            payments
              .filter(payment => fits('OfferingType', payment) && fits('ProductDescription', 'redis'))
              .map(payment => offering(name, count, payment)),
          ),
        )
      const { rows: some, next } = page(input, rows, { limit: 'MaxRecords', token: 'Marker', size: 100 })
      return { ReservedCacheNodesOfferings: some, ...(next && { Marker: next }) }
    },
  ),
}

/** Years, or seconds. */
function yearsOf(duration: string): number[] {
  if (duration === '') return [1, 3]
  const years = Number(duration) > 3 ? Number(duration) / year : Number(duration)
  return [1, 3].includes(years) ? [years] : invalid(`Invalid duration: ${duration}`)
}

function offering(type: string, years: number, payment: string) {
  const id = createHash('sha256').update(`${type} ${years} ${payment}`).digest('hex')
  return {
    ReservedCacheNodesOfferingId: id.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    CacheNodeType: type,
    Duration: years * year,
    FixedPrice: 0,
    UsagePrice: 0,
    ProductDescription: 'redis',
    OfferingType: payment,
    RecurringCharges: [],
  }
}
