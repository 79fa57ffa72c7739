import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, removeWholly } from '../../support.ts'

const { at, settle, group } = useNetwork()
const everywhere = '0.0.0.0/0'

test('rules follow the input, and those added by people stay', async () => {
  const { cloud } = at.bench
  const { id: groupId } = await group('ruled')
  const rule = (port: number) => ({ protocol: 'tcp', from: port, to: port, cidr: everywhere, description: 'Shop' })
  const rules = await make(cloud, kinds.securityRules, 'machines/rules', { groupId, rules: [rule(80), rule(22)] })
  const own = { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '198.51.100.0/24' }] }
  await cloud.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: groupId, IpPermissions: [own] })
  await settle(kinds.securityRules, 'machines/rules', rules.id, { groupId, rules: [rule(80), rule(443)] })
  expect(await portsOf(groupId)).toEqual([80, 443, 8080])
  await removeWholly(cloud, kinds.securityRules, rules.id, 'machines/rules', { groupId, rules: [] })
  expect(await portsOf(groupId)).toEqual([8080])
  await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/ruled', {})
})

async function portsOf(groupId: string): Promise<number[]> {
  const input = { Filters: [{ Name: 'group-id', Values: [groupId] }] }
  const { SecurityGroupRules } = await at.bench.cloud.call('ec2', 'DescribeSecurityGroupRules', input)
  return SecurityGroupRules!
    .filter(row => !row.IsEgress)
    .map(row => row.FromPort!)
    .sort((a, b) => a - b)
}
