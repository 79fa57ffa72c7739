import { parseAddress, parseCidr } from '../../world/cidr.ts'
import { inside } from '../container.ts'
import type { DatabaseSpec } from '../database-server.ts'
import type { Machine } from '../machine.ts'
import { bootPostgresql, name, query, text } from '../postgresql.ts'
import type { Runtime } from '../runtime.ts'

/** An account of a database instance. */
export interface Account {
  name: string
  /** May make databases and accounts, and reads and writes everything (the product's Super). */
  privileged: boolean
  /** From `scramVerifier` (../scram.ts). */
  verifier: string
}

/** Everything in it. What is not named here is dropped, with its data. */
export interface DatabaseContent {
  accounts: Account[]
  /** `owner` is the account it was granted to. */
  databases: { name: string; owner?: string }[]
  /** Addresses and CIDRs that may connect, of all whitelist groups; 127.0.0.1 alone allows none. */
  allow: string[]
}

const data = '/var/lib/stackwright-database'

/** Starts PostgreSQL, or finds it running, and waits until it accepts connections. None are accepted from outside yet. */
export async function bootDatabase(runtime: Runtime, spec: DatabaseSpec): Promise<Machine> {
  return await bootPostgresql(runtime, spec, { data })
}

/** Makes the server have exactly this content and accept exactly these addresses. Can be repeated. */
export async function setContent(
  runtime: Runtime,
  database: Machine,
  port: number,
  content: DatabaseContent,
): Promise<void> {
  const what = `The accounts and databases of ${database.id} could not be set.`
  const rules = Buffer.from(`${hostRuleLines(content.allow).join('\n')}\n`).toString('base64')
  await inside(runtime, database.name, what, `echo ${rules} | base64 -d >${data}/pg_hba.conf\n`)
  const sql = [
    'SELECT pg_reload_conf() \\g /dev/null',
    ...content.accounts.map(roleSql),
    databasesSql(content),
    strangersSql(content),
  ]
  const strangers = await query(runtime, database, { port }, what, sql.join('\n'))
  for (const role of strangers) await dropRole(runtime, database, port, what, role)
}

/** The lines of pg_hba.conf: an address that is not on the list is refused before any password is checked. */
export function hostRuleLines(allow: string[]): string[] {
  const sources = [...new Set(allow.map(asCidr))].filter(source => source !== undefined && !source.startsWith('127.'))
  return ['local all postgres peer', ...sources.map(source => `host all all ${source} scram-sha-256`)]
}

function asCidr(source: string): string | undefined {
  const text = source.trim()
  if (parseAddress(text) !== undefined) return `${text}/32`
  return parseCidr(text) ? text : undefined
}

function roleSql(account: Account): string {
  const rights = account.privileged ? 'CREATEDB CREATEROLE' : 'NOCREATEDB NOCREATEROLE'
  const role = name(account.name)
  const predefined = ['pg_read_all_data', 'pg_write_all_data', 'pg_monitor', 'pg_signal_backend'].join(', ')
  return [
    `SELECT 'CREATE ROLE ${role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${text(account.name)})\\gexec`,
    `ALTER ROLE ${role} LOGIN NOSUPERUSER ${rights} PASSWORD ${text(account.verifier)};`,
    ...(account.privileged ? [`GRANT ${predefined} TO ${role};`] : []),
  ].join('\n')
}

function databasesSql({ databases }: DatabaseContent): string {
  const kept = ['postgres', 'template0', 'template1', ...databases.map(one => one.name)].map(text).join(', ')
  return [
    ...databases.flatMap(one => [
      `SELECT 'CREATE DATABASE ${name(one.name)}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${text(one.name)})\\gexec`,
      `ALTER DATABASE ${name(one.name)} OWNER TO ${name(one.owner ?? 'postgres')};`,
    ]),
    `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname NOT IN (${kept})\\gexec`,
  ].join('\n')
}

/** Accounts that are not in the content. */
function strangersSql({ accounts }: DatabaseContent): string {
  const kept = ['postgres', ...accounts.map(one => one.name)].map(text).join(', ')
  return `SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname NOT IN (${kept});`
}

/** What an account owns goes to the administrator: no data is lost with it. */
async function dropRole(runtime: Runtime, database: Machine, port: number, what: string, role: string): Promise<void> {
  const bases = await query(runtime, database, { port }, what, 'SELECT datname FROM pg_database WHERE datallowconn;')
  const hand = `REASSIGN OWNED BY ${name(role)} TO postgres; DROP OWNED BY ${name(role)};`
  for (const base of bases) await query(runtime, database, { port, base }, what, hand)
  await query(runtime, database, { port }, what, `DROP ROLE ${name(role)};`)
}
