import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersFrom, valuesOf } from '../../../src/answers/answers.ts'
import type { Json } from '../../../src/base/json.ts'
import { serve } from '../../../src/commands/emulator.ts'
import type { Selection } from '../../../src/providers/alicloud/catalog.ts'
import { alicloud } from '../../../src/providers/alicloud/index.ts'
import type { AlicloudLookups } from '../../../src/providers/alicloud/lookups.ts'
import { PRIVATE_KEY, publicKeyProblem } from '../../../src/providers/alicloud/ssh-keys.ts'
import type { Connected } from '../../../src/providers/provider.ts'
import { preflightOf, questionsOf } from '../../support/blueprints.ts'

const REGIONS = ['ap-northeast-1', 'ap-northeast-2', 'cn-hangzhou', 'ap-southeast-1', 'eu-central-1', 'us-west-1']
const questions = await questionsOf('django')

let server: Awaited<ReturnType<typeof serve>>
const kept = new Map<string, string>()
const open: Connected[] = []

beforeAll(async () => {
  server = await serve({ speed: 1000 })
})
afterAll(async () => {
  for (const connected of open) connected.close()
  await server.close()
})

async function connect(region = 'ap-northeast-1') {
  const connected = await alicloud.connect({
    region,
    env: {},
    sandbox: { url: server.url, speed: 1000 },
    emit: () => undefined,
    drain: new AbortController().signal,
    reveal: ({ $secret }) => kept.get($secret) ?? '',
    keep: async (name, make) => {
      const value = kept.get(name) ?? make()
      kept.set(name, value)
      return value
    },
    texts: new Map(),
  })
  open.push(connected as unknown as Connected)
  return connected
}

/** The defaults, with what `--set` changes, as a run without a terminal has them. */
async function answered(lookups: AlicloudLookups, set: Record<string, string> = {}) {
  return answersFrom({
    questions,
    sources: { flags: new Map(Object.entries({ 'machine.keyFile': 'generate', ...set })) as never, env: {} },
    asking: { stack: 'demo', lookups },
  })
}

const selection: Selection = { machines: 1, billing: 'payg', engine: 'PostgreSQL', dbBilling: 'payg' }

describe('Defaults from the connected cloud', () => {
  test.each(REGIONS)('in %s nothing is missing, nothing is wrong, and the preflight is content', async region => {
    const { lookups } = await connect(region)
    const { answers, missing, problems } = await answered(lookups)
    expect({ missing, problems }).toEqual({ missing: [], problems: [] })
    expect(await preflightOf('django', { lookups }, valuesOf(answers))).toEqual([])
  })

  test('are the tutorial’s stack in Tokyo', async () => {
    const { lookups } = await connect()
    const values = valuesOf((await answered(lookups)).answers)
    expect(values).toMatchObject({
      'vpc.name': 'demo-vpc',
      'vpc.cidr': '172.16.0.0/12',
      'vswitch1.cidr': '172.16.1.0/24',
      'vswitch2.cidr': '172.16.2.0/24',
      'machine.type': 'ecs.e-c1m2.large',
      'machine.image': 'aliyun_3_x64_20G_alibase_20260513.vhd',
      'database.engine': 'PostgreSQL',
      'database.class': 'pg.n2.2c.1m',
      'database.allow': ['172.16.0.0/12'],
      'database.privilegedUser': 'root',
      'database.user': 'djangouser',
      'database.name': 'db_example',
      'listener.port': 80,
      'backend.port': 80,
      'backend.weight': 100,
    })
    expect(values['vswitch1.zone']).not.toBe(values['vswitch2.zone'])
    expect([values['balancer.primaryZone'], values['balancer.backupZone']]).toEqual([
      values['vswitch1.zone'],
      values['vswitch2.zone'],
    ])
  })

  test('zones follow the instance type and the database that are asked for', async () => {
    const { lookups } = await connect()
    const { zones, both } = await lookups.zonesWithBoth({ ...selection, type: 'ecs.c7.large' })
    expect(zones.slice(0, both)).toEqual(['ap-northeast-1a', 'ap-northeast-1c'])
    const small = await lookups.zonesWithBoth({ ...selection, version: '16.0', class: 'pg.n2.1c.1m' })
    expect(small.zones.slice(0, small.both)).toEqual(['ap-northeast-1b', 'ap-northeast-1c'])
  })

  test('an Arm machine gets an Arm image', async () => {
    const { lookups } = await connect()
    expect(await lookups.defaultImage('ecs.c8y.large')).toMatch(/arm64/)
    for (const { value } of await lookups.imageChoices('ecs.c8y.large')) expect(value).toMatch(/arm64/)
  })

  test('instance types are shown with vCPU and GiB, what fits first, and only those in stock', async () => {
    const { lookups } = await connect()
    const choices = await lookups.typeChoices(['ap-northeast-1b'], selection)
    expect(choices[0]?.name).toMatch(/^ecs\.e-c1m2\.large\s+2 vCPU\s+4 GiB$/)
    expect(choices.map(({ value }) => value)).not.toContain('ecs.c7.large')
  })

  test('the cloud is asked once, however often a question is', async () => {
    const { lookups, calls } = await connect()
    await answered(lookups)
    const before = calls()
    await answered(lookups)
    expect(calls()).toEqual(before)
  })

  test('a generated login key is kept, and the same ever after', async () => {
    const { lookups } = await connect()
    const line = await lookups.generatedKey('demo')
    expect(publicKeyProblem(line)).toBeUndefined()
    expect(kept.get(PRIVATE_KEY)).toMatch(/^-----BEGIN EC PRIVATE KEY-----/)
    expect(await (await connect()).lookups.generatedKey('demo')).toBe(line)
  })

  test('what several machines need is in both zones', async () => {
    const { lookups } = await connect()
    const { answers, missing, problems } = await answered(lookups, { 'machine.count': '4', 'database.engine': 'MySQL' })
    expect({ missing, problems }).toEqual({ missing: [], problems: [] })
    expect(await preflightOf('django', { lookups }, valuesOf(answers))).toEqual([])
  })
})

describe('A region that does not exist', () => {
  test('is named before the start, with those that do', async () => {
    const { lookups } = await connect('xx-nowhere-1')
    const refusal = answered(lookups)
    await expect(refusal).rejects.toMatchObject({
      exit: 4,
      what: expect.stringContaining('no region xx-nowhere-1'),
      next: expect.stringMatching(/--region: .*ap-northeast-1/),
    })
  })
})

describe('The preflight', () => {
  async function problems(changes: Record<string, Json>): Promise<string[]> {
    const { lookups } = await connect()
    return preflightOf('django', { lookups }, { ...valuesOf((await answered(lookups)).answers), ...changes })
  }

  test('names a type out of stock with the zones that have it and the types that can be had', async () => {
    const [said, ...more] = await problems({
      'vswitch1.zone': 'ap-northeast-1b',
      'vswitch2.zone': 'ap-northeast-1a',
      'machine.type': 'ecs.c7.large',
      'machine.diskCategory': 'cloud_essd',
      'balancer.primaryZone': 'ap-northeast-1a',
      'balancer.backupZone': 'ap-northeast-1b',
    })
    expect(more).toEqual([])
    expect(said).toMatch(
      /^machine\.type: ecs\.c7\.large is out of stock in ap-northeast-1b\. ap-northeast-1a or ap-northeast-1c have it \(vswitch1\.zone\)/,
    )
    expect(said).toContain('ecs.e-c1m2.large')
  })

  test('reports everything at once', async () => {
    const said = await problems({
      'machine.type': 'ecs.c8y.large',
      'vswitch1.zone': 'ap-northeast-1b',
      'vswitch2.zone': 'ap-northeast-1z',
      'machine.diskCategory': 'cloud_ssd',
      'machine.diskSize': 10,
      'database.version': '17.0',
      'database.class': 'pg.n9.64c.1m',
      'balancer.primaryZone': 'ap-northeast-1z',
    })
    const keys = said.map(line => line.split(':')[0]).sort()
    expect(keys).toEqual([
      'balancer.primaryZone',
      'database.class',
      'machine.diskCategory',
      'machine.diskSize',
      'machine.image',
      'vswitch2.zone',
    ])
  })

  test.each<[string, Record<string, Json>, RegExp]>([
    ['a version that is not available', { 'database.version': '9.4' }, /^database\.version: .*9\.4.* Choose 17\.0/],
    [
      'a storage type that is not available',
      { 'database.storageType': 'local_ssd' },
      /^database\.category: .*local_ssd/,
    ],
    ['too much storage', { 'database.storage': 60_000 }, /^database\.storage: .*20 to 2000 GB/],
    ['an image that is not there', { 'machine.image': 'm-nothing' }, /^machine\.image: there is no image m-nothing/],
    [
      'an unknown type',
      { 'machine.type': 'ecs.zz9.large' },
      /^machine\.type: there is no instance type ecs\.zz9\.large/,
    ],
  ])('tells %s with what would work', async (_, changes, said) => {
    const lines = await problems(changes)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(said)
  })

  test.each<[Record<string, string>, string]>([
    [{ 'vswitch1.zone': 'ap-northeast-1b', 'machine.type': 'ecs.c7.large' }, 'machine.type'],
    [{ 'machine.type': 'ecs.zz9.large' }, 'machine.type'],
    [{ 'machine.image': 'm-nothing' }, 'machine.image'],
    [{ 'database.version': '9.4' }, 'database.version'],
    [{ 'database.class': 'pg.n9.64c.1m' }, 'database.class'],
    [{ 'vswitch1.zone': 'ap-northeast-1c', 'database.version': '17.0' }, 'database.version'],
    [{ 'database.storageType': 'cloud_ssd' }, 'database.category'],
  ])('is where %j ends: one sentence at %s, and no default is missing because of it', async (set, key) => {
    const { lookups } = await connect()
    const { answers, missing, problems } = await answered(lookups, set)
    expect({ missing, problems }).toEqual({ missing: [], problems: [] })
    expect(await preflightOf('django', { lookups }, valuesOf(answers))).toEqual([
      expect.stringMatching(new RegExp(`^${key}: `)),
    ])
  })

  test('refuses the name of a key pair that somebody else made', async () => {
    const { cloud, lookups } = await connect()
    await cloud.call('ecs', 'ImportKeyPair', {
      KeyPairName: 'theirs',
      PublicKeyBody: await lookups.generatedKey('demo'),
    })
    const values = { ...valuesOf((await answered(lookups)).answers), 'machine.keyName': 'theirs' }
    expect(await preflightOf('django', { lookups }, values)).toEqual([
      expect.stringMatching(/^machine\.keyName: .*theirs.*did not make/),
    ])
  })

  test('says nothing of what is there already', async () => {
    const { lookups } = await connect()
    const values = {
      ...valuesOf((await answered(lookups)).answers),
      'machine.count': 2,
      'machine.type': 'ecs.c7.large',
    }
    const all = new Set(['subnets/vswitch-1', 'machines/instance', 'machines/instance-2', 'machines/key-pair'])
    const type = expect.stringMatching(/^machine\.type: .*ap-northeast-1b/)
    const disk = expect.stringMatching(/^machine\.diskCategory: /)
    expect(await preflightOf('django', { lookups }, values, all)).toEqual([type, disk])
    expect(await preflightOf('django', { lookups }, values, new Set(['machines/instance']))).toEqual([disk])
    expect(await preflightOf('django', { lookups }, values, new Set())).toEqual([])
  })

  test('makes nothing', async () => {
    const { lookups, calls } = await connect()
    await preflightOf('django', { lookups }, valuesOf((await answered(lookups)).answers))
    expect(Object.keys(calls()).filter(name => !/\.(Describe|List|Get)/.test(name))).toEqual([])
  })
})
