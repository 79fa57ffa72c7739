import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { objects, refuse, word } from '../../core/input.ts'
import { findResource, resourcesOf, text } from '../../core/resources.ts'
import type { TagCodes } from '../../core/tags.ts'

/** What all of Elastic Load Balancing shares: how its resources are found, named and tagged. */

const families: [part: string, type: string, code: string, noun: string][] = [
  ['loadbalancer', 'load-balancer', 'LoadBalancerNotFoundException', 'Load balancer'],
  ['targetgroup', 'target-group', 'TargetGroupNotFoundException', 'Target group'],
  ['listener', 'listener', 'ListenerNotFoundException', 'Listener'],
  ['listener-rule', 'rule', 'RuleNotFoundException', 'Rule'],
]

/** How Elastic Load Balancing refuses tags. */
export const elbTagCodes: TagCodes = {
  bad: 'ValidationError',
  twice: 'DuplicateTagKeysException',
  tooMany: 'TooManyTagsException',
}

/** The load balancer of that name in the region. */
export function namedBalancer(call: Call, name: string): Resource | undefined {
  return resourcesOf(call, 'load-balancer').find(one => text(one, 'name') === name)
}

/** Load balancers of one type in a region. */
export const perRegion = 50

/** The resource of that ARN and type. An ARN of another kind is not valid; one of nothing is not found. */
export function elbFind(call: Call, type: string, arn: string): Resource {
  const [part, , code, noun] = families.find(one => one[1] === type)!
  if (!arn.startsWith('arn:') || arn.split(/[:/]/)[5] !== part) {
    refuse(400, 'ValidationError', `'${arn}' is not a valid ${noun!.toLowerCase()} ARN`)
  }
  return findResource(call, type, arn) ?? refuse(400, code!, `${noun}s '[${arn}]' not found`)
}

/** The resource behind any ARN of this product. */
export function elbFindAny(call: Call, arn: string): Resource {
  const family = families.find(one => one[0] === arn.split(/[:/]/)[5])
  if (!family) return refuse(400, 'ValidationError', `'${arn}' is not a valid load balancer ARN`)
  return elbFind(call, family[1], arn)
}

/** Load balancers and target groups: at most 32 letters, digits and hyphens. */
export function checkName(name: string, noun: string): void {
  if (name.length > 32) invalid(`${noun} name '${name}' cannot be longer than '32' characters`)
  if (!/^[a-zA-Z0-9-]+$/.test(name)) {
    invalid(`${noun} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`)
  }
  if (name.startsWith('-') || name.endsWith('-')) {
    invalid(`${noun} name '${name}' cannot begin or end with a hyphen(-)`)
  }
}

/** Refuses with `ValidationError`. */
export function invalid(message: string): never {
  return refuse(400, 'ValidationError', message)
}

/** Refuses with `InvalidConfigurationRequestException`. */
export function misconfigured(message: string): never {
  return refuse(400, 'InvalidConfigurationRequestException', message)
}

/** A whole number within bounds, or what it is when absent. */
export function within(input: JsonObject, name: string, fallback: number, low: number, high: number): number {
  const value = word(input, name)
  if (value === '') return fallback
  const number = Number(value)
  if (!Number.isInteger(number) || number < low || number > high) {
    invalid(`${name} '${value}' must be between '${low}' and '${high}' inclusive`)
  }
  return number
}

/** A parameter with a fixed set of values; refused when it is none of them. */
export function oneOf(input: JsonObject, name: string, fallback: string, allowed: readonly string[]): string {
  const value = word(input, name) || fallback
  if (!allowed.includes(value)) {
    refuse(
      400,
      'ValidationError',
      `1 validation error detected: Value '${value}' at '${name[0]!.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
    )
  }
  return value
}

/** `Attributes: [{Key, Value}]` over what was; a key that this kind of resource does not have is refused. */
export function readAttributes(input: JsonObject, before: JsonObject, noun: string): JsonObject {
  const after = { ...before }
  for (const one of objects(input, 'Attributes')) {
    const key = word(one, 'Key')
    if (!(key in before)) misconfigured(`${noun} attribute key '${key}' is not recognized`)
    const value = word(one, 'Value')
    if (typeof before[key] === 'string' && /^(true|false)$/.test(before[key]) && !/^(true|false)$/.test(value)) {
      misconfigured(`${noun} attribute value for '${key}' must be true or false`)
    }
    after[key] = value
  }
  return after
}

/** Attributes as answers list them. */
export function attributeList(attributes: JsonObject): JsonObject[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
}

/** The part of a load balancer's ARN that its listeners' ARNs repeat: `app/name/0123456789abcdef`. */
export function balancerPath(balancer: Resource): string {
  return balancer.id.slice(balancer.id.indexOf(':loadbalancer/') + ':loadbalancer/'.length)
}

/** Whether it is an application load balancer; otherwise it is a network one. */
export function isApplication(balancer: Resource): boolean {
  return text(balancer, 'type') === 'application'
}
