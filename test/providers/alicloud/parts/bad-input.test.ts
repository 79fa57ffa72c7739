import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../../../../src/commands/emulator.ts'
import { bareEnv, run } from '../../../support/bin.ts'
import { questionsOf } from '../../../support/blueprints.ts'
import { emptyFolder } from '../../../support/folder.ts'

// Black-box: the built command, `up --yes`, with answers that cannot work. Each ends with one clear list, in exit 2 (said
// without a cloud) or 4 (said by the cloud), and nothing is created, here or there.

let server: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  server = await serve({ speed: 1000 })
})
afterAll(() => server.close())

async function upWith(set: string[]) {
  const cwd = await emptyFolder()
  const flags = set.flatMap(one => ['--set', one])
  const env = bareEnv({ STACKWRIGHT_SANDBOX_URL: server.url })
  const ended = await run(['up', '--yes', '--sandbox', '--stack', 'bad', ...flags], { cwd, env })
  return { ...ended, left: readdirSync(cwd) }
}

async function changingCalls(): Promise<string[]> {
  const calls = (await (await fetch(`${server.url}/-/calls`)).json()) as Record<string, number>
  return Object.keys(calls).filter(name => !/\.(Describe|List|Get)/.test(name))
}

test.each<[what: string, set: string[], exit: number, said: RegExp]>([
  ['a VSwitch outside the VPC', ['vswitch1.cidr=10.0.0.0/24'], 2, /vswitch1\.cidr.*outside the VPC/],
  ['VSwitches that overlap', ['vswitch2.cidr=172.16.1.0/25'], 2, /vswitch2\.cidr.*overlaps 172\.16\.1\.0\/24/],
  [
    'one zone twice',
    ['vswitch1.zone=ap-northeast-1a', 'vswitch2.zone=ap-northeast-1a'],
    2,
    /vswitch2\.zone.*two different zones/,
  ],
  [
    'a type out of stock in its zone',
    ['vswitch1.zone=ap-northeast-1b', 'machine.type=ecs.c7.large'],
    4,
    /out of stock in ap-northeast-1b/,
  ],
  [
    'a database class not available in its zone',
    ['vswitch1.zone=ap-northeast-1a', 'database.class=pg.n2.1c.1m'],
    4,
    /database\.class.*not available in ap-northeast-1a/,
  ],
  ['a weak login password', ['machine.login=password', 'machine.password=password'], 2, /machine\.password.*three of/],
  ['a weak database password', ['database.password=12345678'], 2, /database\.password.*three of/],
  ['a reserved account name', ['database.user=postgres'], 2, /database\.user.*reserved/],
  ['root on MySQL', ['database.engine=MySQL', 'database.privilegedUser=root'], 2, /privilegedUser.*reserved/],
  ['a name that is too long', [`machine.name=${'w'.repeat(200)}`], 2, /machine\.name.*2 to 128/],
  ['an unknown answer', ['machine.tpye=ecs.g6.large'], 2, /machine\.type/],
  ['an operating system that cannot run it', ['machine.image=win2022_x64.vhd'], 2, /Windows cannot run/],
])('%s', async (_, set, exit, said) => {
  const { code, stderr, left } = await upWith(set)
  expect(stderr.replace(/\s+/g, ' ')).toMatch(said)
  expect(code).toBe(exit)
  expect(left).toEqual([])
  expect(await changingCalls()).toEqual([])
})

test('metacharacters of shells, nginx and SQL in every free text are all told at once, and nothing runs', async () => {
  const questions = await questionsOf('django')
  // The file counts only where the key itself is not given; it is not opened then.
  const keys = questions.filter(({ type, key }) => type === 'text' && key !== 'machine.keyFile').map(({ key }) => key)
  const set = keys.map(
    (key, i) => `${key}=${['"; touch /tmp/owned #', '$(touch /tmp/owned)', "x'; DROP TABLE a; --", '`id`; }'][i % 4]}`,
  )
  const { code, stderr, left } = await upWith(['app.source=git', ...set])
  const said = stderr.replace(/\s+/g, ' ')
  expect(code).toBe(2)
  expect(keys.filter(key => !said.includes(`${key} = `))).toEqual([])
  expect(left).toEqual([])
  expect(await changingCalls()).toEqual([])
})
