import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EC2 } from '@aws-sdk/client-ec2'
import { SSM } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awsId, sandboxId } from '../../../src/emulator/containers/id.ts'
import { listKept } from '../../../src/emulator/containers/purge.ts'
import { findRuntime, type Runtime } from '../../../src/emulator/containers/runtime.ts'
import { config, region } from '../../emulator/aws/support.ts'
import { bareEnv, run } from '../../support/bin.ts'
import { emptyFolder } from '../../support/folder.ts'
import { slowly } from './support.ts'

/** One person's folder; the sandbox is started and purged by the built command only. */
let folder: string
let data: string
let runtime: Runtime
let machine: string

const command = (...args: string[]) =>
  run(['sandbox', ...args, '--json'], { cwd: folder, env: bareEnv({ HOME: folder }) })
const server = async () => JSON.parse(await readFile(join(data, 'server.json'), 'utf8')) as { url: string; pid: number }
const ec2 = async () => new EC2({ ...config((await server()).url), maxAttempts: 8 })
const kept = async () => await listKept(runtime, awsId(sandboxId(data)))
const containers = async () => (await kept()).filter(({ kind }) => kind === 'container').map(({ name }) => name)

beforeAll(async () => {
  runtime = await findRuntime()
  folder = await emptyFolder()
  data = join(folder, '.stackwright/.sandbox')
  const started = await command('start', '--machines', 'container')
  expect(started.stderr + started.stdout).toContain('http://127.0.0.1')
}, 20 * 60_000)

afterAll(async () => void (await command('purge')))

async function aMachine(): Promise<string> {
  const client = await ec2()
  const VpcId = (await client.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
  const listed = async () => (await client.describeVpcs({ VpcIds: [VpcId] }).catch(() => undefined))?.Vpcs?.length
  await slowly(listed, count => count === 1, 30)
  const place = { VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: `${region}a` }
  const { Subnet } = await client.createSubnet(place)
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
  const ImageId = (await new SSM(config((await server()).url)).getParameter({ Name })).Parameter!.Value!
  const ran = await slowly(
    async () =>
      await client
        .runInstances({
          ...{ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
          SubnetId: Subnet!.SubnetId!,
        })
        .catch(() => undefined),
    answer => answer !== undefined,
    30,
  )
  return ran!.Instances![0]!.InstanceId!
}

async function runs(id: string): Promise<boolean> {
  const Filters = [{ Name: 'instance-id', Values: [id] }]
  const { Reservations } = await (await ec2()).describeInstances({ Filters })
  return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running'
}

async function killTheServer(): Promise<void> {
  const { pid, url } = await server()
  process.kill(pid, 'SIGKILL')
  await slowly(
    async () =>
      await fetch(new URL('/-/status', url)).then(
        () => true,
        () => false,
      ),
    answers => !answers,
    30,
  )
}

describe('a server with machines of AWS that is killed', () => {
  it('goes on where it was, with the same machine', async () => {
    machine = await aMachine()
    await slowly(containers, names => names.length === 1, 60)
    await killTheServer()
    await command('start')
    await slowly(
      async () => await runs(machine),
      yes => yes,
      120,
    )
    expect(await containers()).toHaveLength(1)
    expect((await containers())[0]).toContain(machine)
  })

  it('leaves nothing that purge does not find', async () => {
    await killTheServer()
    const before = await kept()
    expect(before.map(({ kind }) => kind).sort()).toEqual(['container', 'network'])
    const purged = JSON.parse((await command('purge')).stdout)
    expect(purged).toMatchObject({ stopped: false, removed: before })
    for (const { kind, name } of before) expect((await runtime.run([kind, 'inspect', name])).code, name).not.toBe(0)
    expect(existsSync(data)).toBe(false)
  })
})
