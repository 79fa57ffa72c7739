import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { booted, machine, network, profile, still, terminated } from '../ec2/support.ts'

const script = { DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['echo hello'] } }

describe('a command', () => {
  it('is not there at once, then pending, in progress and done', async () => {
    const cloud = await still()
    const { ssm, pass } = cloud
    const id = await online(cloud)
    const { Command } = await ssm.sendCommand({ ...script, InstanceIds: [id], Comment: 'mark' })
    const ask = () => ssm.getCommandInvocation({ CommandId: Command!.CommandId!, InstanceId: id })
    expect(await codeOf(ask())).toBe('InvocationDoesNotExist')
    pass(2)
    expect(await ask()).toMatchObject({ Status: 'InProgress', StandardOutputContent: '', ResponseCode: -1 })
    pass(5)
    expect(await ask()).toMatchObject({ Status: 'Success', ResponseCode: 0, Comment: 'mark' })
    const { CommandInvocations } = await ssm.listCommandInvocations({ InstanceId: id, Details: true })
    expect(CommandInvocations).toMatchObject([{ Status: 'Success', CommandPlugins: [{ ResponseCode: 0 }] }])
    const { Commands } = await ssm.listCommands({ InstanceId: id })
    expect(Commands).toMatchObject([{ Comment: 'mark', CompletedCount: 1, ErrorCount: 0 }])
  })

  it('runs out of time, is cancelled, or is lost with its machine', async () => {
    const cloud = await still()
    const { ssm, ec2, pass } = cloud
    const id = await online(cloud)
    const send = async (more: object) => {
      const { Command } = await ssm.sendCommand({ ...script, InstanceIds: [id], ...more })
      return Command!.CommandId!
    }
    const long = { commands: ['#'.repeat(2000)] }
    const late = await send({ Parameters: { ...long, executionTimeout: ['20'] } })
    const cancelled = await send({ Parameters: long })
    const lost = await send({ Parameters: long })
    pass(2)
    await ssm.cancelCommand({ CommandId: cancelled })
    pass(20)
    await ec2.terminateInstances({ InstanceIds: [id] })
    const status = async (CommandId: string) => (await ssm.getCommandInvocation({ CommandId, InstanceId: id })).Status
    expect([await status(late), await status(cancelled), await status(lost)]).toEqual([
      'TimedOut',
      'Cancelled',
      'TimedOut',
    ])
    pass(terminated)
    expect(await codeOf(send({}))).toBe('InvalidInstanceId')
  })

  it('is refused for an unknown document, odd parameters and a short deadline', async () => {
    const cloud = await still()
    const InstanceIds = [await online(cloud)]
    const send = (more: object) => codeOf(cloud.ssm.sendCommand({ ...script, InstanceIds, ...more }))
    expect(await send({ DocumentName: 'AWS-RunPowerShellScript' })).toBe('InvalidDocument')
    expect(await send({ Parameters: { lines: ['x'] } })).toBe('InvalidParameters')
    expect(await send({ TimeoutSeconds: 10 })).toBe('ValidationException')
    expect(await send({ OutputS3BucketName: 'b' })).toBe('UnsupportedParameter')
  })
})

/** An instance whose agent listens. */
async function online(cloud: Awaited<ReturnType<typeof still>>): Promise<string> {
  const net = await network(cloud)
  const IamInstanceProfile = { Name: await profile(cloud) }
  const id = await machine(cloud, { subnet: net.closed, group: net.group }, { IamInstanceProfile })
  cloud.pass(booted)
  return id
}
