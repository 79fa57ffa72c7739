import type { JsonObject } from '../../base/json.ts'

/**
 * What the emulated clouds are made of. An operation is a plain function from the official input to the official
 * output over a World; the server around it does wires, signatures, tokens, faults, checks against the official
 * tables and persistence.
 */

/** Anything that exists in an account. All times are milliseconds of the cloud's own clock (`World.now`). */
export interface Resource {
  cloud: 'alicloud' | 'aws'
  /** `vpc`, `vswitch`, `instance`… as the inventory prints it. */
  type: string
  id: string
  account: string
  region: string
  born: number
  /** Set when its removal has begun; it is gone once the clock passes this. */
  goneAt?: number
  tags: Record<string, string>
  /** What the product knows of it, in the product's own field names where that helps. Plain JSON: it is saved. */
  data: JsonObject
}

/** What operations see of the cloud: its clock, its dice, its resources. */
export interface World {
  /** Milliseconds of the cloud's time since the sandbox's data began; runs `speed` times as fast as ours, goes on after a restart. */
  now(): number
  /** ISO 8601 UTC of a cloud time, for answers. */
  date(at: number): string
  /** Seeded, 0 ≤ x < 1. */
  random(): number
  /** A fresh id: `vpc-6weXXXXXXXXXXXXXXXXXX`. */
  id(prefix: string): string
  /** Resources of a type that exist for the account and region, oldest first: not yet gone. Includes ones that are going. */
  list(type: string, where: { account: string; region: string }): Resource[]
  get(type: string, id: string): Resource | undefined
  add(resource: Omit<Resource, 'born'> & { born?: number }): Resource
  /** After changing `resource.data`, `tags` or `goneAt`: it is saved before the answer leaves. */
  touch(resource: Resource): void
  drop(resource: Resource): void
}

/** One API call, checked against the official table, parameters unflattened (`Tag: [{Key, Value}]`, `SystemDisk: {Size: '40'}`; leaves are strings as sent). */
export interface Call {
  cloud: 'alicloud' | 'aws'
  product: string
  action: string
  region: string
  account: string
  requestId: string
  world: World
}

/** Returns the body without `RequestId`; throws an ApiError. Synchronous on purpose: a call is one transaction. */
export type Operation = (input: JsonObject, call: Call) => JsonObject

/** The cloud's own refusal: HTTP status, code, message. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
