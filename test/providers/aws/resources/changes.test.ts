import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import * as kinds from '../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../ground.ts'
import { make, markFor, removeWholly } from '../support.ts'

// What happens to living things: other inputs, and other people's hands.

const { at, settle, group, image } = useNetwork()
const everywhere = '0.0.0.0/0'

describe('routes and rules', () => {
  test('a subnet changes over to another table, and a route that is no longer wished for goes', async () => {
    const { cloud } = at.bench
    const common = { vpcId: at.vpc, name: 'shop' }
    const out = [{ to: everywhere, gatewayId: at.gateway }]
    const one = { ...common, routes: out, subnetIds: [at.subnets[0]!, at.subnets[1]!] }
    const two = { ...common, routes: [{ to: '203.0.113.0/24', gatewayId: at.gateway }], subnetIds: [at.subnets[1]!] }
    const first = await make(cloud, kinds.routeTable, 'subnets/one', one)
    const second = await make(cloud, kinds.routeTable, 'subnets/two', two)
    await settle(kinds.routeTable, 'subnets/one', first.id, { ...one, subnetIds: [at.subnets[0]!] })
    await settle(kinds.routeTable, 'subnets/two', second.id, { ...two, routes: out })
    const { RouteTables } = await cloud.call('ec2', 'DescribeRouteTables', { RouteTableIds: [first.id, second.id] })
    const seen = RouteTables!.map(table => [
      table.Associations!.map(link => link.SubnetId),
      table.Routes!.filter(route => route.Origin === 'CreateRoute').map(route => route.DestinationCidrBlock),
    ])
    expect(seen.sort()).toEqual(
      [
        [[at.subnets[0]], [everywhere]],
        [[at.subnets[1]], [everywhere]],
      ].sort(),
    )
    await removeWholly(cloud, kinds.routeTable, first.id, 'subnets/one', one)
    await removeWholly(cloud, kinds.routeTable, second.id, 'subnets/two', two)
  })

  test('rules are set anew, and those of people stay', async () => {
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
})

describe('databases', () => {
  let input: JsonObject
  beforeAll(async () => {
    const groupId = (await group('database')).id
    const subnetGroup = await make(at.bench.cloud, kinds.dbSubnetGroup, 'database/subnets', {
      name: 'shop',
      subnetIds: at.subnets.slice(0, 2),
    })
    input = {
      identifier: 'shop-db',
      engine: 'mysql',
      version: '8.4',
      class: 'db.t4g.micro',
      storage: 20,
      user: 'shopadmin',
      password: { $secret: 'database.password', version: 1 },
      dbName: 'shop',
      subnetGroup: subnetGroup.id,
      securityGroupIds: [groupId],
      multiAz: false,
      deletionProtection: false,
      finalBackup: false,
    }
  })

  test('another password is set once, and known to be set by whoever comes later', async () => {
    const made = await make(at.bench.cloud, kinds.dbInstance, 'database/instance', input)
    const modified = () =>
      at.bench.sandbox.log.last().filter(call => call.action === 'rds.ModifyDBInstance' && call.status === 200).length
    const before = modified()
    const changed = { ...input, password: { $secret: 'database.password', version: 2 } }
    for (let again = 0; again < 2; again++) {
      expect(await settle(kinds.dbInstance, 'database/instance', made.id, changed)).toEqual(made)
    }
    expect(modified()).toBe(before + 1)
  })

  test('protection that somebody else switched on is said, and stays', async () => {
    const place = { DBInstanceIdentifier: 'shop-db', ApplyImmediately: true }
    await at.bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: true })
    const removal = kinds.dbInstance.remove(
      at.bench.cloud,
      'shop-db',
      input as never,
      markFor(kinds.dbInstance, 'database/instance'),
    )
    await expect(removal).rejects.toMatchObject({ why: expect.stringContaining('protected') })
    expect(await kinds.dbInstance.find(at.bench.cloud, { id: 'shop-db' })).toHaveLength(1)
    await at.bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: false })
  })

  test('a last backup that was wished for is kept, also when only tags are left to tell', async () => {
    await settle(kinds.dbInstance, 'database/instance', 'shop-db', {
      ...input,
      password: { $secret: 'database.password', version: 2 },
      deletionProtection: true,
      finalBackup: true,
    })
    await removeWholly(at.bench.cloud, kinds.dbInstance, 'shop-db', 'database/instance', {})
    const left = at.bench.sandbox.inventory().map(thing => [thing.type, String(thing.id)])
    expect(left.filter(([type]) => String(type).startsWith('db-'))).toEqual(
      expect.arrayContaining([['db-snapshot', expect.stringContaining(':shop-db-final-')]]),
    )
    expect(left.filter(([type]) => type === 'db-instance')).toEqual([])
  })
})

describe('groups of machines', () => {
  test('they grow, shrink, and get other machines with another template', { timeout: 120_000 }, async () => {
    const { cloud } = at.bench
    const groupId = (await group('tier')).id
    const template = {
      name: 'shop-tier',
      imageId: await image('arm64'),
      type: 't4g.micro',
      securityGroupIds: [groupId],
      keyName: '',
      instanceProfile: '',
      userData: '',
      volumeSize: 0,
      instanceTags: { Server: 'App' },
    }
    const first = await make<{ id: string; version: string }>(
      cloud,
      kinds.launchTemplate,
      'machines/template',
      template,
    )
    const input = {
      name: 'shop-tier',
      launchTemplateId: first.id,
      version: first.version,
      subnetIds: [at.subnets[0]!, at.subnets[1]!],
      min: 2,
      max: 4,
      desired: 2,
      targetGroupArns: [],
      graceSeconds: 60,
      tags: {},
    }
    const made = await make(cloud, kinds.autoScalingGroup, 'machines/tier', input)
    const machines = async () =>
      (await cloud.call('autoscaling', 'DescribeAutoScalingGroups', {})).AutoScalingGroups![0]!.Instances!
    await settle(kinds.autoScalingGroup, 'machines/tier', made.id, { ...input, min: 3, desired: 3 })
    expect(await machines()).toHaveLength(3)
    await settle(kinds.autoScalingGroup, 'machines/tier', made.id, input)
    expect(await machines()).toHaveLength(2)
    const before = (await machines()).map(row => row.InstanceId)

    const bigger = { ...template, volumeSize: 20 }
    const second = (await settle(kinds.launchTemplate, 'machines/template', first.id, bigger)) as typeof first
    expect([first.version, second.version]).toEqual(['1', '2'])
    expect(await settle(kinds.launchTemplate, 'machines/template', first.id, template)).toEqual(first)
    await settle(kinds.autoScalingGroup, 'machines/tier', made.id, { ...input, version: second.version })
    const after = await machines()
    expect(after.map(row => row.LaunchTemplate?.Version)).toEqual(['2', '2'])
    expect(after.filter(row => before.includes(row.InstanceId))).toEqual([])

    await removeWholly(cloud, kinds.autoScalingGroup, made.id, 'machines/tier', input)
    await removeWholly(cloud, kinds.launchTemplate, first.id, 'machines/template', template)
    await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/tier', {})
  })
})
