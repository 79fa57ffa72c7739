import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureImage } from '../../src/sandbox/containers/image.ts'
import { listKept, purge } from '../../src/sandbox/containers/purge.ts'
import { findRuntime, type Runtime } from '../../src/sandbox/containers/runtime.ts'
import { type Body, call, type Product } from '../sandbox/support.ts'
import { bareEnv, emptyFolder, eventsOf, run } from '../support/bin.ts'
import { type RealServer, serveReal } from './serve.ts'

/** The tutorial's stack with two machines, built by the command in a sandbox whose machines run. */
const sandbox = `real${randomBytes(4).toString('hex')}`
let runtime: Runtime
let server: RealServer
let folder: string
let url: string

const serve = () => serveReal({ sandbox, speed: 50, file: join(folder, 'world.jsonl') })
const command = (...args: string[]) =>
  run([...args, '--json', '--yes'], { cwd: folder, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url }) })
const ask = async (name: `${Product}.${string}`, params: object = {}): Promise<Body> =>
  await call(server.url, name, { RegionId: 'ap-northeast-1', ...params })

beforeAll(async () => {
  runtime = await findRuntime()
  await ensureImage(runtime)
  folder = await emptyFolder()
  server = await serve()
  const ended = await command('up', '--sandbox', '--set', 'machine.count=2')
  const done = eventsOf(ended).at(-1) as { is: string; outputs?: { url: string } }
  expect(done, ended.stderr).toMatchObject({ is: 'done' })
  url = done.outputs!.url
}, 20 * 60_000)

afterAll(async () => {
  await server?.close()
  if (runtime) await purge(runtime, sandbox)
})

async function until(what: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${seconds} seconds: ${what}`)
    await wait(200)
  }
}

const things = (type: string) => server.world.all().filter(thing => thing.type === type)
const only = (type: string) => things(type)[0]!
const status = async (path = 'health/') => (await fetch(url + path)).status
const health = async (): Promise<string[]> => {
  const { BackendServers } = await ask('slb.DescribeHealthStatus', { LoadBalancerId: only('load-balancer').id })
  return BackendServers.BackendServer.map((row: Body) => row.ServerHealthStatus).sort()
}
const allNormal = async () => (await health()).join() === 'normal,normal'

async function onMachine(instance: string, script: string, rest: object = {}) {
  const { InvokeId } = await ask('ecs.RunCommand', {
    ...{ Type: 'RunShellScript', CommandContent: script, 'InstanceId.1': instance, Timeout: '60', ...rest },
  })
  const read = async () => {
    const { Invocation } = await ask('ecs.DescribeInvocationResults', { InvokeId, ContentEncoding: 'PlainText' })
    return Invocation.InvocationResults.InvocationResult[0]
  }
  await until(async () => !['Pending', 'Running'].includes((await read()).InvocationStatus), 60)
  return await read()
}

describe('the tutorial in a sandbox whose machines run', () => {
  it('stores a row through the load balancer and reads it again, and both machines serve', async () => {
    const added = await fetch(`${url}demo/add`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'First', email: 'first@example.org' }),
    })
    expect(added.status).toBe(200)
    for (let index = 0; index < 4; index++) {
      expect(await (await fetch(`${url}demo/all`)).json()).toMatchObject([
        { name: 'First', email: 'first@example.org' },
      ])
    }
    for (const { id } of things('instance')) {
      const { Output } = await onMachine(id, 'grep -c "GET /demo/all" /var/log/nginx/access.log')
      expect(Number(Output)).toBe(2)
    }
  })

  it('answers every request while the application of one machine is stopped, and the cloud says so', async () => {
    const [first] = things('instance')
    await onMachine(first!.id, 'systemctl stop stackwright-django')
    const statuses = await Promise.all(Array.from({ length: 30 }, () => status()))
    expect(statuses.every(one => one === 200)).toBe(true)
    await until(async () => (await health()).join() === 'abnormal,normal')
    await onMachine(first!.id, 'systemctl start stackwright-django')
    await until(allNormal)
  })

  it('refuses the machines at the database when the whitelist does not name them', async () => {
    const { id } = only('db-instance')
    const groups = await ask('rds.DescribeDBInstanceIPArrayList', { DBInstanceId: id })
    const own = groups.Items.DBInstanceIPArray.find((group: Body) => group.DBInstanceIPArrayName !== 'default')
    const set = async (SecurityIps: string) => {
      const DBInstanceIPArrayName = own.DBInstanceIPArrayName
      await ask('rds.ModifySecurityIps', { DBInstanceId: id, SecurityIps, DBInstanceIPArrayName })
      await server.reality.idle()
    }
    await set('127.0.0.1')
    const machine = things('instance')[0]!.id
    const script =
      '. /etc/stackwright/django.env; PGPASSWORD=$DB_PASSWORD psql -h "$DB_HOST" -U "$DB_USER" -c "select 1" "$DB_NAME" 2>&1'
    expect((await onMachine(machine, script)).Output).toContain('no pg_hba.conf entry for host')
    // Who is in already stays in, as in any PostgreSQL; new connections are refused.
    for (const one of things('instance')) await onMachine(one.id, 'systemctl restart stackwright-django')
    await until(async () => (await status()) === 503)
    await set(own.SecurityIPList)
    await until(allNormal)
    expect(await status()).toBe(200)
  })

  it("takes machines out when the security group closes the load balancer's way to them", async () => {
    const { id } = only('security-group')
    const { Permissions } = await ask('ecs.DescribeSecurityGroupAttribute', { SecurityGroupId: id })
    const rules = Permissions.Permission.filter((one: Body) => one.PortRange === '80/80')
    expect(rules.length).toBeGreaterThan(0)
    for (const one of rules) {
      await ask('ecs.RevokeSecurityGroup', { SecurityGroupId: id, 'SecurityGroupRuleId.1': one.SecurityGroupRuleId })
    }
    await until(async () => (await health()).join() === 'abnormal,abnormal', 60)
    for (const { IpProtocol, PortRange, SourceCidrIp } of rules) {
      await ask('ecs.AuthorizeSecurityGroup', { SecurityGroupId: id, IpProtocol, PortRange, SourceCidrIp })
    }
    await until(allNormal)
  })

  it("tells a failed command's exit code and output, and a time-out", async () => {
    const { id } = things('instance')[0]!
    expect(await onMachine(id, 'echo out; echo err >&2; exit 3')).toMatchObject({
      ...{ InvocationStatus: 'Failed', ExitCode: 3, Output: 'out\nerr\n' },
    })
    expect(await onMachine(id, 'echo begun; sleep 60', { Timeout: '10' })).toMatchObject({
      InvocationStatus: 'Timeout',
    })
  })

  it('stops a machine and starts it again with its address, its disk and its services', async () => {
    const { id } = things('instance')[1]!
    const state = async () => {
      const { Instances } = await ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([id]) })
      return Instances.Instance[0].Status
    }
    await ask('ecs.StopInstance', { InstanceId: id })
    await until(async () => (await state()) === 'Stopped')
    await until(async () => (await health()).join() === 'abnormal,normal')
    expect(await status()).toBe(200)
    await ask('ecs.StartInstance', { InstanceId: id })
    await until(async () => (await state()) === 'Running')
    await until(allNormal)
  })

  it('shows a machine as stopped that was switched off from inside', async () => {
    const { id, data } = things('instance')[1]!
    const off = { Type: 'RunShellScript', CommandContent: 'systemctl poweroff', 'InstanceId.1': id, Timeout: '30' }
    await ask('ecs.RunCommand', off)
    await until(async () => data.toward === 'Stopped')
    await ask('ecs.StartInstance', { InstanceId: id })
    await until(allNormal)
  })

  it('finds everything again when the server was restarted, at the same local address', async () => {
    const before = await listKept(runtime, sandbox)
    await server.close()
    server = await serve()
    await until(async () => (await fetch(`${url}demo/all`).catch(() => undefined))?.status === 200)
    expect(await (await fetch(`${url}demo/all`)).json()).toHaveLength(1)
    expect(await listKept(runtime, sandbox)).toEqual(before)
  })

  it('leaves no container and no network after teardown', async () => {
    const ended = await command('teardown')
    expect(eventsOf(ended).at(-1), ended.stderr).toMatchObject({ is: 'done' })
    await until(async () => (await listKept(runtime, sandbox)).length === 0)
    expect(server.reality.troubles()).toEqual([])
  })
})
