import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { soon, still, zones } from './support.ts'

describe('subnets', () => {
  it('lie in the VPC, do not overlap, and are in a zone that exists', async () => {
    const { ec2, pass } = await still()
    const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!
    pass(soon)
    const make = (CidrBlock: string, AvailabilityZone = zones.c) =>
      ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone })
    const { Subnet } = await make('10.0.1.0/24')
    expect(Subnet).toMatchObject({ AvailableIpAddressCount: 251, AvailabilityZoneId: 'apne1-az1' })
    expect(await codeOf(make('10.0.1.128/25'))).toBe('InvalidSubnet.Conflict')
    expect(await codeOf(make('10.1.0.0/24'))).toBe('InvalidSubnet.Range')
    expect(await codeOf(make('10.0.2.0/24', 'ap-northeast-1b'))).toBe('InvalidParameterValue')
    pass(soon)
    await ec2.modifySubnetAttribute({ SubnetId: Subnet!.SubnetId!, MapPublicIpOnLaunch: { Value: true } })
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [Subnet!.SubnetId!] })
    expect(Subnets).toMatchObject([{ MapPublicIpOnLaunch: true, State: 'available' }])
    expect(await codeOf(ec2.deleteVpc({ VpcId }))).toBe('DependencyViolation')
  })
})
