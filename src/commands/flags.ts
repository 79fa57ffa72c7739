import type { Blueprint } from '../blueprints/blueprint.ts'

/**
 * The flags of a command as they were typed: nothing here has a default, so that "not given" stays visible to the
 * sources that come after flags.
 */
export interface Flags {
  stack?: string
  blueprint?: string
  cloud?: string
  region?: string
  answers?: string
  set?: string[]
  yes?: boolean
  json?: boolean
  sandbox?: boolean
  state?: string
  fromTags?: boolean
  force?: boolean
}

/** What the program can build: its own blueprints, or those of whoever calls it. */
export interface Offer {
  blueprints: Blueprint[]
}

/** A command's work, loaded when it is called. Returns the exit code. */
export type Work = (flags: Flags, offer: Offer) => Promise<number>
