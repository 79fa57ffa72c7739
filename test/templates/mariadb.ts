import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Certificate } from './certificate.ts'
import { freePort, paperFolder, run, start } from './support.ts'

// Needs: mariadb

export interface Mariadb {
  host: string
  port: number
  admin: string
  adminPassword: string
  /** Runs SQL as an administrator, or as who is named, and answers what it printed. Throws what the client said. */
  query(sql: string, as?: { user: string; password: string }): Promise<string>
  stop(): Promise<void>
}

const admin = 'admin'
const adminPassword = 'adm\\in $x%\'"'

/**
 * A real MariaDB on a loopback port whose administrator may do what RDS's master user may; it runs as nobody when we
 * are root. With a certificate it takes nobody in who comes without encryption.
 */
export async function startMariadb(
  wish: { certificate?: Certificate; host?: string; port?: number } = {},
): Promise<Mariadb> {
  const { certificate, host = '127.0.0.1' } = wish
  const folder = await paperFolder()
  const data = join(folder.path, 'data')
  const root = process.getuid?.() === 0
  const who = root ? { uid: 65534, gid: 65534 } : {}
  await mkdir(data)
  if (root) for (const path of [folder.path, data]) await chown(path, 65534, 65534)
  const env = { PATH: `${process.env.PATH}:/usr/sbin`, LC_ALL: 'C.UTF-8', TMPDIR: folder.path }
  const made = await run(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { ...who, env },
  )
  if (made.code !== 0) throw new Error(`mariadb-install-db: ${made.out}${made.err}`)
  const init = join(folder.path, 'init.sql')
  const name = `'${admin}'@'%'`
  await writeFile(
    init,
    `CREATE USER ${name} IDENTIFIED BY '${adminPassword.replace(/['\\]/g, '\\$&')}';\nGRANT ALL ON *.* TO ${name} WITH GRANT OPTION;\n`,
  )
  const port = wish.port ?? (await freePort())
  const client = (sql: string, { user, password } = { user: admin, password: adminPassword }) =>
    run(
      'mariadb',
      [
        '--no-defaults',
        `-h${host}`,
        `-P${port}`,
        `-u${user}`,
        '--batch',
        '--skip-column-names',
        ...(certificate ? ['--ssl'] : []),
      ],
      {
        env: { ...env, MYSQL_PWD: password },
        input: sql,
      },
    )
  const server = await start(
    'mariadbd',
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${folder.path}/socket`,
      `--pid-file=${folder.path}/pid`,
      `--bind-address=${host}`,
      `--port=${port}`,
      `--init-file=${init}`,
      '--innodb-flush-log-at-trx-commit=0',
      ...(certificate
        ? [`--ssl-cert=${certificate.cert}`, `--ssl-key=${certificate.key}`, '--require-secure-transport']
        : []),
    ],
    { ...who, env },
    async () => (await client('SELECT 1')).code === 0,
  )
  return {
    host,
    port,
    admin,
    adminPassword,
    async query(sql, as) {
      const { code, out, err } = await client(sql, as)
      if (code !== 0) throw new Error(err)
      return out
    },
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}
