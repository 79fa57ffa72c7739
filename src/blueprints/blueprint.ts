import type { Values } from '../answers/question.ts'
import type { Ref } from '../engine/kind.ts'
import type { Fix } from '../steps/diagnose.ts'
import type { StackDrawing } from '../steps/drawing.ts'
import type { Place, Records } from '../steps/results.ts'
import type { Step } from '../steps/step.ts'

/**
 * One stack people can build: a folder here with this manifest, the application and a file for each target; one of the
 * same name in `templates/`; a page in `docs/`; a line in `index.ts`. Nothing else names it.
 */
export interface Blueprint {
  id: string
  title: string
  /** One sentence for the list to choose from. */
  about: string
  /** Debian packages that its set-up asks for; machines of the embedded cloud have them from the beginning. */
  packages: string[]
  /** By cloud. Loaded when one is used, so that the list of blueprints costs nothing at the start. */
  targets: Record<string, () => Promise<BlueprintTarget>>
}

/** A blueprint on one cloud: the steps people walk, and what they make. */
export interface BlueprintTarget<Lookups = never> {
  /** In the tutorial's order. */
  steps: Step<Lookups>[]
  /** Draws the whole stack; what one part makes is handed to the next. Reads nothing of the cloud. */
  draw(on: StackDrawing, values: Values): Served
}

/** Where a stack answers, and how it is proved. */
export interface Served {
  host: Ref<string>
  port: number
  /** Answers only inside the network: verified from a machine instead. */
  internal: boolean
  /** The name people come by over HTTPS, where there is one; `host` answers it on port 443. */
  secure?: { name: string }
  /** What people must add to a DNS that is not this account's. */
  records?: Records
  /** What is waited for last: the load balancers' own health checks. */
  awaits: Place[]
  /** Path that answers 200 when the stack serves, for example `/health/`. */
  healthPath: string
  /** A page that writes to the database, reads it again and takes it back, where the application has one. */
  proofPath?: string
  /** A path that takes WebSockets through the load balancer, without a query or with one, for example `/ws/echo/`. */
  webSocketPath?: string
  /** A script that finds, on a machine, which hop between the load balancer and the database is broken: see steps/diagnose.ts. */
  check: string
  /** What to do about a broken hop, by the hop's name. */
  fixes: Record<string, Fix>
}
