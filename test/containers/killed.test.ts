import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureImage } from '../../src/sandbox/containers/image.ts'
import { listKept, purge } from '../../src/sandbox/containers/purge.ts'
import { findRuntime, type Runtime } from '../../src/sandbox/containers/runtime.ts'
import { type Body, call, type Product } from '../sandbox/support.ts'

const sandbox = `kill${randomBytes(4).toString('hex')}`
// Inside of the project, so that the bundle finds its packages.
const folder = resolve(import.meta.dirname, `../../node_modules/.cache/${sandbox}`)
let runtime: Runtime
let child: ChildProcess
let url = ''

beforeAll(async () => {
  runtime = await findRuntime()
  await ensureImage(runtime)
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [join(import.meta.dirname, 'serve-main.ts')],
    outfile: join(folder, 'serve.mjs'),
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
  })
}, 20 * 60_000)

afterAll(async () => {
  child?.kill('SIGKILL')
  if (runtime) await purge(runtime, sandbox)
  await rm(folder, { recursive: true, force: true })
})

async function serve(): Promise<void> {
  child = spawn(process.execPath, [join(folder, 'serve.mjs'), sandbox, join(folder, 'world.jsonl')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  url = await new Promise(done => child.stdout!.once('data', (text: Buffer) => done(text.toString().trim())))
}

async function kill(): Promise<void> {
  const ended = new Promise(done => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}

const ask = async (name: `${Product}.${string}`, params: object = {}): Promise<Body> =>
  await call(url, name, { RegionId: 'ap-northeast-1', ...params })

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await what()) return
    await wait(200)
  }
  throw new Error(`It did not come true: ${what}`)
}

it('a killed server leaves nothing that is not found: machines half booted and commands half done go on, and purge takes all', async () => {
  await serve()
  const { VpcId } = await ask('vpc.CreateVpc', { CidrBlock: '172.16.0.0/12' })
  await wait(300)
  const place = { VpcId, ZoneId: 'ap-northeast-1a', CidrBlock: '172.16.1.0/24' }
  const { VSwitchId } = await ask('vpc.CreateVSwitch', place)
  const { SecurityGroupId } = await ask('ecs.CreateSecurityGroup', { VpcId, SecurityGroupName: 'web' })
  await wait(300)
  const made = await ask('ecs.RunInstances', {
    ...{ VSwitchId, SecurityGroupId, InstanceType: 'ecs.g7.large', Password: 'Sup3r-secret_Word' },
    ...{ ImageId: 'aliyun_3_x64_20G_alibase_20260513.vhd', 'SystemDisk.Category': 'cloud_essd' },
  })
  const id = made.InstanceIdSets.InstanceIdSet[0]
  await until(async () => (await listKept(runtime, sandbox)).some(kept => kept.kind === 'container'))
  await kill()

  await serve()
  const state = async () => {
    const { Instances } = await ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([id]) })
    return Instances.Instance[0].Status
  }
  await until(async () => (await state()) === 'Running')
  expect((await listKept(runtime, sandbox)).filter(kept => kept.kind === 'container')).toHaveLength(1)
  await wait(500)
  const { InvokeId } = await ask('ecs.RunCommand', {
    ...{ Type: 'RunShellScript', 'InstanceId.1': id, Timeout: '60' },
    CommandContent: 'echo begun >>/root/begun; sleep 3; cat /root/begun',
  })
  await wait(1000)
  await kill()

  await serve()
  const result = async () => {
    const { Invocation } = await ask('ecs.DescribeInvocationResults', { InvokeId, ContentEncoding: 'PlainText' })
    return Invocation.InvocationResults.InvocationResult[0]
  }
  await until(async () => !['Pending', 'Running'].includes((await result()).InvocationStatus))
  expect(await result()).toMatchObject({ InvocationStatus: 'Success', Output: 'begun\n' })
  await kill()

  expect(await purge(runtime, sandbox)).toHaveLength(2)
  expect(await listKept(runtime, sandbox)).toEqual([])
}, 120_000)
