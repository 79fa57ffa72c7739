import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { booted, machine, network, profile, still, terminated } from '../ec2/support.ts'

const script = { DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['echo hello'] } }

describe('the Systems Manager agent', () => {
  it('reports only from an instance with the role and a way out', async () => {
    const cloud = await still()
    const { ssm, ec2, pass } = cloud
    const net = await network(cloud)
    const IamInstanceProfile = { Name: await profile(cloud) }
    const inside = { subnet: net.closed, group: net.group }
    const good = await machine(cloud, inside, { IamInstanceProfile, TagSpecifications: tagged('App') })
    const roleless = await machine(cloud, inside, { TagSpecifications: tagged('App') })
    // A subnet with an internet gateway is no way out without a public address.
    await machine(cloud, { subnet: net.open, group: net.group }, { IamInstanceProfile })
    const online = async () => {
      const { InstanceInformationList } = await ssm.describeInstanceInformation({})
      return InstanceInformationList!.map(one => one.InstanceId)
    }
    pass(30)
    expect(await online()).toEqual([])
    expect(await codeOf(ssm.sendCommand({ ...script, InstanceIds: [good] }))).toBe('InvalidInstanceId')
    pass(booted)
    expect(await online()).toEqual([good])
    expect(await codeOf(ssm.sendCommand({ ...script, InstanceIds: [good, roleless] }))).toBe('InvalidInstanceId')
    const { Command } = await ssm.sendCommand({ ...script, Targets: [{ Key: 'tag:Server', Values: ['App'] }] })
    expect(Command).toMatchObject({ TargetCount: 1, Status: 'Pending' })
    await ec2.deleteRoute({ RouteTableId: net.closedTable, DestinationCidrBlock: '0.0.0.0/0' })
    expect(await online()).toEqual([])
  })
})

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

describe('parameters', () => {
  it('keep secrets sealed, versions counted and tags for their first time only', async () => {
    const { ssm, world } = await still()
    const secret = { Name: '/stack/db', Type: 'SecureString' as const, Value: 'hunter2-and-more' }
    await ssm.putParameter({ ...secret, Tags: [{ Key: 'a', Value: 'b' }] })
    expect(await codeOf(ssm.putParameter(secret))).toBe('ParameterAlreadyExists')
    const mixed = ssm.putParameter({ ...secret, Overwrite: true, Tags: [{ Key: 'a', Value: 'c' }] })
    expect(await codeOf(mixed)).toBe('ValidationException')
    expect(await ssm.putParameter({ ...secret, Overwrite: true })).toMatchObject({ Version: 2 })
    const { Parameter } = await ssm.getParameter({ Name: '/stack/db', WithDecryption: true })
    expect(Parameter).toMatchObject({ Value: 'hunter2-and-more', Version: 2, Type: 'SecureString' })
    const sealed = await ssm.getParameter({ Name: '/stack/db' })
    expect(sealed.Parameter!.Value).not.toContain('hunter2')
    expect(JSON.stringify(world.all())).not.toContain('hunter2')
    const { TagList } = await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: '/stack/db' })
    expect(TagList).toEqual([{ Key: 'a', Value: 'b' }])
    const { DeletedParameters, InvalidParameters } = await ssm.deleteParameters({ Names: ['/stack/db', '/stack/no'] })
    expect([DeletedParameters, InvalidParameters]).toEqual([['/stack/db'], ['/stack/no']])
    expect(await codeOf(ssm.getParameter({ Name: '/stack/db' }))).toBe('ParameterNotFound')
    expect(await codeOf(ssm.putParameter({ ...secret, Name: '/aws/x' }))).toBe('ValidationException')
  })

  it('are found by tag, name and path after a moment', async () => {
    const { ssm, pass } = await still()
    const Tags = [{ Key: 'stackwright:stack', Value: 'one' }]
    await ssm.putParameter({ Name: '/one/a', Type: 'String', Value: '1', Tags })
    await ssm.putParameter({ Name: '/one/b/c', Type: 'String', Value: '2' })
    const find = async (Key: string, Option: string, Value: string) => {
      const { Parameters } = await ssm.describeParameters({ ParameterFilters: [{ Key, Option, Values: [Value] }] })
      return Parameters!.map(one => one.Name)
    }
    expect(await find('Name', 'Equals', '/one/a')).toEqual([])
    pass(6)
    expect(await find('tag:stackwright:stack', 'Equals', 'one')).toEqual(['/one/a'])
    expect(await find('Name', 'BeginsWith', '/one/')).toEqual(['/one/a', '/one/b/c'])
    const { Parameters } = await ssm.getParametersByPath({ Path: '/one' })
    expect(Parameters!.map(one => one.Value)).toEqual(['1'])
  })
})

function tagged(Value: string) {
  return [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Server', Value }] }]
}

/** An instance whose agent listens. */
async function online(cloud: Awaited<ReturnType<typeof still>>): Promise<string> {
  const net = await network(cloud)
  const IamInstanceProfile = { Name: await profile(cloud) }
  const id = await machine(cloud, { subnet: net.closed, group: net.group }, { IamInstanceProfile })
  cloud.pass(booted)
  return id
}
