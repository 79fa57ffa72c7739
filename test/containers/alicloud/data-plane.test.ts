import { beforeAll, describe, expect, it } from 'vitest'
import { bootDatabase, type DatabaseContent, setContent } from '../../../src/emulator/containers/alicloud/postgresql.ts'
import { type GroupRule, setFirewall } from '../../../src/emulator/containers/firewall.ts'
import { boot, type Machine, run, setNames } from '../../../src/emulator/containers/machine.ts'
import { ensureNetwork } from '../../../src/emulator/containers/network.ts'
import { query } from '../../../src/emulator/containers/postgresql.ts'
import { scramVerifier } from '../../../src/emulator/containers/scram.ts'
import { useGround } from '../shared/support.ts'

const ground = useGround()
const host = 'pgm-test.pg.rds.example'
const password = `Pass'w0rd"$(id)\``
const content: DatabaseContent = {
  accounts: [
    { name: 'root', privileged: true, verifier: scramVerifier('Root#12345') },
    { name: 'djangouser', privileged: false, verifier: scramVerifier(password) },
  ],
  databases: [{ name: 'db_example', owner: 'djangouser' }],
  allow: ['172.16.1.0/24', '127.0.0.1'],
}
let inside: Machine
let outside: Machine
let database: Machine

beforeAll(async () => {
  const { runtime, sandbox, image, network } = ground
  const machine = (id: string, address: string) => boot(runtime, { sandbox, image, network, id, address, hostName: id })
  ;[database, inside, outside] = await Promise.all([
    bootDatabase(runtime, { sandbox, image, network, id: 'pgm-test', address: '172.16.2.20', port: 5432 }),
    machine('i-inside', '172.16.1.11'),
    machine('i-outside', '172.16.2.11'),
  ])
  await setContent(runtime, database, 5432, content)
  await Promise.all([inside, outside].map(one => setNames(runtime, one, { [host]: '172.16.2.20' })))
})

async function sh(machine: Machine, script: string) {
  const id = `c${Math.random().toString(36).slice(2)}`
  return (await run(ground.runtime, machine, { id, script, timeout: 30 })).output
}

async function sql(machine: Machine, user: string, secret: string, statement: string, base = 'db_example') {
  const quoted = `'${secret.replaceAll("'", `'\\''`)}'`
  return await sh(
    machine,
    `PGPASSWORD=${quoted} PGCONNECT_TIMEOUT=5 psql -X -A -t -h ${host} -U ${user} -d ${base} -c "${statement}" 2>&1`,
  )
}

describe('a database in a container', () => {
  it('lets the owner of a database make and read tables, over its endpoint name', async () => {
    expect(
      await sql(inside, 'djangouser', password, 'create table t (n int); insert into t values (42); select n from t'),
    ).toContain('42')
  })

  it('refuses a wrong password', async () => {
    expect(await sql(inside, 'djangouser', 'wrong', 'select 1')).toContain('password authentication failed')
  })

  it('refuses an address outside the whitelist, whatever the password', async () => {
    expect(await sql(outside, 'djangouser', password, 'select 1')).toMatch(
      /no pg_hba.conf entry for host "172.16.2.11"/,
    )
  })

  it('lets nobody in with 127.0.0.1 alone, and opens again', async () => {
    await setContent(ground.runtime, database, 5432, { ...content, allow: ['127.0.0.1'] })
    expect(await sql(inside, 'djangouser', password, 'select 1')).toContain('no pg_hba.conf entry')
    await setContent(ground.runtime, database, 5432, content)
    expect(await sql(inside, 'djangouser', password, 'select 1')).toBe('1\n')
  })

  it('gives the privileged account every database and the ordinary one only its own rights', async () => {
    expect(await sql(inside, 'root', 'Root#12345', 'select n from t')).toBe('42\n')
    expect(await sql(inside, 'root', 'Root#12345', 'create database scratch', 'postgres')).toContain('CREATE DATABASE')
    expect(await sql(inside, 'djangouser', password, 'create database mine', 'postgres')).toContain('permission denied')
    expect(await sql(inside, 'djangouser', password, "copy (select 1) to program 'id'")).toMatch(
      /permission denied|must be superuser/,
    )
  })

  it('holds the password only as a verifier', () => {
    expect(content.accounts[1]!.verifier).toMatch(/^SCRAM-SHA-256\$4096:/)
    expect(JSON.stringify(content)).not.toContain('Pass')
  })

  it('takes an account away and keeps its tables, and takes a database away with its data', async () => {
    const [root] = content.accounts
    await setContent(ground.runtime, database, 5432, {
      ...content,
      accounts: [root!],
      databases: [{ name: 'db_example' }],
    })
    expect(await sql(inside, 'djangouser', password, 'select 1')).toContain('authentication failed')
    expect(await sql(inside, 'root', 'Root#12345', 'select n from t')).toBe('42\n')
    await setContent(ground.runtime, database, 5432, { ...content, databases: [] })
    const left = await query(
      ground.runtime,
      database,
      { port: 5432 },
      'list',
      'select datname from pg_database order by 1;',
    )
    expect(left).toEqual(['postgres', 'template0', 'template1'])
  })
})

describe('a security group', () => {
  const open = (ports: string, from: string | string[], rest: Partial<GroupRule> = {}): GroupRule => ({
    protocol: 'TCP',
    ports,
    from,
    accept: true,
    priority: 1,
    ...rest,
  })
  const rules = async (list: GroupRule[], rest: { peers?: string[]; internet?: boolean } = {}) =>
    await setFirewall(ground.runtime, inside, {
      network: ground.network,
      rules: list,
      peers: [],
      internet: true,
      ...rest,
    })
  const reach = async (port: number) =>
    (
      await sh(
        outside,
        `curl -s -o /dev/null --max-time 2 http://172.16.1.11:${port}/ && echo reached || echo "not: $?"`,
      )
    ).trim()

  beforeAll(async () => {
    await sh(
      inside,
      'systemd-run --quiet python3 -m http.server 80; systemd-run --quiet python3 -m http.server 8080; sleep 1',
    )
  })

  it('lets in what a rule names and drops the rest', async () => {
    await rules([open('80/80', '0.0.0.0/0')])
    expect(await reach(80)).toBe('reached')
    expect(await reach(8080)).toBe('not: 28')
  })

  it('looks at where a packet comes from, by its address of the VPC', async () => {
    await rules([open('80/80', '172.16.1.0/24')])
    expect(await reach(80)).toBe('not: 28')
    await rules([open('80/80', '172.16.2.11')])
    expect(await reach(80)).toBe('reached')
    await rules([open('80/80', ['172.16.9.9', '172.16.2.11'])])
    expect(await reach(80)).toBe('reached')
  })

  it('lets the lower priority number win, and of two equal ones the refusal', async () => {
    await rules([
      open('1/65535', '0.0.0.0/0', { priority: 50 }),
      open('80/80', '172.16.2.0/24', { accept: false, priority: 10 }),
    ])
    expect([await reach(80), await reach(8080)]).toEqual(['not: 28', 'reached'])
    await rules([open('80/80', '0.0.0.0/0'), open('80/80', '0.0.0.0/0', { accept: false })])
    expect(await reach(80)).toBe('not: 28')
  })

  it('lets the machines of one group do anything among themselves', async () => {
    await rules([], { peers: ['172.16.2.11'] })
    expect(await reach(8080)).toBe('reached')
  })

  it("lets the load balancer's own addresses in only by a rule that covers them", async () => {
    const fromHere = async () =>
      (await fetch(`http://${inside.realAddress}/`, { signal: AbortSignal.timeout(1500) }).catch(() => undefined))
        ?.status
    await rules([open('80/80', '172.16.0.0/12')])
    expect(await fromHere()).toBe(undefined)
    await rules([open('80/80', '100.64.0.0/10')])
    expect(await fromHere()).toBe(200)
  })

  it('keeps a machine without a public address inside its VPC', async () => {
    // What lies outside is stood for by another bridge of ours, where nothing listens.
    const { runtime, sandbox } = ground
    const beyond = await ensureNetwork(runtime, { sandbox, vpcId: 'vpc-beyond', cidr: '172.16.0.0/12' })
    const neighbour = await boot(runtime, {
      ...{ sandbox, image: ground.image, network: beyond, id: 'i-beyond', hostName: 'beyond' },
      address: '172.16.3.3',
    })
    const script = `#!/bin/bash\n(echo >/dev/tcp/${neighbour.realAddress}/1) 2>&1; PGCONNECT_TIMEOUT=5 psql -w -h 172.16.2.20 -U x -d x 2>&1`
    await rules([], { internet: true })
    expect(await sh(inside, script)).toMatch(/Connection refused[\s\S]*no password supplied/)
    await rules([], { internet: false })
    expect(await sh(inside, script)).toMatch(
      /(No route to host|Permission denied|unreachable|prohibited)[\s\S]*no password supplied/i,
    )
    expect(await sh(inside, script)).not.toContain('refused')
  })
})
