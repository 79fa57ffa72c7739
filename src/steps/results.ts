import type { Ref, Secret } from '../engine/kind.ts'

/** What one step hands to the next where blueprints and clouds meet; everything else is the cloud's own. */

/** A database and the user the application connects as. */
export interface Database {
  engine: 'postgresql' | 'mysql'
  host: Ref<string>
  port: Ref<string>
  name: string
  user: string
  password: Secret
  /** Where reads may go, when copies answer them. */
  readerHost?: Ref<string>
  /** What must be ready before the application can use it: the grant, the access list. */
  ready: Place[]
}

/** A database whose user is created with SQL from a machine, by the account that may do that. */
export interface ManagedDatabase extends Database {
  admin: { user: string; password: Secret }
}

/** A server that speaks the protocol of Redis (Valkey does), as an application reaches it. */
export interface Redis {
  /** A host name or an address. */
  host: string | Ref<string>
  port: string | Ref<string>
  /** Whether it speaks TLS (`rediss://`), with a certificate for its host that the machine trusts. */
  tls: boolean
  /** Absent: it asks for none. */
  password?: Secret
  /** What must be ready before the application can use it. */
  ready: Place[]
}

/** What is installed on a machine; written by the blueprint, delivered by the cloud. */
export interface Setup {
  /** A bash script that may be run any number of times. Reads the variables below. */
  script: string
  env: Record<string, string | Ref<string>>
  /** Variables that must not be readable in the cloud's command history. */
  secrets: Record<string, Secret>
}

/** Something drawn, as others wait for it. */
export interface Place {
  address: string
}

/** DNS records that people must add themselves: the proof for a certificate, and the way to the load balancer. */
export interface Records {
  /** None where the certificate was there before. */
  proofs?: Ref<{ name: string; type: string; value: string }[]>
  name: { name: string; type: string; value: Ref<string> }
  /** What to answer once they are there, so that the stack goes on: `domain.wait=yes`. */
  afterwards?: string
}
