import type { Json, JsonObject } from './kind.ts'

/** One resource in the snapshot, with the intent that is being carried out on it (design §5). */
export type Entry = {
  type: string
  step: string
  /** Frozen before the first send; references resolved, secrets by name. */
  input: JsonObject
  token: string
  /** When this intent was saved, ISO 8601 UTC. */
  since: string
  needs: string[]
  within?: string
} & (
  | { is: 'creating' }
  | { is: 'created'; id: string }
  | { is: 'ready'; id: string; out: JsonObject & { id: string } }
  | { is: 'removing'; id?: string }
)

/** The whole state file. */
export interface State {
  version: 1
  /** Grows with every save. */
  serial: number
  stack: string
  /** Random, made with the stack: two stacks of one name never share tokens. */
  id: string
  blueprint: string
  cloud: 'alicloud' | 'aws'
  account: string
  region: string
  /** Made in the embedded cloud. */
  sandbox: boolean
  /** ISO 8601 UTC. */
  created: string
  updated: string
  /** Answers by key, without secrets. */
  answers: Record<string, Json>
  entries: Record<string, Entry>
  /** How often an address was made before: part of its token, grows on removal. */
  generations: Record<string, number>
  outputs: Record<string, string>
}
