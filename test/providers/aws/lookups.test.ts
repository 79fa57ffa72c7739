import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersFrom, valuesOf } from '../../../src/answers/answers.ts'
import type { Values } from '../../../src/answers/question.ts'
import type { Json } from '../../../src/base/json.ts'
import { serve } from '../../../src/commands/emulator.ts'
import { aws } from '../../../src/providers/aws/index.ts'
import { makePrivateKey, PRIVATE_KEY, publicKeyOf, publicKeyProblem } from '../../../src/providers/aws/ssh-keys.ts'
import type { Connected } from '../../../src/providers/provider.ts'
import { preflightOf, questionsOf } from '../../support/blueprints.ts'

// Needs: ssh-keygen

const REGIONS = ['ap-northeast-1', 'ap-northeast-2', 'eu-central-1', 'us-east-1', 'us-west-1']

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
  const connected = await aws.connect({
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
async function answered(blueprintId: string, connected: Connected<never, never>, set: Record<string, string> = {}) {
  const questions = await questionsOf(blueprintId)
  const key = questions.some(one => one.key === 'machine.keyFile') ? { 'machine.keyFile': 'generate' } : {}
  const flags = new Map(Object.entries({ ...key, ...set })) as never
  return answersFrom({
    questions,
    sources: { flags, env: {} },
    asking: { stack: 'demo', lookups: connected.lookups as never },
  })
}

describe('Defaults from the connected cloud', () => {
  test.each(REGIONS.flatMap(region => ['rails', 'three-tier'].map(id => [id, region] as const)))(
    '%s in %s: nothing is missing, nothing is wrong, and the preflight is content',
    async (id, region) => {
      const connected = await connect(region)
      const { answers, missing, problems } = await answered(id, connected as never)
      expect({ missing, problems }).toEqual({ missing: [], problems: [] })
      expect(await preflightOf(id, connected, valuesOf(answers))).toEqual([])
    },
  )

  test('are the tutorials’ stacks in Tokyo, with what is out of date replaced', async () => {
    const connected = await connect()
    const rails = valuesOf((await answered('rails', connected as never)).answers)
    expect(rails).toMatchObject({
      'vpc.cidr': '10.0.0.0/16',
      'public1.cidr': '10.0.1.0/24',
      'private2.cidr': '10.0.4.0/24',
      'machine.type': 't4g.small',
      'database.class': 'db.t4g.micro',
      'bucket.name': 'demo-images-500000000001-ap-northeast-1',
      'machine.roleName': 'demo-ap-northeast-1',
    })
    expect(rails['database.version']).toMatch(/^8\.4\./)
    const tiers = valuesOf((await answered('three-tier', connected as never)).answers)
    expect(tiers).toMatchObject({
      'web.type': 't4g.micro',
      'tier.port': 9090,
      'aurora.name': 'testdb',
      'aurora.table': 'testtable',
      'aurora.user': 'testuser',
      'database2.cidr': '10.0.8.0/24',
    })
  })

  test('subnets follow a smaller VPC, and each other', async () => {
    const connected = await connect()
    const set = { 'vpc.cidr': '192.168.4.0/23', 'public2.cidr': '192.168.4.128/26' }
    const { answers, problems } = await answered('three-tier', connected as never, set)
    expect(problems).toEqual([])
    const cidrs = Object.entries(valuesOf(answers)).filter(([key]) => /\d\.cidr$/.test(key))
    expect(new Set(cidrs.map(([, cidr]) => cidr)).size).toBe(8)
  })

  test('an image fits the processor of its instance type', async () => {
    const connected = await connect()
    const arm = valuesOf((await answered('rails', connected as never)).answers)
    const intel = valuesOf((await answered('rails', connected as never, { 'machine.type': 't3.small' })).answers)
    expect(intel['machine.image']).not.toBe(arm['machine.image'])
    expect(intel['bastion.image']).toBe(arm['bastion.image'])
  })

  test('a long stack’s name still makes names that AWS takes', async () => {
    const connected = await connect('ap-northeast-1')
    const questions = (await questionsOf('rails')).filter(({ key }) => !key.startsWith('app.'))
    for (const stack of ['a-very-long-name-of-a-stack-30', 'a--b--c-', 'x'.repeat(30)]) {
      const asking = { stack, lookups: connected.lookups as never }
      const sources = { flags: new Map([['machine.keyFile', 'generate']]) as never, env: {} }
      const { problems } = await answersFrom({ questions, sources, asking })
      expect(problems).toEqual([])
    }
  })
})

describe('The preflight names what the cloud would refuse, and what would do', () => {
  let connected: Awaited<ReturnType<typeof connect>>
  let rails: Values
  let tiers: Values
  beforeAll(async () => {
    connected = await connect()
    rails = valuesOf((await answered('rails', connected as never)).answers)
    tiers = valuesOf((await answered('three-tier', connected as never)).answers)
  })

  test.each<[string, Record<string, Json>, RegExp]>([
    ['a zone', { 'public1.zone': 'ap-northeast-1x' }, /public1\.zone: this region has no zone ap-northeast-1x/],
    [
      'a type that is not offered',
      { 'machine.type': 'z9.large' },
      /machine\.type: this region does not offer z9\.large.*t4g/,
    ],
    [
      'a type one zone lacks',
      { 'machine.type': 't3a.small', 'machine.image': 'ami-x', 'public2.zone': 'ap-northeast-1d' },
      /not offered in ap-northeast-1d.*ap-northeast-1a/,
    ],
    ['an image of another processor', { 'machine.type': 't3.small' }, /machine\.image: .* is made for arm64/],
    ['an image that is not there', { 'machine.image': 'ami-00000000000000000' }, /there is no image/],
    ['a version', { 'database.version': '8.4.99' }, /database\.version: there is no mysql 8\.4\.99.*8\.4\.\d/],
    ['a class', { 'database.class': 'db.x9.small' }, /database\.class: db\.x9\.small is not offered.*db\./],
  ])('%s', async (_, changes, said) => {
    const problems = await preflightOf('rails', connected, {
      ...rails,
      'private2.zone': changes['public2.zone'] ?? rails['private2.zone']!,
      ...changes,
    })
    expect(problems.join('\n')).toMatch(said)
  })

  test('in the three-tier stack too', async () => {
    const changes = { 'tier.type': 'z9.large', 'aurora.class': 'db.t4g.micro' }
    const problems = await preflightOf('three-tier', connected, { ...tiers, ...changes })
    expect(problems.join('\n')).toMatch(/tier\.type: .*z9\.large/)
    expect(problems.join('\n')).toMatch(/aurora\.class: db\.t4g\.micro is not offered/)
  })

  test('a key pair or a bucket of somebody else’s', async () => {
    const { cloud } = await connect()
    const material = new TextEncoder().encode(publicKeyOf(makePrivateKey(), 'x'))
    await cloud.call('ec2', 'ImportKeyPair', { KeyName: 'taken', PublicKeyMaterial: material })
    const keys = { accessKeyId: 'other', secretAccessKey: 'other' }
    const theirs = new S3Client({ region: 'us-east-1', endpoint: server.url, credentials: keys, forcePathStyle: true })
    await theirs.send(new CreateBucketCommand({ Bucket: 'taken-by-others' }))
    theirs.destroy()
    const set = { 'machine.keyName': 'taken', 'bucket.name': 'taken-by-others' }
    // What is made is seen by others a little later; each connection asks once.
    const problems = async () => (await preflightOf('rails', await connect(), { ...rails, ...set })).join('\n')
    await expect.poll(problems, { timeout: 20_000 }).toMatch(/machine\.keyName: .* key pair taken /)
    await expect.poll(problems, { timeout: 20_000 }).toMatch(/bucket\.name: another account has .* taken-by-others/)
  })

  test('more public addresses than there may be', async () => {
    const { cloud } = await connect('us-west-2')
    for (let i = 0; i < 4; i++) await cloud.call('ec2', 'AllocateAddress', { Domain: 'vpc' })
    const west = await connect('us-west-2')
    const values = valuesOf((await answered('rails', west as never, { 'nat.count': '2' })).answers)
    const problems = async (nats: number) =>
      (await preflightOf('rails', await connect('us-west-2'), { ...values, 'nat.count': nats })).join('\n')
    await expect
      .poll(() => problems(2), { timeout: 20_000 })
      .toMatch(/nat\.count: 2 more Elastic IP addresses.*4 of the 5/)
    expect(await problems(1)).toBe('')
  })

  test('a VPC more than the region may have, unless AWS has raised that', async () => {
    const { cloud } = await connect('eu-west-1')
    const values = valuesOf((await answered('rails', (await connect('eu-west-1')) as never)).answers)
    const made: string[] = []
    const problems = async (set: Values = {}) => {
      const said = await preflightOf('rails', await connect('eu-west-1'), { ...values, ...set })
      return said.join('\n')
    }
    // What is made is listed a little later.
    const listed = async (count: number) => {
      const { lookups } = await connect('eu-west-1')
      return (await lookups.catalog.networks()).vpcs === count
    }
    for (let n = 1; n <= 4; n++) {
      const { Vpc } = await cloud.call('ec2', 'CreateVpc', { CidrBlock: `10.${n}.0.0/16` })
      made.push(Vpc!.VpcId!)
    }
    await expect.poll(() => listed(4), { timeout: 20_000 }).toBe(true)
    expect(await problems()).toBe('')
    await cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.5.0.0/16' })
    await expect.poll(() => listed(5), { timeout: 20_000 }).toBe(true)
    expect(await problems()).toMatch(/the region has 5 VPCs, and its quota is 5.*--set vpc\.quota=10/)
    expect(await problems({ 'vpc.quota': 6 })).toBe('')
    await expect(
      cloud.call('ec2', 'CreateVpc', { CidrBlock: '10.6.0.0/16' }),
      'the cloud itself',
    ).rejects.toMatchObject({ code: 'VpcLimitExceeded' })
    await cloud.call('ec2', 'DeleteVpc', { VpcId: made[0]! })
    await expect.poll(() => listed(4), { timeout: 20_000 }).toBe(true)
    expect(await problems()).toBe('')
  })

  test('what is there already needs no stock', async () => {
    expect(await preflightOf('rails', connected, { ...rails, 'machine.type': 'z9.large' }, new Set())).toEqual([])
  })
})

describe('The generated key', () => {
  test('is one that OpenSSH reads, made once and kept before anyone hears of it', async () => {
    const { lookups } = await connect()
    const key = await lookups.generatedKey('demo')
    expect(await lookups.generatedKey('demo')).toBe(key)
    expect(publicKeyProblem(key)).toBeUndefined()
    const file = join(mkdtempSync(join(tmpdir(), 'sw-')), 'key')
    writeFileSync(file, kept.get(PRIVATE_KEY)!, { mode: 0o600 })
    const read = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
    expect(read.split(' ').slice(0, 2)).toEqual(key.split(' ').slice(0, 2))
  })

  test.each<[string, RegExp]>([
    ['ecdsa-sha2-nistp256 AAAA me', /only RSA and Ed25519/],
    ['ssh-dss AAAA me', /only RSA and Ed25519/],
    ['ssh-ed25519 AAAA me', /damaged/],
    ['hello', /not an OpenSSH/],
    ['ssh-rsa AAAA\nssh-rsa AAAA', /one line/],
  ])('%s is refused', (key, said) => expect(publicKeyProblem(key)).toMatch(said))
})
