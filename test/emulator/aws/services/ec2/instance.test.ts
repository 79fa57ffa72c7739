import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { booted, image, machine, network, soon, still, terminated, trust, zones } from './support.ts'

const bytes = (text: string) => Buffer.from(text).toString('base64')

describe('an instance', () => {
  it('is pending, runs, shuts down and is terminated, and its disk and interface go with it', async () => {
    const cloud = await still()
    const { ec2, pass, inventory } = cloud
    const net = await network(cloud)
    const id = await machine(cloud, { subnet: net.closed, group: net.group })
    pass(soon)
    const one = async () => (await ec2.describeInstances({ InstanceIds: [id] })).Reservations![0]!.Instances![0]!
    expect(await one()).toMatchObject({ State: { Name: 'pending' }, SubnetId: net.closed, RootDeviceName: '/dev/xvda' })
    pass(20)
    const running = await one()
    expect(running).toMatchObject({ State: { Code: 16, Name: 'running' }, PrivateIpAddress: '10.0.1.4' })
    expect(running.PublicIpAddress).toBeUndefined()
    expect(running.LaunchTime).toBeInstanceOf(Date)
    expect(await codeOf(ec2.deleteSubnet({ SubnetId: net.closed }))).toBe('DependencyViolation')
    const { TerminatingInstances } = await ec2.terminateInstances({ InstanceIds: [id] })
    expect(TerminatingInstances).toMatchObject([
      { CurrentState: { Name: 'shutting-down' }, PreviousState: { Code: 16 } },
    ])
    await ec2.terminateInstances({ InstanceIds: [id] })
    pass(terminated)
    expect((await one()).State!.Name).toBe('terminated')
    expect((await one()).VpcId).toBeUndefined()
    expect(inventory().filter(resource => ['instance', 'volume'].includes(resource.type))).toEqual([])
    // The group's last interface has just left: not yet.
    expect(await codeOf(ec2.deleteSecurityGroup({ GroupId: net.group }))).toBe('DependencyViolation')
    pass(5)
    await ec2.deleteSecurityGroup({ GroupId: net.group })
    await ec2.deleteSubnet({ SubnetId: net.closed })
    pass(3600)
    expect(await codeOf(one())).toBe('InvalidInstanceID.NotFound')
  })

  it('is the same one for the same token, also when it is terminated', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const again = { ClientToken: 'once' }
    const id = await machine(cloud, { subnet: net.closed, group: net.group }, again)
    cloud.pass(soon)
    expect(await machine(cloud, { subnet: net.closed, group: net.group }, again)).toBe(id)
    const other = machine(cloud, { subnet: net.closed, group: net.group }, { ...again, InstanceType: 't3.micro' })
    expect(await codeOf(other)).toBe('IdempotentParameterMismatch')
    await cloud.ec2.terminateInstances({ InstanceIds: [id] })
    cloud.pass(terminated)
    expect(await machine(cloud, { subnet: net.closed, group: net.group }, again)).toBe(id)
    const byToken = { Filters: [{ Name: 'client-token', Values: ['once'] }] }
    expect((await cloud.ec2.describeInstances(byToken)).Reservations).toHaveLength(1)
  })

  it('has a public address in the way of its gateway, another one after a stop, or an elastic one', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const net = await network(cloud)
    const id = await machine(
      cloud,
      { subnet: net.open, group: net.group },
      {
        SubnetId: undefined,
        SecurityGroupIds: undefined,
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: net.open, Groups: [net.group], AssociatePublicIpAddress: true },
        ],
      },
    )
    pass(soon)
    const address = async () =>
      (await ec2.describeInstances({ InstanceIds: [id] })).Reservations![0]!.Instances![0]!.PublicIpAddress
    const first = await address()
    expect(first).toMatch(/^198\.1[89]\./)
    const AllocationId = (await ec2.allocateAddress({})).AllocationId!
    pass(soon)
    pass(booted)
    await ec2.stopInstances({ InstanceIds: [id] })
    pass(26)
    expect(await address()).toBeUndefined()
    await ec2.startInstances({ InstanceIds: [id] })
    pass(21)
    expect(await address()).not.toBe(first)
    await ec2.associateAddress({ AllocationId, InstanceId: id })
    const { Addresses } = await ec2.describeAddresses({ AllocationIds: [AllocationId] })
    expect(Addresses).toMatchObject([{ InstanceId: id, PublicIp: await address() }])
    await ec2.deleteNatGateway({ NatGatewayId: net.nat })
    pass(51)
    const detach = () => ec2.detachInternetGateway({ InternetGatewayId: net.gateway, VpcId: net.vpc })
    expect(await codeOf(detach())).toBe('DependencyViolation')
    await ec2.terminateInstances({ InstanceIds: [id] })
    pass(terminated)
    await detach()
    await ec2.releaseAddress({ AllocationId })
  })

  it('passes its status checks a while after it runs', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const id = await machine(cloud, { subnet: net.closed, group: net.group })
    const status = async () => (await cloud.ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses
    cloud.pass(soon)
    expect(await status()).toEqual([])
    cloud.pass(20)
    expect(await status()).toMatchObject([{ InstanceStatus: { Status: 'initializing' } }])
    cloud.pass(101)
    expect(await status()).toMatchObject([{ InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } }])
  })

  it('is refused with the words of the real cloud', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const net = await network(cloud)
    const where = { subnet: net.closed, group: net.group }
    const code = (more: object) => codeOf(machine(cloud, where, more))
    expect(await code({ ImageId: 'ami-1' })).toBe('InvalidAMIID.NotFound')
    expect(await code({ ImageId: await image(cloud, 'arm64') })).toBe('InvalidParameterValue')
    expect(await code({ InstanceType: 't9.huge' })).toBe('InvalidParameterValue')
    expect(await code({ KeyName: 'nobody' })).toBe('InvalidKeyPair.NotFound')
    expect(await code({ IamInstanceProfile: { Name: 'nobody' } })).toBe('InvalidParameterValue')
    expect(await code({ UserData: '#!/bin/sh' })).toBe('InvalidUserData.Malformed')
    expect(await code({ UserData: bytes('x'.repeat(16_385)) })).toBe('InvalidParameterValue')
    expect(await code({ InstanceType: 't3.xlarge', MaxCount: 9, MinCount: 9 })).toBe('VcpuLimitExceeded')
    expect(await code({ NetworkInterfaces: [{ DeviceIndex: 0, Groups: [net.group] }] })).toBe(
      'InvalidParameterCombination',
    )
    expect(await code({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] })).toBe(
      'InvalidBlockDeviceMapping',
    )
    expect(await code({ KernelId: 'aki-1' })).toBe('UnsupportedParameter')
    const subnet = (await ec2.createSubnet({ VpcId: net.vpc, CidrBlock: '10.0.9.0/24', AvailabilityZone: zones.d }))
      .Subnet!.SubnetId!
    pass(soon)
    expect(await codeOf(machine(cloud, { subnet, group: net.group }, { InstanceType: 't2.micro' }))).toBe('Unsupported')
    const sold = machine(cloud, { subnet, group: net.group }, { InstanceType: 'm6i.2xlarge' })
    expect(await codeOf(sold)).toBe('InsufficientInstanceCapacity')
  })

  it('needs a profile that EC2 knows, some seconds after IAM does', async () => {
    const cloud = await still()
    const { iam, pass } = cloud
    const net = await network(cloud)
    const start = async () => {
      try {
        return await machine(cloud, { subnet: net.closed, group: net.group }, { IamInstanceProfile: { Name: 'app' } })
      } catch (error) {
        return (error as Error).message
      }
    }
    await iam.createRole({ RoleName: 'app', AssumeRolePolicyDocument: trust })
    await iam.createInstanceProfile({ InstanceProfileName: 'app' })
    expect(await start()).toContain('Invalid IAM Instance Profile name')
    pass(13)
    expect(await start()).toContain('has no associated IAM Roles')
    await iam.addRoleToInstanceProfile({ InstanceProfileName: 'app', RoleName: 'app' })
    expect(await start()).toContain('has no associated IAM Roles')
    pass(13)
    expect(await start()).toMatch(/^i-0/)
  })

  it('is kept by its protection', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const id = await machine(cloud, { subnet: net.closed, group: net.group }, { DisableApiTermination: true })
    cloud.pass(soon)
    expect(await codeOf(cloud.ec2.terminateInstances({ InstanceIds: [id] }))).toBe('OperationNotPermitted')
    await cloud.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } })
    await cloud.ec2.terminateInstances({ InstanceIds: [id] })
  })
})
