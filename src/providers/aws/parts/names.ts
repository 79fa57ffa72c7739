import { createHash } from 'node:crypto'
import { show } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'

export { machineCount, number, numbered, tags, text, yes } from '../../values.ts'

/** Single hyphens inside, none at the end: what load balancers and RDS accept of a stack's name. */
export function tidy(stack: string): string {
  return stack.replace(/-+/g, '-').replace(/-$/, '')
}

/** `stack-suffix` within `max` characters: a long stack's name is cut and told apart by a hash of the whole. */
export function named(stack: string, suffix: string, max: number): string {
  const whole = `${tidy(stack)}-${suffix}`
  if (whole.length <= max) return whole
  const hash = createHash('sha256').update(stack).digest('hex').slice(0, 5)
  return `${tidy(stack.slice(0, max - suffix.length - 7))}-${hash}-${suffix}`
}

/** Load balancers and target groups: 1–32 letters, digits and hyphens, none at an end, not `internal-…`. */
export function balancerNameProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value.length < 1 || value.length > 32)
    return `${show(value)} must have 1 to 32 characters.`
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(value)) {
    return `${show(value)} must have letters, digits and hyphens only, and no hyphen at either end.`
  }
  if (/^internal-/i.test(value)) return `${show(value)} must not start with internal-, which AWS reserves.`
  return undefined
}

/** DB instances and clusters: 1–63 letters, digits and single hyphens, a letter first, no hyphen last; kept in lowercase. */
export function identifierProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value.length < 1 || value.length > 63)
    return `${show(value)} must have 1 to 63 characters.`
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value)) {
    return `${show(value)} must have lowercase letters, digits and single hyphens, a letter first, and no hyphen last.`
  }
  return undefined
}

/** IAM roles and instance profiles: 1–64 letters, digits and + = , . @ _ -. */
export function roleNameProblem(value: Json): string | undefined {
  const good = typeof value === 'string' && /^[A-Za-z0-9+=,.@_-]{1,64}$/.test(value)
  return good ? undefined : `${show(value)} must have 1 to 64 letters, digits and + = , . @ _ -`
}

/** The `Name` tag and others: quiet ASCII, so that it may stand in every list of the console. */
export function tagTextProblem(value: Json, max = 255): string | undefined {
  if (typeof value !== 'string' || value.length < 1 || value.length > max)
    return `${show(value)} must have 1 to ${max} characters.`
  const bad = [...value].find(char => !/[A-Za-z0-9 ._:/()#,@+=&;!*-]/.test(char))
  return bad ? `${show(value)} contains ${show(bad)}. Use letters, digits, spaces and . _ - : / @ + =` : undefined
}
