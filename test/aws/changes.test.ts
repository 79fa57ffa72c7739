import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyKind, JsonObject } from '../../src/kind.ts'
import * as kinds from '../../src/providers/aws/kinds/index.ts'
import { type Bench, make, markFor, openBench, removeWholly } from './support.ts'

// What happens to living things: other inputs, other people's hands, data, and what stands in the way of a removal.

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const everywhere = '0.0.0.0/0'
let vpc: string
let gateway: string
const subnets: string[] = []

beforeAll(async () => {
  vpc = (await make(bench.cloud, kinds.vpc, 'network/vpc', { name: 'shop', cidr: '10.0.0.0/16' })).id
  gateway = (await make(bench.cloud, kinds.internetGateway, 'network/gateway', { vpcId: vpc, name: 'shop' })).id
  for (const [n, zone] of ['ap-northeast-1a', 'ap-northeast-1c', 'ap-northeast-1a'].entries()) {
    const input = { vpcId: vpc, name: `shop-${n}`, zone, cidr: `10.0.${n}.0/24`, public: true }
    subnets.push((await make(bench.cloud, kinds.subnet, `subnets/${n}`, input)).id)
  }
})

function settle(kind: AnyKind, address: string, id: string, input: JsonObject) {
  return kind.settle(bench.cloud, id, input, markFor(kind, address))
}

function group(name: string) {
  return make(bench.cloud, kinds.securityGroup, `machines/${name}`, { vpcId: vpc, name, description: '' })
}

async function image(arch: string): Promise<string> {
  const Name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${arch}`
  return (await bench.cloud.call('ssm', 'GetParameter', { Name })).Parameter!.Value!
}

describe('routes and rules', () => {
  test('a subnet changes over to another table, and a route that is no longer wished for goes', async () => {
    const { cloud } = bench
    const common = { vpcId: vpc, name: 'shop' }
    const out = [{ to: everywhere, gatewayId: gateway }]
    const one = { ...common, routes: out, subnetIds: [subnets[0]!, subnets[1]!] }
    const two = { ...common, routes: [{ to: '203.0.113.0/24', gatewayId: gateway }], subnetIds: [subnets[1]!] }
    const first = await make(cloud, kinds.routeTable, 'subnets/one', one)
    const second = await make(cloud, kinds.routeTable, 'subnets/two', two)
    await settle(kinds.routeTable, 'subnets/one', first.id, { ...one, subnetIds: [subnets[0]!] })
    await settle(kinds.routeTable, 'subnets/two', second.id, { ...two, routes: out })
    const { RouteTables } = await cloud.call('ec2', 'DescribeRouteTables', { RouteTableIds: [first.id, second.id] })
    const seen = RouteTables!.map(table => [
      table.Associations!.map(link => link.SubnetId),
      table.Routes!.filter(route => route.Origin === 'CreateRoute').map(route => route.DestinationCidrBlock),
    ])
    expect(seen.sort()).toEqual(
      [
        [[subnets[0]], [everywhere]],
        [[subnets[1]], [everywhere]],
      ].sort(),
    )
    await removeWholly(cloud, kinds.routeTable, first.id, 'subnets/one', one)
    await removeWholly(cloud, kinds.routeTable, second.id, 'subnets/two', two)
  })

  test('rules are set anew, and those of people stay', async () => {
    const { cloud } = bench
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
    const { SecurityGroupRules } = await bench.cloud.call('ec2', 'DescribeSecurityGroupRules', input)
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
    const subnetGroup = await make(bench.cloud, kinds.dbSubnetGroup, 'database/subnets', {
      name: 'shop',
      subnetIds: subnets.slice(0, 2),
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
    const made = await make(bench.cloud, kinds.dbInstance, 'database/instance', input)
    const modified = () =>
      bench.sandbox.log.last().filter(call => call.action === 'rds.ModifyDBInstance' && call.status === 200).length
    const before = modified()
    const changed = { ...input, password: { $secret: 'database.password', version: 2 } }
    for (let again = 0; again < 2; again++) {
      expect(await settle(kinds.dbInstance, 'database/instance', made.id, changed)).toEqual(made)
    }
    expect(modified()).toBe(before + 1)
  })

  test('protection that somebody else switched on is said, and stays', async () => {
    const place = { DBInstanceIdentifier: 'shop-db', ApplyImmediately: true }
    await bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: true })
    const removal = kinds.dbInstance.remove(
      bench.cloud,
      'shop-db',
      input as never,
      markFor(kinds.dbInstance, 'database/instance'),
    )
    await expect(removal).rejects.toMatchObject({ why: expect.stringContaining('protected') })
    expect(await kinds.dbInstance.find(bench.cloud, { id: 'shop-db' })).toHaveLength(1)
    await bench.cloud.call('rds', 'ModifyDBInstance', { ...place, DeletionProtection: false })
  })

  test('a last backup that was wished for is kept, also when only tags are left to tell', async () => {
    await settle(kinds.dbInstance, 'database/instance', 'shop-db', {
      ...input,
      password: { $secret: 'database.password', version: 2 },
      deletionProtection: true,
      finalBackup: true,
    })
    await removeWholly(bench.cloud, kinds.dbInstance, 'shop-db', 'database/instance', {})
    const left = bench.sandbox.inventory().map(thing => [thing.type, String(thing.id)])
    expect(left.filter(([type]) => String(type).startsWith('db-'))).toEqual(
      expect.arrayContaining([['db-snapshot', expect.stringContaining(':shop-db-final-')]]),
    )
    expect(left.filter(([type]) => type === 'db-instance')).toEqual([])
  })
})

describe('groups of machines', () => {
  test('they grow, shrink, and get other machines with another template', { timeout: 120_000 }, async () => {
    const { cloud } = bench
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
      subnetIds: [subnets[0]!, subnets[1]!],
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

describe('a bucket', () => {
  test('is emptied of versions, marks of deleted ones and unfinished uploads before it goes', async () => {
    const { cloud } = bench
    const { S3Client, PutObjectCommand, DeleteObjectCommand, CreateMultipartUploadCommand } = await import(
      '@aws-sdk/client-s3'
    )
    const name = 'shop-images-of-somebody'
    await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: true })
    const person = new S3Client({
      endpoint: bench.sandbox.url,
      region: 'ap-northeast-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    })
    for (const Body of ['one', 'two']) await person.send(new PutObjectCommand({ Bucket: name, Key: 'a/ü.png', Body }))
    await person.send(new DeleteObjectCommand({ Bucket: name, Key: 'a/ü.png' }))
    await person.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'big' }))
    person.destroy()
    await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: true })
    expect(await kinds.bucket.find(cloud, { id: name })).toEqual([])
  })

  test('with the name of one that is there already says so, in the region that would take it silently, too', async () => {
    const { cloud } = bench
    const name = 'shop-first'
    await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: false })
    const east = { ...cloud, region: 'us-east-1' }
    for (const where of [cloud, east]) {
      const again = kinds.bucket.create(where, { name, versioned: false }, markFor(kinds.bucket, 'application/other'))
      await expect(again).rejects.toMatchObject({ fate: 'exists' })
    }
    await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: false })
  })
})

describe('names', () => {
  test('a record that was there before is not ours, is not overwritten and not removed', async () => {
    const { cloud } = bench
    const zone = await make(cloud, kinds.hostedZone, 'balancer/zone', { name: 'shop.example' })
    const input = { zoneId: zone.id, name: 'www.shop.example', type: 'A', alias: null, values: ['192.0.2.1'] }
    const theirs = { Name: input.name, Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '198.51.100.7' }] }
    const change = (Action: 'CREATE' | 'DELETE') =>
      cloud.call('route53', 'ChangeResourceRecordSets', {
        HostedZoneId: zone.id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: theirs }] },
      })
    await change('CREATE')
    const mark = markFor(kinds.record, 'balancer/name')
    await expect(kinds.record.create(cloud, input, mark)).rejects.toMatchObject({ fate: 'exists' })
    const [found] = await kinds.record.find(cloud, { stack: 'shop', address: 'balancer/name', input })
    expect(found?.tags).toEqual({})
    await kinds.record.remove(cloud, found!.id, input, mark)
    expect(await kinds.record.find(cloud, { id: found!.id })).toHaveLength(1)
    await expect(kinds.hostedZone.remove(cloud, zone.id, { name: 'shop.example' }, mark)).rejects.toMatchObject({
      list: ['In the way: www.shop.example. A.'],
    })
    await change('DELETE')
    await removeWholly(cloud, kinds.hostedZone, zone.id, 'balancer/zone', { name: 'shop.example' })
  })
})

describe('what comes to nothing, and what is in the way', () => {
  test('a NAT gateway that failed is one to be made again, and no longer counts as ours', async () => {
    const { cloud } = bench
    const lonely = await make(cloud, kinds.vpc, 'other/vpc', { name: 'lonely', cidr: '10.9.0.0/16' })
    const place = { vpcId: lonely.id, name: 'lonely', zone: 'ap-northeast-1a', cidr: '10.9.0.0/24', public: false }
    const subnet = await make(cloud, kinds.subnet, 'other/subnet', place)
    const ip = await make(cloud, kinds.elasticIp, 'other/ip', { name: 'lonely' })
    const input = { subnetId: subnet.id, allocationId: ip.id, name: 'lonely' }
    await expect(make(cloud, kinds.natGateway, 'other/nat', input)).rejects.toMatchObject({
      fate: expect.stringMatching(/^(again|refused)$/),
      code: 'Gateway.NotAttached',
    })
    expect(await kinds.natGateway.find(cloud, { stack: 'shop', address: 'other/nat' })).toEqual([])
    await removeWholly(cloud, kinds.elasticIp, ip.id, 'other/ip', {})
    await removeWholly(cloud, kinds.subnet, subnet.id, 'other/subnet', place)
    await removeWholly(cloud, kinds.vpc, lonely.id, 'other/vpc', {})
  })

  test("somebody else's machine is named by the removal that it blocks", async () => {
    const { cloud } = bench
    const groupId = (await group('crowded')).id
    const input = {
      name: 'stranger',
      imageId: await image('arm64'),
      type: 't4g.micro',
      subnetId: subnets[2]!,
      securityGroupIds: [groupId],
      keyName: '',
      instanceProfile: '',
      userData: '',
      publicIp: false,
      volumeSize: 0,
      tags: {},
    }
    const stranger = await make(cloud, kinds.instance, 'machines/stranger', input)
    const inTheWay = { list: [`In the way: EC2 instance ${stranger.id}.`] }
    const subnet = kinds.subnet.remove(cloud, subnets[2]!, undefined, markFor(kinds.subnet, 'subnets/2'))
    await expect(subnet).rejects.toMatchObject(inTheWay)
    const removal = kinds.securityGroup.remove(
      cloud,
      groupId,
      undefined,
      markFor(kinds.securityGroup, 'machines/crowded'),
    )
    await expect(removal).rejects.toMatchObject(inTheWay)
    await removeWholly(cloud, kinds.instance, stranger.id, 'machines/stranger', input)
    await removeWholly(cloud, kinds.securityGroup, groupId, 'machines/crowded', {})
  })
})
