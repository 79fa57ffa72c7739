import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Body } from '../../emulator/support.ts'
import { type RealStack, realStack, until } from './stack.ts'

/** Two sandboxes beside each other, with the tutorial's own addresses in both. */
let one: RealStack
let other: RealStack

beforeAll(async () => {
  one = await realStack()
  other = await realStack()
}, 20 * 60_000)

afterAll(async () => {
  await one?.close()
  await other?.close()
})

async function machineIn(stack: RealStack): Promise<string> {
  const { VpcId } = await stack.ask('vpc.CreateVpc', { CidrBlock: '172.16.0.0/12' })
  await wait(300)
  const place = { VpcId, ZoneId: 'ap-northeast-1a', CidrBlock: '172.16.1.0/24' }
  const { VSwitchId } = await stack.ask('vpc.CreateVSwitch', place)
  const { SecurityGroupId } = await stack.ask('ecs.CreateSecurityGroup', { VpcId, SecurityGroupName: 'web' })
  await wait(300)
  const made = await stack.ask('ecs.RunInstances', {
    ...{ VSwitchId, SecurityGroupId, InstanceType: 'ecs.g7.large', Password: 'Sup3r-secret_Word' },
    ...{ PrivateIpAddress: '172.16.1.10', ImageId: 'aliyun_3_x64_20G_alibase_20260513.vhd' },
    ...{ 'SystemDisk.Category': 'cloud_essd' },
  })
  return made.InstanceIdSets.InstanceIdSet[0]
}

const containers = async (stack: RealStack) => (await stack.kept()).filter(kept => kept.kind === 'container')

async function kill(stack: RealStack): Promise<void> {
  const { pid } = await stack.status()
  process.kill(pid, 'SIGKILL')
  await until(async () => (await stack.status().catch(() => undefined)) === undefined)
}

async function isRunning(stack: RealStack, id: string): Promise<boolean> {
  const { Instances } = await stack.ask('ecs.DescribeInstances', { InstanceIds: JSON.stringify([id]) })
  return Instances.Instance[0].Status === 'Running'
}

describe('a server that is killed', () => {
  it('goes on where it was: machines half booted and commands half done', async () => {
    const id = await machineIn(one)
    await until(async () => (await containers(one)).length === 1)
    await kill(one)
    await one.command('sandbox', 'start')
    await until(async () => await isRunning(one, id))
    expect(await containers(one)).toHaveLength(1)
    await wait(500)
    const { InvokeId } = await one.ask('ecs.RunCommand', {
      ...{ Type: 'RunShellScript', 'InstanceId.1': id, Timeout: '60' },
      CommandContent: 'echo begun >>/root/begun; sleep 3; cat /root/begun',
    })
    await wait(1_000)
    await kill(one)
    await one.command('sandbox', 'start')
    const result = async (): Promise<Body> => {
      const { Invocation } = await one.ask('ecs.DescribeInvocationResults', { InvokeId, ContentEncoding: 'PlainText' })
      return Invocation.InvocationResults.InvocationResult[0]
    }
    await until(async () => !['Pending', 'Running'].includes((await result()).InvocationStatus))
    expect(await result()).toMatchObject({ InvocationStatus: 'Success', Output: 'begun\n' })
  })

  it('leaves nothing that purge does not find, and purge leaves the other sandbox alone', async () => {
    const id = await machineIn(other)
    await until(async () => await isRunning(other, id))
    await kill(one)
    const before = await one.kept()
    expect(before.map(kept => kept.kind).sort()).toEqual(['container', 'network'])
    const purged = await one.command('sandbox', 'purge')
    expect(JSON.parse(purged.stdout)).toMatchObject({ stopped: false, removed: before })
    for (const kept of before) {
      expect((await one.runtime.run([kept.kind, 'inspect', kept.name])).code, kept.name).not.toBe(0)
    }
    expect(existsSync(join(one.folder, '.stackwright/.sandbox'))).toBe(false)
    expect(await isRunning(other, id)).toBe(true)
    expect((await other.inside(id, 'ip -4 -o addr show eth0')).includes('172.16.1.10/12')).toBe(true)
  })

  it('ends with everything when the sandbox is stopped for good', async () => {
    const before = await other.kept()
    expect(before).toHaveLength(2)
    const stopped = await other.command('sandbox', 'stop', '--purge')
    expect(JSON.parse(stopped.stdout)).toMatchObject({ stopped: true, removed: before })
    for (const kept of before) {
      expect((await other.runtime.run([kept.kind, 'inspect', kept.name])).code, kept.name).not.toBe(0)
    }
  })
})
