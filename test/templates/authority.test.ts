import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageFile } from '../../src/base/files.ts'
import { setupScript } from '../../src/blueprints/rails/setup.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { type Mariadb, startMariadb } from './mariadb.ts'
import { pythonWith } from './python.ts'
import { within } from './scripts.ts'
import { paperFolder, run } from './support.ts'

// Needs: rails

/** A database as RDS gives one: nobody comes in without encryption, and its certificate is signed by an authority of its own. */
const folder = await paperFolder()
let certificate: Certificate
let foreign: Certificate
let elsewhere: Certificate
let server: Mariadb
let env: Record<string, string>

beforeAll(async () => {
  for (const name of ['foreign', 'elsewhere']) await mkdir(join(folder.path, name))
  certificate = await makeCertificate(folder.path)
  foreign = await makeCertificate(join(folder.path, 'foreign'))
  elsewhere = await makeCertificate(join(folder.path, 'elsewhere'), 'DNS:db.elsewhere.example')
  server = await startMariadb({ certificate })
  env = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C.UTF-8',
    HOME: folder.path,
    PYTHONDONTWRITEBYTECODE: '1',
    STACKWRIGHT_PACKAGES: 'distribution',
    DB_HOST: server.host,
    DB_READ_HOST: server.host,
    DB_PORT: String(server.port),
    DB_NAME: 'app_production',
    DB_USER: 'railsuser',
    DB_PASSWORD: 'geheim',
    DB_TABLE: 'times',
    DB_ADMIN_USER: server.admin,
    DB_ADMIN_PASSWORD: server.adminPassword,
    SECRET_KEY_BASE: 'only for tests '.repeat(4),
  }
}, 120_000)

afterAll(async () => {
  await server?.stop()
  await folder.remove()
})

describe('the database’s certificate', () => {
  test('is asked for by the administrator’s session and by Rails, and the right authority is believed', async () => {
    const { code, err } = await rails('install_gems; write_settings; prepare_database', certificate.ca)
    expect(code).toBe(0)
    expect(err).not.toContain('warning')
    expect(await server.query('SHOW TABLES FROM app_production')).toContain('posts')
  }, 120_000)

  test('of another authority is refused by the administrator’s session', async () => {
    const { code, err } = await rails('as_admin -e "SELECT 1"', foreign.ca)
    expect(code).not.toBe(0)
    expect(err).toMatch(/certificate/i)
  })

  test('of another authority is refused by Rails', async () => {
    const { code, out, err } = await rails('write_settings; migrate', foreign.ca)
    expect(code).not.toBe(0)
    expect(out + err).toMatch(/certificate|SSL connection error/i)
    expect(out + err).not.toContain('geheim')
  }, 60_000)

  test('is asked for by Flask’s set-up and application, and only the right authority is believed', async () => {
    expect(await flask(certificate.ca)).toMatchObject({ code: 0, out: expect.stringMatching(/^TLS/), err: '' })
    const refused = await flask(foreign.ca)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('certificate verify failed')
  }, 120_000)

  // mysql2 on MariaDB's client library checks the authority, but has no working way to check the name.
  test('in another host’s name is refused by the administrator’s session and by Flask', async () => {
    const other = await startMariadb({ certificate: elsewhere })
    const place = { DB_PORT: String(other.port) }
    try {
      expect((await rails('as_admin -e "SELECT 1"', elsewhere.ca, place)).code).not.toBe(0)
      const refused = await flask(elsewhere.ca, place)
      expect(refused.err).toMatch(/certificate verify failed: IP address mismatch/)
    } finally {
      await other.stop()
    }
  }, 120_000)
})

/** Makes the database as a machine does and answers how its application is connected. */
async function flask(ca: string, more: Record<string, string> = {}) {
  const python = await pythonWith('templates/three-tier/requirements.txt')
  const mine: Record<string, string> = { ...env, DB_USER: 'testuser', DB_NAME: 'testdb', ...more }
  if (mine.DB_PORT === env.DB_PORT) {
    const prepare = packageFile('templates/three-tier/prepare.py')
    const made = await run(python, [prepare], { env: { ...mine, DB_TLS_CA: certificate.ca } })
    expect(made).toEqual({ code: 0, out: '', err: '' })
  }
  const ask = ['-c', 'import app; print(app.run(app.WRITER, "SHOW STATUS LIKE %s", "Ssl_cipher")[0][1])']
  return await run(python, ask, { cwd: packageFile('templates/three-tier/sample'), env: { ...mine, DB_TLS_CA: ca } })
}

/** Chapters of the script, run here, that believe one authority. */
async function rails(lines: string, ca: string, more: Record<string, string> = {}) {
  const app = join(folder.path, 'app')
  await cp(packageFile('templates/rails/sample'), app, { recursive: true })
  for (const name of ['bundle', 'ruby'])
    await symlink(`/usr/bin/${name}`, join(folder.path, name)).catch(() => undefined)
  const here = `export -n DB_PASSWORD DB_ADMIN_PASSWORD
    ROOT=${folder.path}; STAMPS=$ROOT; APP=${app}; ENV_FILE=$ROOT/rails.env; DB_TLS_CA=${ca}
    as_user() { env "$@"; }; fetch_authority() { :; }`
  return await within(setupScript({}), `${here}\n${lines}`, { ...env, ...more })
}
