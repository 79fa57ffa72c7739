import { chown, copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { postgresFolder } from './postgres.ts'
import { freePort, paperFolder, type Ran, run, start } from './support.ts'

export interface PostgresOfRds {
  port: number
  /** The authority that signed its certificate, a file. */
  ca: string
  /** The master user. */
  admin: { user: string; password: string }
  /** What it has logged of all it was told. */
  log(): string
  /** Runs SQL over TLS as the superuser, or as who is named, and answers what it printed, unaligned. Throws what psql said. */
  query(sql: string, as?: Partial<{ user: string; password: string; database: string }>): Promise<string>
  stop(): Promise<void>
}

const superuser = { user: 'rdsadmin', password: 'only rdsadmin knows' }
const admin = { user: 'postgres', password: `adm\\in $x%'"` }

/**
 * A real PostgreSQL that is as RDS runs it: its master user is no superuser, nobody comes in without TLS, and it logs
 * every statement. It runs as nobody when we are root, as it insists.
 */
export async function startPostgresOfRds(): Promise<PostgresOfRds> {
  const bin = await postgresFolder()
  const folder = await paperFolder()
  const at = (name: string) => join(folder.path, name)
  const who = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (who.uid) await chown(folder.path, 65534, 65534)
  await writeFile(at('password'), `${superuser.password}\n`)
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }
  const auth = ['-A', 'scram-sha-256', `--pwfile=${at('password')}`]
  const made = await run(join(bin, 'initdb'), ['-D', at('data'), '-U', superuser.user, '--no-sync', ...auth], {
    ...{ ...who, env },
  })
  if (made.code !== 0) throw new Error(`initdb: ${made.err}`)
  const { ca, key, cert } = await makeCertificate(folder.path)
  await copyFile(key, at('data/server.key'))
  if (who.uid) await chown(at('data/server.key'), 65534, 65534)
  await run('chmod', ['600', at('data/server.key')])
  await writeFile(at('data/pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
  const port = await freePort()
  const psql = (sql: string, { user, password, database = 'postgres' }: typeof superuser & { database?: string }) =>
    run(join(bin, 'psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1'], {
      env: {
        ...{ ...env, PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: user, PGPASSWORD: password },
        ...{ PGDATABASE: database, PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca },
      },
      input: sql,
    })
  const settings = ['ssl=on', `ssl_cert_file=${cert}`, 'log_statement=all'].flatMap(setting => ['-c', setting])
  const place = ['-D', at('data'), '-h', '127.0.0.1', '-p', String(port), '-k', folder.path, '-F']
  const server = await start(join(bin, 'postgres'), [...place, ...settings], { ...who, env }, async () => {
    return (await psql('SELECT 1', superuser)).code === 0
  })
  const right = (ran: Ran) => {
    if (ran.code !== 0) throw new Error(ran.err)
    return ran.out
  }
  const password = admin.password.replaceAll("'", "''")
  right(
    await psql(
      `CREATE ROLE rds_superuser NOLOGIN;
      CREATE ROLE ${admin.user} LOGIN CREATEDB CREATEROLE PASSWORD '${password}' IN ROLE rds_superuser;
      ALTER DATABASE postgres OWNER TO ${admin.user}`,
      superuser,
    ),
  )
  return {
    ...{ port, ca, admin },
    log: server.said,
    query: async (sql, as) => right(await psql(sql, { ...superuser, ...as })),
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}
