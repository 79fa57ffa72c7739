import type { AnyKind, Cloud, Secret } from '../engine/kind.ts'
import type { Emit } from '../events.ts'
import type { Diagnosable } from '../steps/diagnose.ts'

/** What a cloud must offer besides its parts, which blueprints draw with. It knows no blueprint. */
export interface Provider<C extends Cloud = Cloud, Lookups = unknown> {
  /** Stands in states and in the types of its kinds: `aws`. */
  id: string
  title: string
  /** Every kind it can make, in the order of making; a removal from tags looks for all of them. */
  kinds: AnyKind[]
  /** Regions people can choose, before anyone is connected; the cloud's own list replaces it. */
  defaultRegion(env: NodeJS.ProcessEnv): string
  /** Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
  connect(to: Connection): Promise<Connected<C, Lookups>>
}

export interface Connection {
  region: string
  env: NodeJS.ProcessEnv
  /**
   * The embedded cloud instead of the real one. `speed`: cloud milliseconds a real millisecond. `machines`: whether they
   * are simulated or containers, which take real time.
   */
  sandbox?: { url: string; speed: number; machines?: 'none' | 'container' }
  emit: Emit
  /** Aborted: waits end at once with Interrupted; calls under way are let finish. */
  drain: AbortSignal
  /** The secret behind a reference. Throws a Problem when the store does not have it. */
  reveal(secret: Secret): string
  /** A secret made once under this name and kept before it is used; the same again ever after. */
  keep(name: string, make: () => string): Promise<string>
  /** Long texts that inputs mention by hash (`{ $text }`), filled while drawing. */
  texts: ReadonlyMap<string, string>
}

export interface Connected<C extends Cloud = Cloud, Lookups = unknown> extends Diagnosable {
  cloud: C
  lookups: Lookups
  /** The account's id, and how people know it. */
  account: string
  accountName: string
  region: string
  /** API calls so far, by `product.Action`. */
  calls(): Record<string, number>
  /** Where a browser on this machine reaches an address of the stack, without a path: `http://47.74.0.1` or, in the sandbox, a local port. */
  reach(host: string, port: number): Promise<string>
  /** A certificate authority, PEM, that signs for the load balancers besides the usual ones: the embedded cloud's own. */
  authority?(): Promise<string | undefined>
  close(): void
}
