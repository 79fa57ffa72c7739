import { chown, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, paperFolder, run, start } from './support.ts'

// Needs: postgresql

export interface Postgres {
  port: number
  user: string
  password: string
  /** Runs one SQL text and answers what it printed, unaligned. */
  query(sql: string): Promise<string>
  stop(): Promise<void>
}

/** A real PostgreSQL with one database, `db_example`, on a loopback port; it runs as nobody when we are root, as it insists. */
export async function startPostgres(password: string): Promise<Postgres> {
  const bin = await postgresFolder()
  const folder = await paperFolder()
  const who = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (who.uid) await chown(folder.path, 65534, 65534)
  await writeFile(join(folder.path, 'password'), password + '\n')
  const user = 'djangouser'
  const data = join(folder.path, 'data')
  const made = await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', user, '-E', 'UTF8', '--no-sync', '-A', 'scram-sha-256', `--pwfile=${folder.path}/password`],
    { ...who, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } },
  )
  if (made.code !== 0) throw new Error(`initdb: ${made.err}`)
  const port = await freePort()
  const env = { PATH: process.env.PATH, PGPASSWORD: password, LC_ALL: 'C.UTF-8' }
  const psql = (database: string, sql: string) =>
    run(
      join(bin, 'psql'),
      ['-h', '127.0.0.1', '-p', String(port), '-U', user, '-XAtq', '-v', 'ON_ERROR_STOP=1', database],
      {
        env,
        input: sql,
      },
    )
  const server = await start(
    join(bin, 'postgres'),
    ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder.path, '-F'],
    { ...who, env },
    async () => (await psql('postgres', 'SELECT 1')).code === 0,
  )
  await psql('postgres', 'CREATE DATABASE db_example')
  return {
    port,
    user,
    password,
    async query(sql) {
      const answer = await psql('db_example', sql)
      if (answer.code !== 0) throw new Error(answer.err)
      return answer.out
    },
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

/** Where the newest PostgreSQL of the system has its programs. */
export async function postgresFolder(): Promise<string> {
  const base = '/usr/lib/postgresql'
  const versions = await readdir(base).catch(() => [])
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  if (!newest) throw new Error('PostgreSQL is not installed: the Debian package postgresql is needed')
  return join(base, newest, 'bin')
}
