import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../../base/errors.ts'
import type { Issued } from '../../http/authority.ts'
import { inside } from '../container.ts'
import type { DatabaseSpec } from '../database-server.ts'
import type { Machine } from '../machine.ts'
import { bootPostgresql, name, programs, query, text } from '../postgresql.ts'
import { base64 } from '../programs.ts'
import type { Runtime } from '../runtime.ts'

/** What the server has from the start. */
export interface PostgresqlContent {
  /** `verifier`: from `scramVerifier`. */
  master: { name: string; verifier: string }
  /** Made along with it, besides `postgres`; empty: none. */
  database: string
  /** Whether it refuses connections without TLS (`rds.force_ssl`). */
  forceSsl: boolean
}

/** RDS's own administrator: the superuser, who comes in from inside only. */
const superuser = 'rdsadmin'
const data = '/var/lib/stackwright-rds'
const patience = 30_000

/**
 * Starts PostgreSQL in place of RDS for PostgreSQL, or finds it running, and waits until it accepts connections from
 * inside. Its firewall is set by the caller.
 */
export async function bootRdsPostgresql(runtime: Runtime, spec: DatabaseSpec): Promise<Machine> {
  const auth = '--auth-local=trust --auth-host=reject'
  const made = `${programs}/initdb -D ${data}.new -U ${superuser} -E UTF8 --locale=C.UTF-8 ${auth} --no-sync`
  return await bootPostgresql(runtime, spec, {
    data,
    // Its own, since the image's has another superuser. Whole or not at all.
    before: [
      `if [ ! -d ${data} ]; then`,
      `  rm -rf ${data}.new`,
      `  install -d -o postgres -g postgres -m 700 ${data}.new`,
      `  runuser -u postgres -- ${made} >/dev/null || exit`,
      `  mv ${data}.new ${data}`,
      'fi',
    ],
    settings: ['ssl_min_protocol_version=TLSv1.2', 'password_encryption=scram-sha-256'],
  })
}

/**
 * Makes the master user and the first database, and gives the server its certificate. What users create later is left
 * alone. Can be repeated.
 */
export async function setPostgresqlContent(
  runtime: Runtime,
  database: Machine,
  { port, content, issued }: { port: number; content: PostgresqlContent; issued: Issued },
): Promise<void> {
  const what = `The users of ${database.id} could not be set.`
  await inside(runtime, database.name, what, filesScript(content, issued))
  const ask = (sql: string[]) => query(runtime, database, { port, user: superuser }, what, sql.join('\n'))
  await ask(contentSql(content))
  const until = Date.now() + patience
  while ((await ask(['SHOW ssl;']))[0] !== 'on') {
    if (Date.now() > until) throw new Problem({ what, why: 'PostgreSQL does not take its certificate.' })
    await wait(100)
  }
}

/** The lines of pg_hba.conf. Who comes without TLS where it is required finds no line, as on RDS. */
export function rdsRuleLines(forceSsl: boolean): string[] {
  return [
    // Only this program comes by the socket of a container that holds nothing else.
    `local all ${superuser} trust`,
    `host all ${superuser} all reject`,
    `host ${superuser} all all reject`,
    `${forceSsl ? 'hostssl' : 'host'} all all all scram-sha-256`,
  ]
}

function filesScript({ forceSsl }: PostgresqlContent, { certificate, key }: Issued): string {
  const files = {
    'pg_hba.conf': `${rdsRuleLines(forceSsl).join('\n')}\n`,
    'server.crt': certificate,
    'server.key': key,
  }
  return Object.entries(files)
    .map(([file, content]) => {
      const path = `${data}/${file}`
      const write = `echo ${base64(content)} | base64 -d >${path}.new`
      return `(umask 077 && ${write})\nchown postgres:postgres ${path}.new\nmv ${path}.new ${path}\n`
    })
    .join('')
}

/** The master user is no superuser, but a member of `rds_superuser` (docs/facts/aws.md, RDS for PostgreSQL). */
function contentSql({ master, database }: PostgresqlContent): string[] {
  const role = name(master.name)
  const groups = ['rds_superuser', 'rds_replication', 'rds_password', 'rds_iam']
  const predefined = ['pg_monitor', 'pg_signal_backend', 'pg_checkpoint'].join(', ')
  return [
    'SET client_min_messages = warning;',
    'ALTER SYSTEM SET ssl = on;',
    'SELECT pg_reload_conf() \\g /dev/null',
    ...groups.map(group => missing('pg_roles', 'rolname', group, `CREATE ROLE ${group} NOLOGIN`)),
    `GRANT ${predefined}, rds_replication, rds_password TO rds_superuser WITH ADMIN OPTION;`,
    missing('pg_roles', 'rolname', master.name, `CREATE ROLE ${role}`),
    `ALTER ROLE ${role} LOGIN NOSUPERUSER CREATEDB CREATEROLE PASSWORD ${text(master.verifier)};`,
    `GRANT rds_superuser TO ${role};`,
    missing('pg_database', 'datname', superuser, `CREATE DATABASE ${superuser}`),
    `ALTER DATABASE postgres OWNER TO ${role};`,
    ...(database
      ? [missing('pg_database', 'datname', database, `CREATE DATABASE ${name(database)} OWNER ${role}`)]
      : []),
  ]
}

/** Makes what is not there; PostgreSQL has no `IF NOT EXISTS` for roles and databases. */
function missing(table: string, column: string, value: string, create: string): string {
  return `SELECT '${create}' WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${column} = ${text(value)})\\gexec`
}
