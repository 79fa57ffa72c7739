import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../../base/errors.ts'
import { bootDatabaseServer, type DatabaseSpec } from '../database-server.ts'
import type { Machine } from '../machine.ts'
import type { Runtime } from '../runtime.ts'

/** What the server has from the start. */
export interface MariaDbContent {
  master: { name: string; verifier: string }
  /** Made along with it; empty: none. */
  database: string
  /** Of a member that only reads: the address and port of the one that writes. */
  writer?: { address: string; port: number }
}

/** What RDS grants its master user: everything but access to the host. */
const masterRights = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD', 'PROCESS', 'REFERENCES', 'INDEX', 'ALTER'],
  ...['SHOW DATABASES', 'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'REPLICATION CLIENT', 'CREATE VIEW'],
  ...['SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT', 'TRIGGER', 'DELETE HISTORY'],
].join(', ')

const replicator = 'stackwright_replica'
const socket = '/run/mysqld/mysqld.sock'
const patience = 60_000

/** What MariaDB itself keeps of a password (mysql_native_password). */
export function nativeVerifier(password: string): string {
  const once = createHash('sha1').update(password).digest()
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`
}

/**
 * Starts MariaDB, in place of RDS for MySQL or of a member of an Aurora cluster, or finds it running, and waits until it
 * answers inside. Its firewall is set by the caller.
 */
export async function bootMariaDb(runtime: Runtime, spec: DatabaseSpec): Promise<Machine> {
  const settings = [
    ...[`socket=${socket}`, `port=${spec.port}`, 'bind-address=0.0.0.0', 'skip-name-resolve'],
    ...['log-bin=binlog', 'log-slave-updates', 'binlog-format=ROW', `server-id=${serverId(spec.address)}`],
    ...['innodb-flush-log-at-trx-commit=0', 'sync-binlog=0', 'innodb-buffer-pool-size=64M'],
    ...['character-set-server=utf8mb4', 'max-connections=200', 'plugin-load-add=auth_socket'],
  ]
  return await bootDatabaseServer(runtime, spec, {
    start: [
      'install -d -o mysql -g mysql /run/mysqld',
      'exec mariadbd --no-defaults --user=mysql --datadir=/var/lib/stackwright-mariadb "$@"',
    ].join('\n'),
    arguments: settings.map(setting => `--${setting}`),
    stopSignal: 'SIGTERM',
    ping: ['mariadb-admin', '--no-defaults', `--socket=${socket}`, 'ping'],
  })
}

/**
 * Makes the master user and the first database, or makes the server follow the writer and refuse every change of its
 * own. What users create later is left alone. Can be repeated.
 */
export async function setMariaDbContent(runtime: Runtime, database: Machine, content: MariaDbContent): Promise<void> {
  const what = `The users of ${database.id} could not be set.`
  await sql(runtime, database, what, content.writer ? followSql(content.writer) : ownSql(content))
  if (content.writer) await untilFollowing(runtime, database)
}

/** Runs SQL as the server's own administrator, from inside; rows as lines, columns parted by tabs. */
export async function sql(runtime: Runtime, database: Machine, what: string, text: string): Promise<string[]> {
  const args = ['exec', '--interactive', database.name, 'mariadb', '--no-defaults', `--socket=${socket}`, '-BN']
  const output = await runtime.must(what, args, { input: text })
  return output.split('\n').filter(Boolean)
}

function ownSql({ master, database }: MariaDbContent): string {
  const user = `${literal(master.name)}@'%'`
  return [
    'STOP SLAVE;',
    'RESET SLAVE ALL;',
    'SET GLOBAL read_only = 0;',
    `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY PASSWORD ${literal(master.verifier)};`,
    `ALTER USER ${user} IDENTIFIED BY PASSWORD ${literal(master.verifier)};`,
    `GRANT ${masterRights} ON *.* TO ${user} WITH GRANT OPTION;`,
    // Only servers of the same cluster get through the firewall to try it.
    `CREATE USER IF NOT EXISTS ${replicator}@'%' IDENTIFIED BY ${literal(replicator)};`,
    `GRANT REPLICATION SLAVE ON *.* TO ${replicator}@'%';`,
    ...(database ? [`CREATE DATABASE IF NOT EXISTS \`${database.replaceAll('`', '``')}\`;`] : []),
  ].join('\n')
}

/** From the very first change on: both began as the same empty server. */
function followSql({ address, port }: { address: string; port: number }): string {
  const source = `MASTER_HOST=${literal(address)}, MASTER_PORT=${port}, MASTER_USER=${literal(replicator)}`
  return [
    'SET GLOBAL read_only = 1;',
    'STOP SLAVE;',
    `CHANGE MASTER TO ${source}, MASTER_PASSWORD=${literal(replicator)}, MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos;`,
    'START SLAVE;',
  ].join('\n')
}

async function untilFollowing(runtime: Runtime, database: Machine): Promise<void> {
  const what = `${database.id} does not follow the writer.`
  const until = Date.now() + patience
  let output = ''
  while (Date.now() < until) {
    const ran = await runtime.run([
      ...['exec', database.name, 'mariadb', '--no-defaults', `--socket=${socket}`, '-e', 'SHOW SLAVE STATUS\\G'],
    ])
    output = ran.stdout
    if (/Slave_IO_Running: Yes/.test(output) && /Seconds_Behind_Master: 0/.test(output)) return
    await wait(200)
  }
  throw new Problem({ what, why: /Last_(?:IO_|SQL_)?Error: (.+)/.exec(output)?.[1] ?? 'It says nothing.' })
}

/** Different for each server of a VPC. */
function serverId(address: string): number {
  return address.split('.').reduce((value, part) => (value * 256 + Number(part)) % 4_294_967_295, 0) || 1
}

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
