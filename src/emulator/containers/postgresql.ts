import { bootDatabaseServer, type DatabaseSpec } from './database-server.ts'
import type { Machine } from './machine.ts'
import type { Runtime } from './runtime.ts'

/** What differs between the clouds' servers. */
export interface PostgresqlProgram {
  /** The folder of the data. */
  data: string
  /** Shell lines that run before the server, as root. */
  before?: string[]
  /** Settings besides, as `name=value`. */
  settings?: string[]
}

/** Where the programs of PostgreSQL are in the image, without the folder's version. */
export const programs = '/usr/lib/stackwright/postgresql'

/** Starts PostgreSQL, or finds it running, and waits until it accepts connections from inside. */
export async function bootPostgresql(
  runtime: Runtime,
  spec: DatabaseSpec,
  program: PostgresqlProgram,
): Promise<Machine> {
  const { data, before = [], settings = [] } = program
  const usual = ['listen_addresses=*', `port=${spec.port}`, 'unix_socket_directories=/run/postgresql', 'fsync=off']
  return await bootDatabaseServer(runtime, spec, {
    start: [
      'install -d -o postgres -g postgres /run/postgresql',
      ...before,
      // Not runuser, whose own process would stay as root beside it.
      `exec setpriv --reuid=postgres --regid=postgres --init-groups ${programs}/postgres -D ${data} "$@"`,
    ].join('\n'),
    arguments: [...usual, ...settings].flatMap(setting => ['-c', setting]),
    stopSignal: 'SIGINT',
    ping: ['pg_isready', '-q', '-h', '/run/postgresql', '-p', String(spec.port)],
  })
}

/** Where SQL is run: on which port, as which role, in which database. */
export interface Session {
  port: number
  /** The server's own administrator. */
  user?: string
  base?: string
}

/** Runs SQL as the server's own administrator, from inside; rows as lines, columns parted by `|`. */
export async function query(
  runtime: Runtime,
  database: Machine,
  { port, user = 'postgres', base = 'postgres' }: Session,
  what: string,
  sql: string,
): Promise<string[]> {
  if (sql === '') return []
  const psql = ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', user, '-p', String(port), '-d', base]
  const args = ['exec', '--interactive', '--user', 'postgres', database.name, ...psql, '-f', '-']
  const output = await runtime.must(what, args, { input: sql })
  return output.split('\n').filter(Boolean)
}

/** A name in SQL, and in the SQL that \gexec runs. Names were checked by the product; this holds for any. */
export function name(value: string): string {
  return `"${value.replaceAll('"', '""').replaceAll("'", "''")}"`
}

/** A text in SQL. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
