import { describe, expect, it } from 'vitest'
import { network, soon, still, zoneA, zoneB } from '../../support.ts'

describe('a network in the emulated Alibaba Cloud', () => {
  it('has a VPC that is pending for some seconds and refuses VSwitches so long', async () => {
    const { ask, code, pass } = await still()
    const { VpcId } = await ask('vpc.CreateVpc', { CidrBlock: '10.0.0.0/8' })
    expect((await ask('vpc.DescribeVpcAttribute', { VpcId })).Status).toBe('Pending')
    const vswitch = { VpcId, ZoneId: zoneA, CidrBlock: '10.0.1.0/24' }
    expect(await code('vpc.CreateVSwitch', vswitch)).toBe('IncorrectVpcStatus')
    pass(5)
    expect((await ask('vpc.DescribeVpcAttribute', { VpcId })).Status).toBe('Available')
    expect(await code('vpc.CreateVSwitch', vswitch)).toBe('accepted')
  })

  it('changes one VSwitch of a VPC at a time', async () => {
    const { ask, code, pass } = await still()
    const { VpcId } = await ask('vpc.CreateVpc', { CidrBlock: '10.0.0.0/8' })
    pass(soon)
    const { VSwitchId } = await ask('vpc.CreateVSwitch', { VpcId, ZoneId: zoneA, CidrBlock: '10.0.1.0/24' })
    const second = { VpcId, ZoneId: zoneB, CidrBlock: '10.0.2.0/24' }
    expect(await code('vpc.CreateVSwitch', second)).toMatch(/^(Task|Operation)Conflict$/)
    expect(await code('vpc.DeleteVSwitch', { VSwitchId })).toMatch(/^(Task|Operation)Conflict$/)
    pass(soon)
    expect(await code('vpc.CreateVSwitch', second)).toBe('accepted')
  })

  it('refuses blocks that are outside, overlapping, misaligned or too small', async () => {
    const cloud = await still()
    const { VpcId } = await network(cloud)
    const create = (CidrBlock: string) => cloud.code('vpc.CreateVSwitch', { VpcId, ZoneId: zoneA, CidrBlock })
    expect(await create('10.0.0.0/24')).toBe('InvalidCidrBlock.Malformed')
    expect(await create('172.16.1.128/25')).toBe('InvalidCidrBlock.Overlapped')
    expect(await create('172.16.3.7/24')).toBe('InvalidCidrBlock.Malformed')
    expect(await create('172.16.3.0/30')).toBe('InvalidCidrBlock.Malformed')
    expect(await cloud.code('vpc.CreateVpc', { CidrBlock: '100.64.0.0/16' })).toBe('InvalidCidrBlock.Malformed')
  })

  it('answers an empty id, not an error, for what is not there', async () => {
    const { ask, code } = await still()
    expect(await ask('vpc.DescribeVpcAttribute', { VpcId: 'vpc-none' })).toMatchObject({ VpcId: '' })
    expect(await ask('vpc.DescribeVSwitchAttributes', { VSwitchId: 'vsw-none' })).toMatchObject({ VSwitchId: '' })
    expect(await code('vpc.DeleteVpc', { VpcId: 'vpc-none' })).toBe('InvalidVpcId.NotFound')
    expect(await code('vpc.DeleteVSwitch', { VSwitchId: 'vsw-none' })).toBe('InvalidVSwitchId.NotFound')
  })

  it('is taken down only in the right order, and then nothing is left', async () => {
    const cloud = await still()
    const { ask, code, pass } = cloud
    const net = await network(cloud)
    expect(await code('vpc.DeleteVpc', net)).toBe('UnsupportedParameter')
    const { VpcId, VSwitchId, otherVSwitchId, SecurityGroupId } = net
    expect(await code('vpc.DeleteVpc', { VpcId })).toBe('DependencyViolation.VSwitch')
    await ask('vpc.DeleteVSwitch', { VSwitchId })
    pass(3)
    await ask('vpc.DeleteVSwitch', { VSwitchId: otherVSwitchId })
    expect(await code('vpc.DeleteVpc', { VpcId })).toBe('DependencyViolation.VSwitch')
    pass(3)
    expect(await code('vpc.DeleteVpc', { VpcId })).toBe('DependencyViolation.SecurityGroup')
    await ask('ecs.DeleteSecurityGroup', { SecurityGroupId })
    await ask('vpc.DeleteVpc', { VpcId })
    expect(cloud.inventory()).toEqual([])
  })

  it('does not show fresh resources in lists and tag look-ups at once, but by id', async () => {
    const { ask, pass } = await still()
    const tag = { 'Tag.1.Key': 'stack', 'Tag.1.Value': 'shop' }
    const { VpcId } = await ask('vpc.CreateVpc', tag)
    expect((await ask('vpc.DescribeVpcs', tag)).TotalCount).toBe(0)
    expect((await ask('vpc.DescribeVpcs', { VpcId })).TotalCount).toBe(1)
    pass(1.9)
    expect((await ask('vpc.DescribeVpcs', tag)).TotalCount).toBe(0)
    pass(3.2)
    expect((await ask('vpc.DescribeVpcs', tag)).Vpcs.Vpc[0].Tags.Tag).toEqual([{ Key: 'stack', Value: 'shop' }])
    expect((await ask('vpc.DescribeVpcs', { ...tag, 'Tag.1.Value': 'other' })).TotalCount).toBe(0)
  })

  it('allows ten VPCs a region and shows ten a page', async () => {
    const { ask, code, pass } = await still()
    for (let count = 0; count < 10; count++) await ask('vpc.CreateVpc', { VpcName: `net-${count}` })
    expect(await code('vpc.CreateVpc')).toBe('QuotaExceeded.Vpc')
    expect(await code('vpc.CreateVpc', { RegionId: 'ap-northeast-2' })).toBe('accepted')
    pass(soon)
    const page = await ask('vpc.DescribeVpcs', { PageSize: 4, PageNumber: 3 })
    expect(page).toMatchObject({ TotalCount: 10, PageNumber: 3, PageSize: 4 })
    expect(page.Vpcs.Vpc).toHaveLength(2)
  })

  it('refuses an official parameter it does not simulate instead of ignoring it', async () => {
    const { code } = await still()
    expect(await code('vpc.CreateVpc', { EnableIpv6: true })).toBe('UnsupportedParameter')
    expect(await code('vpc.DescribeVpcs', { ResourceGroupId: 'rg-1' })).toBe('UnsupportedParameter')
  })

  it('refuses tags that the clouds keep for themselves', async () => {
    const { code } = await still()
    const tagged = (key: string) => code('vpc.CreateVpc', { 'Tag.1.Key': key, 'Tag.1.Value': 'x' })
    expect(await tagged('acs:mine')).toBe('InvalidTagKey.Malformed')
    expect(await tagged('aliyun-mine')).toBe('InvalidTagKey.Malformed')
    expect(await tagged('stackwright:stack')).toBe('accepted')
  })

  it('keeps what belongs to other accounts and regions apart', async () => {
    const { ask, code } = await still()
    const { VpcId } = await ask('vpc.CreateVpc')
    const other = { accessKeyId: 'other', accessKeySecret: 'other' }
    expect(await ask('vpc.DescribeVpcAttribute', { VpcId }, other)).toMatchObject({ VpcId: '' })
    expect(await code('vpc.DeleteVpc', { VpcId, RegionId: 'cn-hangzhou' })).toBe('InvalidVpcId.NotFound')
  })
})
