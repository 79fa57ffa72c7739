import { RDS } from '@aws-sdk/client-rds'
import { beforeAll, describe, expect, it } from 'vitest'
import { config } from '../../emulator/aws/support.ts'
import { group, machine, slowly, ssmRun, useAws } from './support.ts'

const ground = useAws(200)
let app: { id: string }
let stranger: { id: string }
let hosts: { writer: string; reader: string; alone: string }
const password = "Se!cret'$(id)`9"

beforeAll(async () => {
  const rds = new RDS({ ...config(ground.url), maxAttempts: 5 })
  const apps = await group(ground, 'app', [])
  const database = await group(ground, 'db', [{ port: 3306, from: apps }])
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
  ;[app, stranger] = await Promise.all([machine(ground, [apps]), machine(ground, [])])
  const list = async () => (await rds.describeDBInstances({})).DBInstances!
  const all = await slowly(list, rows => rows.length === 3 && rows.every(one => one.DBInstanceStatus === 'available'))
  const cluster = (await rds.describeDBClusters({ DBClusterIdentifier: 'pair' })).DBClusters![0]!
  const alone = all.find(one => one.DBInstanceIdentifier === 'alone')!.Endpoint!.Address!
  hosts = { writer: cluster.Endpoint!, reader: cluster.ReaderEndpoint!, alone }
}, 240_000)

/** Runs SQL on a machine as its administrator would, by the endpoint's name. */
async function ask(from: { id: string }, host: string, sql: string, timeout = 5) {
  const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const client = `mariadb --no-defaults -BN --connect-timeout=${timeout} --host=${host} --user=admin`
  return await ssmRun(ground, from.id, `MYSQL_PWD=${word(password)} ${client} -e ${word(sql)} 2>&1`)
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
