import { randomInt } from 'node:crypto'

/** A service's rule for passwords; lengths in characters, both inclusive. */
export interface PasswordRule {
  min: number
  max: number
  /** The special characters that are allowed; they make the fourth class. */
  specials: string
}

/**
 * What is wrong with a password, as the rest of a sentence, or undefined. The clouds' usual rule: at least three of
 * upper case, lower case, digits and special characters.
 */
export function passwordProblem(value: string, rule: PasswordRule): string | undefined {
  if (value.length < rule.min || value.length > rule.max) return `must have ${rule.min} to ${rule.max} characters`
  const foreign = [...value].find(char => !/[A-Za-z0-9]/.test(char) && !rule.specials.includes(char))
  if (foreign !== undefined) return `must contain only letters, digits and ${rule.specials}`
  const classes = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(part => part.test(value)).length
  return classes < 3
    ? 'must mix at least three of: upper-case letters, lower-case letters, digits, special characters'
    : undefined
}

const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const lower = 'abcdefghijkmnpqrstuvwxyz'
const digits = '23456789'
/** Allowed by every service (AUTH tokens of ElastiCache have no `_`), and harmless in a shell, a URL, SQL and YAML. */
const specials = '-'

/** A random password of `length` characters with all four classes, starting with a letter; without look-alikes (0 O 1 l). */
export function generatePassword(length = 20): string {
  const all = upper + lower + digits + specials
  for (;;) {
    const password = pick(upper + lower) + Array.from({ length: length - 1 }, () => pick(all)).join('')
    const complete = [upper, lower, digits, specials].every(part => [...password].some(char => part.includes(char)))
    if (complete && /[A-Za-z0-9]$/.test(password)) return password
  }
}

function pick(from: string): string {
  return from[randomInt(from.length)]!
}
