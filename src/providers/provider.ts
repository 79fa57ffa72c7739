import type { Question, Values } from '../answers/question.ts'
import type { AnyKind, Cloud, Drawing, Ref, Secret } from '../engine/kind.ts'
import type { State } from '../engine/state.ts'
import type { Emit } from '../events.ts'

/**
 * What a cloud must offer. Steps know no cloud: they call a chapter and hand its result to the next one.
 * A result is the seam between them, never a "neutral resource".
 */
export interface Provider<C extends Cloud = Cloud, Live = unknown> {
  id: 'alicloud' | 'aws'
  title: string
  /** Every kind it can make, in the order of making; a removal from tags looks for all of them. */
  kinds: AnyKind[]
  chapters: Chapters<Live>
  /** Other chapters for a blueprint whose tutorial walks differently (two tiers of machines). Default: `chapters`. */
  chaptersFor?(blueprint: string): Chapters<Live>
  /** The blueprint that things with these addresses are of, where they tell: a lost state does not say. */
  blueprintOf?(entries: State['entries']): string | undefined
  /** Regions people can choose, before anyone is connected; the live list replaces it. */
  defaultRegion(env: NodeJS.ProcessEnv): string
  /** Throws a Problem with exit 4 when credentials are missing, wrong or expired. */
  connect(to: Connection): Promise<Connected<C, Live>>
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

export interface Connected<C extends Cloud = Cloud, Live = unknown> {
  cloud: C
  live: Live
  /** The account's id, and how people know it. */
  account: string
  accountName: string
  region: string
  /** API calls so far, by `product.Action`. */
  calls(): Record<string, number>
  /** All problems that would stop the run later: stock, clashes… Each a sentence that says what to change. `making`: the addresses that are to be made; all when absent. */
  preflight(values: Values, making?: ReadonlySet<string>): Promise<string[]>
  /** Where a browser on this machine reaches an address of the stack, without a path: `http://47.74.0.1` or, in the sandbox, a local port. */
  reach(host: string, port: number): Promise<string>
  /** A certificate authority, PEM, that signs for the load balancers besides the usual ones: the embedded cloud's own. */
  authority?(): Promise<string | undefined>
  /** How the load balancer sees the machines behind it, right now. Machines in the order of the state. */
  backends?(state: State): Promise<BackendView[]>
  /** Runs a script that only looks on machines of the stack, and answers what it printed on each. */
  ask?(machines: string[], script: string): Promise<{ machine: string; output: string }[]>
  close(): void
}

export interface BackendView {
  /** The machine's id. Nothing: no machine is behind the load balancer, and `state` says so. */
  machine?: string
  healthy: boolean
  /** The cloud's own word for it. */
  state: string
  /** Whether the listener itself runs, where the cloud tells. */
  listening?: boolean
  /** False: it was put behind the load balancer once and is not there any more. */
  registered?: boolean
  /** Whether the load balancer is one between two tiers of machines. */
  internal?: boolean
  /** What the load balancer asks for. No path: it only connects. */
  port: number
  path: string
}

export interface Network {
  id: Ref<string>
  cidr: string
}
export interface Subnet {
  id: Ref<string>
  zone: string
  cidr: string
  address: string
}
export interface Machine {
  id: Ref<string>
  name: string
  privateIp: Ref<string>
  publicIp: Ref<string> | undefined
  address: string
}
export interface Database {
  engine: 'postgresql' | 'mysql'
  host: Ref<string>
  port: Ref<string>
  name: string
  user: string
  password: Secret
  /** Where reads may go, when copies answer them. */
  readerHost?: Ref<string>
  /** The account that makes the database and its user, where that is done with SQL from a machine. */
  admin?: { user: string; password: Secret }
  /** What must be ready before the application can use it: the grant, the access list. */
  ready: { address: string }[]
}
/** What is installed on each machine; made by the blueprint, delivered by the cloud. */
export interface Setup {
  /** A bash script that may be run any number of times. Reads the variables below. */
  script: string
  env: Record<string, string | Ref<string>>
  /** Variables that must not be readable in the cloud's command history. */
  secrets: Record<string, Secret>
  /** Where machines do different work: what is installed on each tier, instead of the above. */
  tiers?: Record<string, Omit<Setup, 'tiers'>>
}
export interface Application {
  /** One a machine, in the machines' order. */
  ready: { address: string }[]
}
export interface Balancer {
  host: Ref<string>
  port: number
  /** Answers to nobody outside the network: verified from a machine instead. */
  internal: boolean
  /** The name people come by over HTTPS, where there is one; `host` answers it on port 443. */
  secure?: { name: string }
  /** What people must add to a DNS that is not this account's: the proof for a certificate, and the way to the load balancer. */
  records?: {
    proofs: Ref<{ name: string; type: string; value: string }[]>
    name: { name: string; type: string; value: Ref<string> }
    /** What to answer once they are there, so that the stack goes on: `domain.wait=yes`. */
    afterwards?: string
  }
  ready: { address: string }[]
}

/** What the steps have drawn so far. */
export interface Stack {
  network: Network
  subnets: Subnet[]
  machines: Machine[]
  database: Database
  application: Application
  balancer: Balancer
}

export interface Chapter<Live, Needs extends keyof Stack, Gives> {
  /** The tutorial's heading in this cloud's words. */
  title: string
  asks: Question<Live>[]
  draw(on: Drawing, values: Values, sofar: Pick<Stack, Needs> & { stack: string; setup: Setup }): Gives
}

export interface Chapters<Live = unknown> {
  network: Chapter<Live, never, Network>
  subnets: Chapter<Live, 'network', Subnet[]>
  machines: Chapter<Live, 'network' | 'subnets', Machine[]>
  database: Chapter<Live, 'network' | 'subnets', Database>
  application: Chapter<Live, 'machines' | 'database', Application>
  balancer: Chapter<Live, 'subnets' | 'machines' | 'application', Balancer>
}
