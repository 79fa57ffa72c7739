import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Body } from '../../emulator/support.ts'
import { eventsOf } from '../../support/bin.ts'
import { type RealStack, realStack, until } from '../alicloud/stack.ts'

/** The tutorial's stack with two machines, through the built command alone. */
let stack: RealStack
let url: string
let machines: string[]
let database: string

beforeAll(async () => {
  stack = await realStack()
  const done = await stack.up('--set', 'machine.count=2')
  expect(done, JSON.stringify(done)).toMatchObject({ is: 'done' })
  url = done.outputs.url
  machines = [(await stack.entry('machines/instance')).id, (await stack.entry('machines/instance-2')).id]
  database = (await stack.entry('database/instance')).id
}, 20 * 60_000)

afterAll(async () => await stack?.close())

const allNormal = async () => (await stack.health()).join() === 'normal,normal'
const people = async () => await (await fetch(`${url}demo/all`)).json()

async function onMachine(instance: string, script: string, rest: object = {}): Promise<Body> {
  const { InvokeId } = await stack.ask('ecs.RunCommand', {
    ...{ Type: 'RunShellScript', CommandContent: script, 'InstanceId.1': instance, Timeout: '60', ...rest },
  })
  const read = async () => {
    const { Invocation } = await stack.ask('ecs.DescribeInvocationResults', { InvokeId, ContentEncoding: 'PlainText' })
    return Invocation.InvocationResults.InvocationResult[0]
  }
  await until(async () => !['Pending', 'Running'].includes((await read()).InvocationStatus), 60)
  return await read()
}

describe('the tutorial in a sandbox whose machines run', () => {
  it("stores the tutorial's row through the printed address, and it is in the database", async () => {
    const added = await fetch(`${url}demo/add`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'First', email: 'first@example.com' }),
    })
    expect([added.status, await added.text()]).toEqual([200, 'Saved\n'])
    for (let index = 0; index < 4; index++) {
      expect(await people()).toMatchObject([{ name: 'First', email: 'first@example.com' }])
    }
    const sql = 'select name, email from demo_person'
    const asked = `runuser -u postgres -- psql -h /run/postgresql -d db_example -At -c "${sql}"`
    expect(await stack.inside(database, asked)).toBe('First|first@example.com\n')
  })

  it('lets both machines serve', async () => {
    for (const id of machines) {
      const count = Number(await stack.inside(id, 'grep -c "GET /demo/all" /var/log/nginx/access.log'))
      expect(count).toBeGreaterThanOrEqual(1)
    }
  })

  it('has built nothing twice, and the very script of the setup, run once more, changes nothing on the machine', async () => {
    const id = machines[0]!
    const folders = '/etc/nginx /etc/stackwright /etc/systemd/system /opt/stackwright'
    const look = `find ${folders} -type f -not -name "*.pyc" -printf "%p %T@ %m %U\\n" | sort; systemctl show -p MainPID,ExecMainStartTimestampMonotonic stackwright-django nginx`
    const before = await stack.inside(id, look)
    const ended = await stack.command('up', '--sandbox', '--yes')
    const { calls } = eventsOf(ended).at(-1) as Body
    expect(Object.keys(calls).filter(name => !/\.(Describe|List|Get)/.test(name))).toEqual([])
    const { Invocations } = await stack.ask('ecs.DescribeInvocations', { InstanceId: id, PageSize: '50' })
    const sent: Body = Invocations.Invocation.find((one: Body) => one.CommandName === 'stackwright-setup')
    const script = Buffer.from(sent.CommandContent, 'base64').toString('utf8')
    const again = await onMachine(id, script, { Timeout: '300' })
    expect(again, again.Output).toMatchObject({ InvocationStatus: 'Success', ExitCode: 0 })
    expect(again.Output).toContain('stackwright: ready.')
    expect(await stack.inside(id, look)).toBe(before)
  })

  it('has an nginx configuration and units that their own programs accept', async () => {
    await stack.inside(
      machines[0]!,
      'nginx -t && systemd-analyze verify /etc/systemd/system/stackwright-django.service',
    )
  })

  it("tells a failed command's exit code and output, and a time-out", async () => {
    const [id] = machines
    expect(await onMachine(id!, 'echo out; echo err >&2; exit 3')).toMatchObject({
      ...{ InvocationStatus: 'Failed', ExitCode: 3, Output: 'out\nerr\n' },
    })
    expect(await onMachine(id!, 'echo begun; sleep 60', { Timeout: '10' })).toMatchObject({
      InvocationStatus: 'Timeout',
    })
  })

  it('shows a machine as stopped that was switched off from inside, and starts it with its address and its services', async () => {
    const id = machines[1]!
    const state = async () => {
      const { Instances } = await stack.ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([id]) })
      return Instances.Instance[0].Status
    }
    const off = { Type: 'RunShellScript', CommandContent: 'systemctl poweroff', 'InstanceId.1': id, Timeout: '30' }
    await stack.ask('ecs.RunCommand', off)
    await until(async () => (await state()) === 'Stopped')
    await until(async () => (await stack.health()).join() === 'abnormal,normal')
    expect(await people()).toHaveLength(1)
    await stack.ask('ecs.StartInstance', { InstanceId: id })
    await until(allNormal)
  })

  it('finds everything again when the sandbox was stopped and started, at the same local address', async () => {
    const before = await stack.kept()
    await stack.command('sandbox', 'stop')
    expect(await stack.kept()).toEqual(before)
    // No word about machines: the folder knows what they are.
    await stack.command('sandbox', 'start')
    expect(await stack.status()).toMatchObject({ machines: 'container' })
    await until(async () => (await fetch(`${url}demo/all`).catch(() => undefined))?.status === 200)
    expect(await people()).toHaveLength(1)
    expect(await stack.kept()).toEqual(before)
    await until(allNormal)
    expect(await stack.up()).toMatchObject({ is: 'done' })
  })

  it('refuses to go on with simulated machines', async () => {
    await stack.command('sandbox', 'stop')
    const ended = await stack.command('sandbox', 'start', '--machines', 'none')
    expect(ended.code).toBe(2)
    expect(ended.stderr + ended.stdout).toContain('sandbox purge')
    await stack.command('sandbox', 'start')
    await until(allNormal)
  })

  it('leaves no container, network or open port after teardown', async () => {
    const ended = await stack.command('teardown', '--yes')
    expect(eventsOf(ended).at(-1), ended.stderr).toMatchObject({ is: 'done' })
    await until(async () => (await stack.kept()).length === 0)
    await wait(100)
    await expect(fetch(`${url}health/`)).rejects.toThrow()
    expect(await stack.status()).toMatchObject({ troubles: [], defects: [] })
  })
})
