import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPackageFile } from '../../src/base/files.ts'
import { render, shell } from '../../src/blueprints/template.ts'
import { makeCertificate } from './certificate.ts'
import { type PostgresOfRds, startPostgresOfRds } from './postgres-rds.ts'
import { expectSound, within } from './scripts.ts'
import { hostile, paperFolder } from './support.ts'

const part = (file: string) => readPackageFile(`templates/machine/${file}`)
const script = render(part('library.sh') + part('postgresql.sh') + 'main\n', {
  postgresql: shell(part('postgresql.py')),
})
const folder = await paperFolder()
let server: PostgresOfRds

beforeAll(async () => {
  server = await startPostgresOfRds()
}, 180_000)
afterAll(async () => {
  await server?.stop()
  await folder.remove()
})

/** What the application connects with. */
interface Account {
  user: string
  password: string
  database: string
}

/** Makes role and database as a machine does that believes this authority. */
function make({ user, password, database }: Account, { ca = server.ca, adminPassword = server.admin.password } = {}) {
  return within(
    script,
    `ROOT=${folder.path}; export -n DB_PASSWORD DB_ADMIN_PASSWORD; DB_TLS_CA=${ca}; make_database`,
    {
      ...{
        DB_HOST: '127.0.0.1',
        DB_PORT: String(server.port),
        DB_NAME: database,
        DB_USER: user,
        DB_PASSWORD: password,
      },
      ...{ DB_ADMIN_USER: server.admin.user, DB_ADMIN_PASSWORD: adminPassword },
    },
  )
}

describe('the part of PostgreSQL on RDS', () => {
  test('passes bash and shellcheck', () => expectSound(script, folder.path))

  test('makes a role that owns its database and can fill it, as a master user who is no superuser', async () => {
    const account = { user: 'chat', password: 'geheim', database: 'chat_production' }
    expect(await make(account)).toEqual({ code: 0, out: '', err: '' })
    await server.query('CREATE TABLE said (line text); INSERT INTO said VALUES (1)', account)
    const role = "rolcanlogin, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'chat'"
    expect(await server.query(`SELECT ${role}`)).toBe('t|f|f|f\n')
    const owner = `pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = '${account.database}'`
    expect(await server.query(`SELECT ${owner}`)).toBe('chat|UTF8\n')
  })

  test('changes nothing when it runs again but the password, which is the new one then', async () => {
    const account = { user: 'again', password: 'the first', database: 'again' }
    await make(account)
    await server.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)', account)
    const renewed = { ...account, password: 'the second' }
    expect(await make(renewed)).toEqual({ code: 0, out: '', err: '' })
    expect(await server.query('SELECT n FROM kept', renewed)).toBe('7\n')
    await expect(server.query('SELECT 1', account)).rejects.toThrow('password authentication failed')
  })

  test('may run on several machines at the same time', async () => {
    const account = { user: 'many', password: 'geheim', database: 'many' }
    const made = await Promise.all([1, 2, 3, 4].map(() => make(account)))
    expect(made).toEqual(made.map(() => ({ code: 0, out: '', err: '' })))
    expect(await server.query('CREATE TABLE t (n int)', account)).toBe('')
  }, 180_000)

  test('takes names and passwords for what they are, whatever is in them', async () => {
    // The server cuts names at 63 bytes.
    const texts = hostile.filter(text => text !== '' && Buffer.byteLength(text) <= 60)
    for (const [n, text] of texts.entries()) {
      const account = { user: `${text}${n}`, password: text, database: text }
      expect({ text, ...(await make(account)) }).toEqual({ text, code: 0, out: '', err: '' })
      expect(await server.query('SELECT current_user', account)).toBe(`${account.user}\n`)
    }
  }, 180_000)

  test('never tells the server the password, so that no log holds it', async () => {
    await make({ user: 'quiet', password: 'nobody-may-read-this', database: 'quiet' })
    expect(server.log()).toContain('ALTER ROLE quiet')
    expect(server.log()).not.toContain('nobody-may-read-this')
  })

  test('gives a database that the master user made to the application, and its schema with it', async () => {
    const account = { user: 'heir', password: 'geheim', database: 'inherited' }
    await server.query('CREATE DATABASE inherited', server.admin)
    await server.query('ALTER SCHEMA public OWNER TO postgres', { database: 'inherited' })
    expect(await make(account)).toEqual({ code: 0, out: '', err: '' })
    expect(await server.query('CREATE TABLE t (n int)', account)).toBe('')
  })

  test('refuses a server whose certificate another authority signed, before it says a password', async () => {
    const { ca } = await makeCertificate(folder.path)
    const { code, out } = await make({ user: 'x', password: 'geheim', database: 'x' }, { ca })
    expect(code).toBe(1)
    expect(out).toMatch(/does not let the administrator in\.\n.*certificate verify failed/s)
  })

  test('stops at a wrong master password, and repeats no password', async () => {
    const wrong = { adminPassword: 'not-this-one' }
    const { code, out } = await make({ user: 'x', password: 'geheim', database: 'x' }, wrong)
    expect(code).toBe(1)
    expect(out).toContain('password authentication failed for user "postgres"')
    expect(out).not.toMatch(/not-this-one|geheim/)
  })

  test('believes the sandbox’s authority on the sandbox’s machines', async () => {
    const given = join(folder.path, 'given.pem')
    await writeFile(given, 'a certificate\n')
    const lines = `ROOT=${folder.path}; fetch_authority; echo "$DB_TLS_CA"; cat "$DB_TLS_CA"`
    const { out } = await within(script, lines, { STACKWRIGHT_AUTHORITY: given })
    expect(out).toBe(`${folder.path}/rds-ca.pem\na certificate\n`)
  })
})
