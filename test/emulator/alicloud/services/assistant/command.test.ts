import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { finishCommand, runCommandsWith } from '../../../../../src/emulator/alicloud/services/assistant/command.ts'
import { NEVER } from '../../../../../src/emulator/world/never.ts'
import { machine, network, order, type Still, still } from '../../support.ts'

const setup = `#!/bin/bash\n${'echo step\n'.repeat(200)}`

function run({ ask }: Still, id: string, script: string, more: object = {}) {
  const CommandContent = Buffer.from(script).toString('base64')
  return ask('ecs.RunCommand', {
    Type: 'RunShellScript',
    ContentEncoding: 'Base64',
    CommandContent,
    'InstanceId.1': id,
    Timeout: 600,
    ...more,
  })
}

async function result({ ask }: Still, InvokeId: string) {
  const { Invocation } = await ask('ecs.DescribeInvocationResults', { InvokeId, ContentEncoding: 'PlainText' })
  return Invocation.InvocationResults.InvocationResult[0]
}

describe('Cloud Assistant', () => {
  it('runs a command in some time and says that it was only simulated', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const { InvokeId } = await run(cloud, id, setup)
    expect((await result(cloud, InvokeId)).InvocationStatus).toBe('Pending')
    cloud.pass(30)
    expect((await result(cloud, InvokeId)).InvocationStatus).toBe('Running')
    cloud.pass(62)
    expect(await result(cloud, InvokeId)).toMatchObject({
      InvocationStatus: 'Success',
      ExitCode: 0,
      Output: expect.stringContaining('Simulated'),
    })
  })

  it('prints a real public key where a script has the line that asks for one', async () => {
    const machineKeyMarker = '# print the key'
    const cloud = await still(1, { machineKeyMarker })
    const id = await machine(cloud, await network(cloud))
    const { InvokeId } = await run(cloud, id, `#!/bin/bash\n  ${machineKeyMarker}\nopenssl …\n`)
    cloud.pass(5)
    const { Output } = await result(cloud, InvokeId)
    expect(createPublicKey(Output).asymmetricKeyDetails?.modulusLength).toBe(2048)
    const again = await run(cloud, id, machineKeyMarker)
    cloud.pass(5)
    expect((await result(cloud, again.InvokeId)).Output).toBe(Output)
  })

  it('gives a command up that no agent takes within a minute', async () => {
    const cloud = await still()
    const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(await network(cloud)))
    const { InvokeId } = await run(cloud, InstanceIdSets.InstanceIdSet[0], setup)
    cloud.pass(61)
    expect(await result(cloud, InvokeId)).toMatchObject({ InvocationStatus: 'Aborted', ErrorCode: 'ClientNotOnline' })
  })

  it('stops a command that takes longer than it may', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const { InvokeId } = await run(cloud, id, setup, { Timeout: 30 })
    cloud.pass(32)
    expect((await result(cloud, InvokeId)).InvocationStatus).toBe('Timeout')
  })

  it('keeps the whole command in its history, for anyone who may read it', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const { InvokeId, CommandId } = await run(cloud, id, 'echo visible', {
      Name: 'look',
      'Tag.1.Key': 'a',
      'Tag.1.Value': 'b',
    })
    cloud.pass(10)
    const { Invocations } = await cloud.ask('ecs.DescribeInvocations', {
      'Tag.1.Key': 'a',
      ContentEncoding: 'PlainText',
    })
    expect(Invocations.Invocation[0]).toMatchObject({
      InvokeId,
      CommandId,
      CommandName: 'look',
      CommandContent: 'echo visible',
      InvocationStatus: 'Success',
    })
    expect(cloud.inventory().filter(item => item.type === 'command')).toEqual([])
  })

  it('refuses a command that is too long, is not Base64, or is for no machine', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const send = (CommandContent: string, more: object = {}) =>
      cloud.code('ecs.RunCommand', {
        Type: 'RunShellScript',
        ContentEncoding: 'Base64',
        CommandContent,
        'InstanceId.1': id,
        ...more,
      })
    expect(await send(Buffer.alloc(19_000, 'x').toString('base64'))).toBe('CmdContent.ExceedLimit')
    expect(await send('**')).toBe('CmdContent.DecodeError')
    expect(await send('eA==', { 'InstanceId.1': 'i-none' })).toBe('InvalidInstanceId.NotFound')
  })

  it('leaves it to a runner of real machines how and when a command ends', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const { world } = cloud
    const asked: string[] = []
    runCommandsWith(world, (_call, _instance, { content }) => {
      asked.push(content)
      return { endsAt: NEVER, status: 'Success', exitCode: 0, output: '' }
    })
    const { InvokeId } = await run(cloud, id, 'false')
    cloud.pass(120)
    expect((await result(cloud, InvokeId)).InvocationStatus).toBe('Running')
    finishCommand(world, InvokeId, id, {
      endsAt: world.now(),
      status: 'Failed',
      exitCode: 7,
      output: 'no such thing\n',
    })
    expect(asked).toEqual(['false'])
    expect(await result(cloud, InvokeId)).toMatchObject({
      InvocationStatus: 'Failed',
      ExitCode: 7,
      Output: 'no such thing\n',
    })
  })

  it('terminates a running command when asked', async () => {
    const cloud = await still()
    const id = await machine(cloud, await network(cloud))
    const { InvokeId } = await run(cloud, id, setup)
    cloud.pass(10)
    await cloud.ask('ecs.StopInvocation', { InvokeId })
    expect((await result(cloud, InvokeId)).InvocationStatus).toBe('Terminated')
  })
})
