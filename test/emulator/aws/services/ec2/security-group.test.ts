import { describe, expect, it } from 'vitest'
import { codeOf } from '../../support.ts'
import { network, soon, still } from './support.ts'

describe('security groups', () => {
  it('have one name a VPC, whatever its case, and only the characters the reference allows', async () => {
    const cloud = await still()
    const { ec2, vpc } = { ...cloud, ...(await network(cloud)) }
    const make = (GroupName: string, Description = 'd') =>
      ec2.createSecurityGroup({ VpcId: vpc, GroupName, Description })
    expect(await codeOf(make('WEB'))).toBe('InvalidGroup.Duplicate')
    expect(await codeOf(make('sg-mine'))).toBe('InvalidParameterValue')
    expect(await codeOf(make("don't"))).toBe('InvalidParameterValue')
    expect(await codeOf(make('app', 'ウェブ'))).toBe('InvalidParameterValue')
  })

  it('refuse a rule that is there, and are not deleted while another names them', async () => {
    const cloud = await still()
    const { ec2, pass } = cloud
    const { vpc, group } = await network(cloud)
    const other = (await ec2.createSecurityGroup({ VpcId: vpc, GroupName: 'db', Description: 'db' })).GroupId!
    pass(soon)
    const rule = { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, UserIdGroupPairs: [{ GroupId: group }] }
    const world = {
      IpProtocol: '6',
      FromPort: 80,
      ToPort: 80,
      IpRanges: [{ CidrIp: '10.0.3.4/16', Description: 'in' }],
    }
    const added = await ec2.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule, world] })
    expect(added.SecurityGroupRules).toMatchObject([
      { ReferencedGroupInfo: { GroupId: group }, IsEgress: false },
      { CidrIpv4: '10.0.0.0/16', IpProtocol: 'tcp', Description: 'in' },
    ])
    expect(await codeOf(ec2.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions: [world] }))).toBe(
      'InvalidPermission.Duplicate',
    )
    expect(await codeOf(ec2.deleteSecurityGroup({ GroupId: group }))).toBe('DependencyViolation')
    await ec2.revokeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule] })
    expect(await codeOf(ec2.revokeSecurityGroupIngress({ GroupId: other, IpPermissions: [rule] }))).toBe(
      'InvalidPermission.NotFound',
    )
    await ec2.deleteSecurityGroup({ GroupId: group })
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [other] })
    expect(SecurityGroups![0]!.IpPermissions).toMatchObject([{ FromPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }])
    expect(SecurityGroups![0]!.IpPermissionsEgress).toMatchObject([{ IpProtocol: '-1' }])
  })
})
