import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { booted, machine, network, profile, still } from '../ec2/support.ts'

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

function tagged(Value: string) {
  return [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Server', Value }] }]
}
