import type { JsonObject } from '../../../base/json.ts'
import type { Resource } from '../../world/model.ts'
import { objects, refuse, word, words } from './input.ts'

/** Values of one filter for one row: one or many. */
export type Reads<Row> = Record<string, (row: Row) => string | string[] | undefined>

/**
 * The rows that every `Filters` entry lets through: values of one filter are alternatives, `*` and `?` are wildcards.
 * `tag:KEY` and `tag-key` are known where `tagsOf` is given. An unknown filter name is refused, as EC2 does.
 */
export function filtered<Row>(
  input: JsonObject,
  rows: Row[],
  reads: Reads<Row>,
  tagsOf?: (row: Row) => Record<string, string>,
  parameter = 'Filters',
): Row[] {
  const filters = objects(input, parameter).map(filter => {
    const name = word(filter, 'Name')
    return { read: readerOf(name, reads, tagsOf), accepts: words(filter, 'Values').map(pattern) }
  })
  return rows.filter(row =>
    filters.every(({ read, accepts }) => {
      const has = [read(row) ?? []].flat()
      return accepts.some(accept => has.some(value => accept.test(value)))
    }),
  )
}

/** The same for resources with tags. */
export function filteredThings(input: JsonObject, resources: Resource[], reads: Reads<Resource>): Resource[] {
  return filtered(input, resources, reads, resource => resource.tags)
}

function readerOf<Row>(
  name: string,
  reads: Reads<Row>,
  tagsOf: ((row: Row) => Record<string, string>) | undefined,
): (row: Row) => string | string[] | undefined {
  if (tagsOf && name === 'tag-key') return row => Object.keys(tagsOf(row))
  if (tagsOf && name.startsWith('tag:')) return row => tagsOf(row)[name.slice(4)]
  return reads[name] ?? refuse(400, 'InvalidParameterValue', `The filter '${name}' is invalid`)
}

function pattern(value: string): RegExp {
  const source = value
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 's')
}
