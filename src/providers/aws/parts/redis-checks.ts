import { show } from '../../../answers/checks.ts'
import type { Json } from '../../../base/json.ts'
import { identifierProblem } from './names.ts'

/** Checks of the answers about Redis. Each returns a sentence that says what is wrong, or undefined. */

/** A host name or an IPv4 address, alone. A sentence when it is something else. */
export function hostProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || value === '') return 'The host must be a host name or an address.'
  if (/^\w+:\/\/|@|\//.test(value)) {
    return `${show(value)} is a URL. Give only its host here; port, TLS and password are questions of their own.`
  }
  if (/:\d{1,5}$/.test(value)) return `${show(value)} contains the port. Give only the host; the port is redis.port.`
  const labels = value.split('.')
  const good = value.length <= 253 && labels.every(label => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  if (!good) {
    return `${show(value)} is not a host name or an IPv4 address. Use letters, digits and hyphens, with dots between the parts.`
  }
  const numeric = labels.every(label => /^\d+$/.test(label))
  if (
    numeric &&
    !(labels.length === 4 && labels.every(label => /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256))
  ) {
    return `${show(value)} is not an IPv4 address. Addresses look like 10.0.1.25.`
  }
  return undefined
}

/** What a variable of a systemd unit or a URL can hold once it is escaped: printable ASCII. Never repeats the value. */
export function passwordProblem(value: Json): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value === '') return 'The password must not be empty. Without a password: redis.auth=no.'
  return /^[!-~]{1,512}$/.test(value)
    ? undefined
    : 'The password must have at most 512 characters: letters, digits and special characters, without spaces.'
}

/** AUTH tokens: 16 to 128 letters, digits and ! & # $ ^ < > -. Never repeats the value. */
export function tokenProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || /^generate(:\d+)?$/.test(value)) return undefined
  if (value.length < 16 || value.length > 128) return 'The AUTH token must have 16 to 128 characters.'
  return /^[A-Za-z0-9!&#$^<>-]*$/.test(value)
    ? undefined
    : 'The AUTH token must have only letters, digits and ! & # $ ^ < > -'
}

/** 1 to 40 lowercase letters, digits and single hyphens, a letter first, no hyphen last. */
export function nameProblem(value: Json): string | undefined {
  if (typeof value === 'string' && value.length > 40) return `${show(value)} must have 1 to 40 characters.`
  return identifierProblem(value)
}

/** Shaped like a version, and under standard support. */
export function versionProblem(value: Json): string | undefined {
  if (typeof value !== 'string' || !/^\d{1,2}(\.\d{1,3}){1,2}$/.test(value)) {
    return `${show(value)} is not a version. Versions look like 8.1.`
  }
  return majorOf(value) < 7 ? `${value} no longer has standard support. Choose 7.1 or later.` : undefined
}

/** Shaped like a node type. */
export function nodeTypeProblem(value: Json): string | undefined {
  return typeof value === 'string' && /^cache\.[a-z0-9-]{2,12}\.[a-z0-9]{4,10}$/.test(value)
    ? undefined
    : `${show(value)} is not a node type. Node types look like cache.t4g.micro.`
}

/** The first number of a version. */
export function majorOf(version: string): number {
  return Number(version.split('.')[0])
}
