import type { Resource } from '../../../world/model.ts'
import { object, objects, word, words } from '../../core/input.ts'

/** What a rule looks at in a request. */
export interface Asked {
  /** Without its query. */
  path: string
  /** As the request names it, without a port. */
  host: string
  method: string
}

/**
 * Whether all conditions of the rule hold, each by one of its values. Paths are compared with their case, hosts without;
 * `*` stands for any characters, `?` for one. Where a request comes from is not simulated: such a rule never fits.
 */
export function ruleFits(rule: Resource, { path, host, method }: Asked): boolean {
  return objects(rule.data, 'conditions').every(one => {
    const config = Object.keys(one).find(key => key.endsWith('Config')) ?? ''
    const values = words(object(one, config), 'Values')
    const field = word(one, 'Field')
    if (field === 'path-pattern') return values.some(value => globbed(value).test(path))
    if (field === 'host-header') return values.some(value => globbed(value.toLowerCase()).test(host.toLowerCase()))
    return field === 'http-request-method' && values.includes(method)
  })
}

function globbed(value: string): RegExp {
  const source = value
    .replace(/[.+^$()|{}[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's')
}
