import { RDS } from '@aws-sdk/client-rds'
import { beforeAll, describe, expect, it } from 'vitest'
import { readPackageFile } from '../../../src/base/files.ts'
import { render, shell } from '../../../src/blueprints/template.ts'
import { config } from '../../emulator/aws/support.ts'
import { group, machine, slowly, ssmRun, useAws } from './support.ts'

const ground = useAws(200)
let app: { id: string }
let stranger: { id: string }
let hosts: { writer: string; reader: string; alone: string; chat: string; old: string }
const password = "Se!cret'$(id)`9"

beforeAll(async () => {
  const rds = new RDS({ ...config(ground.url), maxAttempts: 5 })
  const apps = await group(ground, 'app', [])
  const database = await group(ground, 'db', [
    { port: 3306, from: apps },
    { port: 5432, from: apps },
  ])
  await rds.createDBSubnetGroup({
    ...{ DBSubnetGroupName: 'all', DBSubnetGroupDescription: 'all', SubnetIds: ground.subnets },
  })
  const master = { MasterUsername: 'admin', MasterUserPassword: password }
  const place = { DBSubnetGroupName: 'all', VpcSecurityGroupIds: [database] }
  await rds.createDBCluster({ DBClusterIdentifier: 'pair', Engine: 'aurora-mysql', ...master, ...place })
  const member = { DBClusterIdentifier: 'pair', Engine: 'aurora-mysql', DBInstanceClass: 'db.t4g.medium' }
  await rds.createDBInstance({ DBInstanceIdentifier: 'pair-1', ...member })
  await rds.createDBInstance({ DBInstanceIdentifier: 'pair-2', ...member })
  const single = { Engine: 'mysql', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20, DBName: 'shop' }
  await rds.createDBInstance({ DBInstanceIdentifier: 'alone', ...single, ...master, ...place })
  const postgres = { ...place, Engine: 'postgres', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20 }
  const owner = { MasterUsername: 'postgres', MasterUserPassword: password }
  await rds.createDBInstance({
    ...postgres,
    ...owner,
    DBInstanceIdentifier: 'chat',
    EngineVersion: '17',
    DBName: 'talk',
  })
  await rds.createDBInstance({ ...postgres, ...owner, DBInstanceIdentifier: 'old', EngineVersion: '14' })
  ;[app, stranger] = await Promise.all([machine(ground, [apps]), machine(ground, [])])
  const list = async () => (await rds.describeDBInstances({})).DBInstances!
  const all = await slowly(list, rows => rows.length === 5 && rows.every(one => one.DBInstanceStatus === 'available'))
  const cluster = (await rds.describeDBClusters({ DBClusterIdentifier: 'pair' })).DBClusters![0]!
  const host = (name: string) => all.find(one => one.DBInstanceIdentifier === name)!.Endpoint!.Address!
  hosts = {
    writer: cluster.Endpoint!,
    reader: cluster.ReaderEndpoint!,
    alone: host('alone'),
    chat: host('chat'),
    old: host('old'),
  }
}, 400_000)

const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** Runs SQL on a machine as its administrator would, by the endpoint's name. */
async function ask(from: { id: string }, host: string, sql: string, timeout = 5) {
  const client = `mariadb --no-defaults -BN --connect-timeout=${timeout} --host=${host} --user=admin`
  return await ssmRun(ground, from.id, `MYSQL_PWD=${word(password)} ${client} -e ${word(sql)} 2>&1`)
}

interface Session {
  user?: string
  secret?: string
  base?: string
  tls?: 'verify-full' | 'disable'
  timeout?: number
}

/** Runs SQL for PostgreSQL on a machine, by the endpoint's name, that believes the sandbox's authority. */
async function askPostgres(from: { id: string }, host: string, sql: string, session: Session = {}) {
  const { user = 'postgres', secret = password, base = 'postgres', tls = 'verify-full', timeout = 5 } = session
  const place = `PGHOST=${host} PGUSER=${user} PGDATABASE=${base} PGPASSWORD=${word(secret)} PGCONNECT_TIMEOUT=${timeout}`
  const how = `PGSSLMODE=${tls} PGSSLROOTCERT=$STACKWRIGHT_AUTHORITY`
  return await ssmRun(ground, from.id, `${place} ${how} psql -XAtq -v ON_ERROR_STOP=1 -c ${word(sql)} 2>&1`)
}

describe('databases that really run', () => {
  it('let the master user of an instance in, by its endpoint, into the database made with it', async () => {
    const told = await ask(app, hosts.alone, 'SHOW DATABASES LIKE "shop"; SELECT CURRENT_USER()')
    expect(told).toMatchObject({ Status: 'Success', StandardOutputContent: 'shop\nadmin@%\n' })
  })

  it('give the master user what RDS does: users and databases, but not the server itself', async () => {
    const make = `CREATE DATABASE a; CREATE USER u IDENTIFIED BY 'u'; GRANT ALL ON a.* TO u`
    expect(await ask(app, hosts.alone, make)).toMatchObject({ Status: 'Success' })
    const told = await ask(app, hosts.alone, 'SET GLOBAL read_only = 1')
    expect(told).toMatchObject({ Status: 'Failed' })
    expect(told.StandardOutputContent).toContain('Access denied')
  })

  it('refuse a wrong password and a machine of another security group', async () => {
    const wrong = await ssmRun(
      ground,
      app.id,
      `MYSQL_PWD=no mariadb --no-defaults --host=${hosts.alone} --user=admin -e 1 2>&1`,
    )
    expect(wrong.StandardOutputContent).toContain('Access denied')
    const told = await ask(stranger, hosts.alone, 'SELECT 1', 2)
    expect(told).toMatchObject({ Status: 'Failed' })
    expect(told.StandardOutputContent).toMatch(/Can't connect/)
  })

  it('copy what the writer of a cluster holds to its reader, which takes no changes', async () => {
    await ask(
      app,
      hosts.writer,
      'CREATE DATABASE t; CREATE TABLE t.seen (n int); INSERT INTO t.seen VALUES (1), (2), (3)',
    )
    const read = async () => (await ask(app, hosts.reader, 'SELECT COUNT(*) FROM t.seen')).StandardOutputContent
    expect(await slowly(read, text => text === '3\n', 30)).toBe('3\n')
    const told = await ask(app, hosts.reader, 'INSERT INTO t.seen VALUES (4)')
    expect(told.StandardOutputContent).toContain('--read-only')
    const both = await ask(app, hosts.writer, 'SELECT @@server_id')
    expect((await ask(app, hosts.reader, 'SELECT @@server_id')).StandardOutputContent).not.toBe(
      both.StandardOutputContent,
    )
  })
})

describe('RDS for PostgreSQL', () => {
  it('lets the master user in by its endpoint, whose name the certificate proves, into the database made with it', async () => {
    const sql =
      'SELECT current_user, ssl, pg_get_userbyid(datdba) FROM pg_stat_ssl, pg_database WHERE pid = pg_backend_pid() AND datname = current_database()'
    const told = await askPostgres(app, hosts.chat, sql, { base: 'talk' })
    expect(told).toMatchObject({ Status: 'Success', StandardOutputContent: 'postgres|t|postgres\n' })
  })

  it('refuses who comes without TLS from version 15 on, in the words of RDS', async () => {
    const told = await askPostgres(app, hosts.chat, 'SELECT 1', { tls: 'disable' })
    expect(told.Status).toBe('Failed')
    expect(told.StandardOutputContent).toMatch(
      /no pg_hba\.conf entry for host "10\.0\.1\.\d+", user "postgres", database "postgres", no encryption/,
    )
    expect(await askPostgres(app, hosts.old, 'SELECT 1', { tls: 'disable' })).toMatchObject({ Status: 'Success' })
  })

  it('gives the master user what RDS does: roles and databases, but not the server itself', async () => {
    const member = "SELECT rolsuper, pg_has_role('rds_superuser', 'member') FROM pg_roles WHERE rolname = current_user"
    expect((await askPostgres(app, hosts.chat, member)).StandardOutputContent).toBe('f|t\n')
    for (const sql of ['SELECT rolpassword FROM pg_authid', "SELECT pg_read_file('PG_VERSION')"]) {
      const told = await askPostgres(app, hosts.chat, sql)
      expect(told.Status).toBe('Failed')
      expect(told.StandardOutputContent).toContain('permission denied')
    }
    const inside = await askPostgres(app, hosts.chat, 'SELECT 1', { user: 'rdsadmin', secret: 'x' })
    expect(inside.StandardOutputContent).toContain('pg_hba.conf rejects connection')
  })

  it('refuses a wrong password and a machine of another security group', async () => {
    const wrong = await askPostgres(app, hosts.chat, 'SELECT 1', { secret: 'no' })
    expect(wrong.StandardOutputContent).toContain('password authentication failed for user "postgres"')
    const told = await askPostgres(stranger, hosts.chat, 'SELECT 1', { timeout: 2 })
    expect(told.Status).toBe('Failed')
    expect(told.StandardOutputContent).toMatch(/timeout expired|timed out/)
  })

  it('takes a role and a database that a machine makes, as its set-up would', async () => {
    const part = (file: string) => readPackageFile(`templates/machine/${file}`)
    const setUp = render(part('library.sh') + part('postgresql.sh'), { postgresql: shell(part('postgresql.py')) })
    const variables = [
      `export DB_HOST=${hosts.chat} DB_PORT=5432 DB_NAME=room DB_USER=guest DB_ADMIN_USER=postgres`,
      `export DB_PASSWORD=${word("gue$t's")} DB_ADMIN_PASSWORD=${word(password)}`,
    ]
    const main = 'begin room DB_PASSWORD DB_ADMIN_PASSWORD\ninstall_psql\nfetch_authority\nmake_database\nsay made\n'
    const told = await ssmRun(ground, app.id, `#!/bin/bash\n${variables.join('\n')}\n${setUp}\n${main}`)
    expect(told).toMatchObject({ Status: 'Success', StandardOutputContent: 'made\n' })
    const guest = { user: 'guest', secret: "gue$t's", base: 'room' }
    const sql = 'CREATE TABLE said (line text)'
    expect(await askPostgres(app, hosts.chat, sql, guest)).toMatchObject({ Status: 'Success' })
  })

  it('takes a new master password', async () => {
    const rds = new RDS({ ...config(ground.url), maxAttempts: 5 })
    const MasterUserPassword = 'another-one-9'
    await rds.modifyDBInstance({ DBInstanceIdentifier: 'old', MasterUserPassword, ApplyImmediately: true })
    const read = async () => (await askPostgres(app, hosts.old, 'SELECT 1', { secret: MasterUserPassword })).Status!
    expect(await slowly(read, status => status === 'Success', 60)).toBe('Success')
  })
})
