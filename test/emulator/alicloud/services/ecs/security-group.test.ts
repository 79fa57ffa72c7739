import { describe, expect, it } from 'vitest'
import { network, order, still } from '../../support.ts'

describe('a security group', () => {
  it('takes a rule twice without having it twice, and gives it back in its own words', async () => {
    const cloud = await still()
    const { SecurityGroupId } = await network(cloud)
    const rule = {
      SecurityGroupId,
      'Permissions.1.IpProtocol': 'tcp',
      'Permissions.1.PortRange': '80/80',
      'Permissions.1.SourceCidrIp': '0.0.0.0/0',
    }
    await cloud.ask('ecs.AuthorizeSecurityGroup', rule)
    await cloud.ask('ecs.AuthorizeSecurityGroup', rule)
    const { Permissions } = await cloud.ask('ecs.DescribeSecurityGroupAttribute', { SecurityGroupId })
    expect(Permissions.Permission).toHaveLength(1)
    expect(Permissions.Permission[0]).toMatchObject({ IpProtocol: 'TCP', PortRange: '80/80', Policy: 'Accept' })
    await cloud.ask('ecs.RevokeSecurityGroup', rule)
    expect((await cloud.ask('ecs.DescribeSecurityGroupAttribute', { SecurityGroupId })).Permissions.Permission).toEqual(
      [],
    )
  })

  it('refuses ports that do not fit the protocol', async () => {
    const cloud = await still()
    const { SecurityGroupId } = await network(cloud)
    const allow = (IpProtocol: string, PortRange: string) =>
      cloud.code('ecs.AuthorizeSecurityGroup', { SecurityGroupId, IpProtocol, PortRange, SourceCidrIp: '10.0.0.0/8' })
    expect(await allow('tcp', '-1/-1')).toBe('InvalidPortRange.Malformed')
    expect(await allow('tcp', '443/80')).toBe('InvalidPortRange.Malformed')
    expect(await allow('icmp', '80/80')).toBe('InvalidPortRange.Malformed')
    expect(await allow('icmp', '-1/-1')).toBe('accepted')
  })

  it('cannot be deleted while a machine is in it', async () => {
    const cloud = await still()
    const net = await network(cloud)
    const { SecurityGroupId } = net
    const { InstanceIdSets } = await cloud.ask('ecs.RunInstances', order(net))
    expect(await cloud.code('ecs.DeleteSecurityGroup', { SecurityGroupId })).toBe('DependencyViolation')
    cloud.pass(50)
    await cloud.ask('ecs.DeleteInstance', { InstanceId: InstanceIdSets.InstanceIdSet[0], Force: true })
    expect(await cloud.code('ecs.DeleteSecurityGroup', { SecurityGroupId })).toBe('DependencyViolation')
    cloud.pass(10)
    expect(await cloud.code('ecs.DeleteSecurityGroup', { SecurityGroupId })).toBe('accepted')
  })
})
