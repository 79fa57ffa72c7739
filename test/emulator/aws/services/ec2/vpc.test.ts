import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { soon, still } from './support.ts'

describe('a VPC', () => {
  it('is pending first, is not found by filter at once, and brings its own group and main table', async () => {
    const { ec2, pass, inventory } = await still()
    const tags = [{ Key: 'stack', Value: 'one' }]
    const { Vpc } = await ec2.createVpc({
      CidrBlock: '10.0.7.9/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags: tags }],
    })
    expect(Vpc).toMatchObject({ CidrBlock: '10.0.0.0/16', State: 'pending', Tags: tags, IsDefault: false })
    const byTag = { Filters: [{ Name: 'tag:stack', Values: ['o*'] }] }
    expect((await ec2.describeVpcs(byTag)).Vpcs).toEqual([])
    pass(soon)
    expect((await ec2.describeVpcs(byTag)).Vpcs).toMatchObject([{ VpcId: Vpc!.VpcId, State: 'available' }])
    const inIt = { Filters: [{ Name: 'vpc-id', Values: [Vpc!.VpcId!] }] }
    expect((await ec2.describeSecurityGroups(inIt)).SecurityGroups).toMatchObject([{ GroupName: 'default' }])
    expect((await ec2.describeRouteTables(inIt)).RouteTables).toMatchObject([{ Associations: [{ Main: true }] }])
    expect(inventory()).toMatchObject([{ type: 'vpc' }])
    await ec2.deleteVpc({ VpcId: Vpc!.VpcId! })
    expect((await ec2.describeSecurityGroups(inIt)).SecurityGroups).toEqual([])
    expect(inventory()).toEqual([])
  })

  it('is five in a region, takes one attribute a call, and refuses what it does not know', async () => {
    const { ec2, pass } = await still()
    const make = () => ec2.createVpc({ CidrBlock: '10.0.0.0/16' })
    const { Vpc } = await make()
    for (let count = 1; count < 5; count++) await make()
    expect(await codeOf(make())).toBe('VpcLimitExceeded')
    pass(soon)
    const VpcId = Vpc!.VpcId!
    const both = { EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } }
    expect(await codeOf(ec2.modifyVpcAttribute({ VpcId, ...both }))).toBe('InvalidParameterCombination')
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } })
    const answer = await ec2.describeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' })
    expect(answer.EnableDnsHostnames).toEqual({ Value: true })
    expect(await codeOf(ec2.describeVpcs({ VpcIds: ['vpc-nothing'] }))).toBe('InvalidVpcID.NotFound')
    expect(await codeOf(ec2.describeVpcs({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).toBe(
      'InvalidParameterValue',
    )
    expect(await codeOf(ec2.createVpc({ CidrBlock: '10.0.0.0/8' }))).toBe('InvalidVpc.Range')
    expect(await codeOf(ec2.createVpc({ CidrBlock: '10.1.0.0/16', DryRun: true }))).toBe('DryRunOperation')
  })

  it('may not be known to the next call for a moment', async () => {
    const { ec2, pass } = await still()
    const codes: string[] = []
    for (let count = 0; count < 5; count++) {
      const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })
      codes.push(await codeOf(ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.1.0/24' })))
      pass(2.1)
      codes.push(await codeOf(ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.2.0/24' })))
    }
    expect(codes).toContain('InvalidVpcID.NotFound')
    expect(codes.filter((_, index) => index % 2 === 1)).toEqual(Array(5).fill('accepted'))
  })
})
