import { expect } from 'vitest'
import type { JsonObject } from '../../../../src/base/json.ts'
import { rows, str } from '../../../../src/providers/alicloud/read.ts'
import { resources } from '../../../../src/providers/alicloud/resources/index.ts'
import type { Build } from '../../../support/bench.ts'
import type { Bench } from '../support.ts'

/** The tutorial's stack, one thing after the other, through whatever way of making the test has. */
export async function buildTutorial(bench: Bench, build: Build): Promise<void> {
  const { cloud } = bench
  const image = str(
    await cloud.call('ecs', 'DescribeImageFromFamily', { ImageFamily: 'acs:debian_12_x64' }),
    'Image.ImageId',
  )
  const { type, zone, zone2 } = await inStock(bench)
  const vpc = await build(resources.vpc, 'network/vpc', {
    name: 'shop-vpc',
    cidr: '172.16.0.0/12',
    description: 'A shop',
  })
  expect(vpc.cidr).toBe('172.16.0.0/12')
  const vswitchIn = (n: number, zone: string) => ({
    vpcId: vpc.id,
    name: `shop-${n}`,
    zone,
    cidr: `172.16.${n}.0/24`,
  })
  const [one] = await Promise.all([
    build(resources.vswitch, 'subnets/vswitch-1', vswitchIn(1, zone)),
    build(resources.vswitch, 'subnets/vswitch-2', vswitchIn(2, zone2)),
  ])
  const group = await build(resources.securityGroup, 'machines/group', {
    vpcId: vpc.id,
    name: 'shop-sg',
    description: '',
  })
  await build(resources.securityRules, 'machines/rules', {
    groupId: group.id,
    rules: [
      { protocol: 'tcp', ports: '22/22', from: '0.0.0.0/0', description: 'SSH' },
      { protocol: 'icmp', ports: '-1/-1', from: '0.0.0.0/0', description: 'ping' },
    ],
  })
  const key = await build(resources.keyPair, 'machines/key', { name: 'shop-key', publicKey: publicKey() })
  expect(key.fingerprint).not.toBe('')
  const database = build(resources.dbInstance, 'database/instance', await databaseInput(bench, vpc.id, one.id, zone))
  const machine = await build(resources.instance, 'machines/machine-1', {
    name: 'shop-1',
    hostName: 'shop-1',
    description: 'Web server',
    vswitchId: one.id,
    securityGroupId: group.id,
    imageId: image,
    type,
    disk: { category: 'cloud_essd', size: 40 },
    billing: 'payg',
    months: 1,
    bandwidth: 5,
    keyPair: 'shop-key',
    password: null,
    tags: { team: 'shop' },
  })
  expect(machine.privateIp).toMatch(/^172\.16\.1\./)
  expect(machine.publicIp).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  const instanceId = (await database).id
  const access = await build(resources.dbAccess, 'database/access', {
    instanceId,
    group: 'shop',
    allow: ['172.16.0.0/12'],
  })
  expect(access.host).toContain('.')
  expect(Number(access.port)).toBeGreaterThan(0)
  const account = { instanceId, engine: 'PostgreSQL', password: { $secret: 'database.password' } }
  await build(resources.dbAccount, 'database/root', { ...account, name: 'root', privileged: true })
  await Promise.all([
    build(resources.dbAccount, 'database/user', { ...account, name: 'djangouser', privileged: false }),
    build(resources.database, 'database/database', { instanceId, engine: 'PostgreSQL', name: 'db_example' }),
  ])
  const grant = { instanceId, engine: 'PostgreSQL', account: 'djangouser', database: 'db_example' }
  await build(resources.dbGrant, 'database/grant', grant)
  const machineKey = await build(resources.machineKey, 'application/key', { instanceId: machine.id })
  expect(machineKey.publicKey).toContain('BEGIN PUBLIC KEY')
  bench.texts.set('hash', 'echo installed\n')
  await build(resources.setup, 'application/setup', {
    instanceId: machine.id,
    publicKey: machineKey.publicKey as string,
    script: { $text: 'hash' },
    env: { DB_HOST: String(access.host) },
    secrets: { DB_PASSWORD: { $secret: 'database.password' } },
    timeout: 1800,
  })
  const balancer = await build(resources.loadBalancer, 'balancer/balancer', {
    name: 'shop-lb',
    addressType: 'internet',
    primaryZone: zone,
    backupZone: zone2,
    vswitchId: '',
  })
  expect(balancer.address).toMatch(/^\d+\./)
  const pool = await build(resources.serverGroup, 'balancer/group', { loadBalancerId: balancer.id, name: 'shop-group' })
  await build(resources.backend, 'balancer/backend-1', {
    groupId: pool.id,
    instanceId: machine.id,
    port: 80,
    weight: 100,
  })
  const health = {
    path: '/health/',
    interval: 2,
    timeout: 5,
    healthy: 3,
    unhealthy: 3,
    codes: ['http_2xx', 'http_3xx'],
  }
  await build(resources.listener, 'balancer/listener', {
    loadBalancerId: balancer.id,
    groupId: pool.id,
    port: 80,
    health,
  })
  await build(resources.health, 'balancer/health', { loadBalancerId: balancer.id, port: 80, instanceIds: [machine.id] })
}

/** An instance type and two zones that have it. */
async function inStock({ cloud }: Bench): Promise<{ type: string; zone: string; zone2: string }> {
  const params = { DestinationResource: 'InstanceType', IoOptimized: 'optimized' }
  const answer = await cloud.call('ecs', 'DescribeAvailableResource', params)
  const zonesOf = new Map<string, string[]>()
  for (const zone of rows(answer, 'AvailableZones.AvailableZone')) {
    for (const resource of rows(zone, 'AvailableResources.AvailableResource')) {
      for (const row of rows(resource, 'SupportedResources.SupportedResource')) {
        if (str(row, 'StatusCategory') !== 'WithStock') continue
        const type = str(row, 'Value')
        zonesOf.set(type, [...(zonesOf.get(type) ?? []), str(zone, 'ZoneId')])
      }
    }
  }
  const [type, zones] = [...zonesOf].find(([name, list]) => list.length >= 2 && name.startsWith('ecs.g'))!
  return { type, zone: zones[0]!, zone2: zones[1]! }
}

async function databaseInput({ cloud }: Bench, vpcId: string, vswitchId: string, zone: string): Promise<JsonObject> {
  const asked = { Engine: 'PostgreSQL', EngineVersion: '16.0', DBInstanceStorageType: 'cloud_essd', Category: 'Basic' }
  const params = {
    ...asked,
    ZoneId: zone,
    InstanceChargeType: 'Postpaid',
    OrderType: 'BUY',
    CommodityCode: 'bards_intl',
  }
  const row = rows(await cloud.call('rds', 'DescribeAvailableClasses', params), 'DBInstanceClasses')[0]!
  return {
    engine: 'PostgreSQL',
    version: '16.0',
    class: str(row, 'DBInstanceClass'),
    category: 'Basic',
    storageType: 'cloud_essd',
    storage: 20,
    vpcId,
    vswitchId,
    zone,
    name: 'shop-db',
    billing: 'payg',
    months: 1,
    finalBackup: false,
  }
}

function publicKey(): string {
  return 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDLk2mYX0b3o0N7sKkq6v0m0dGq5tX1nq0yX6o8Q3tX9F5J0n5b0x8V6Y0Yt0gVd9JqV4lqzqX6m3E9m0h0u2m8q0V2b3J7y0b9l2c4n5m6p7q8r9s0t1u2v3w4x5y6z7A8B9C0D1E2F3G4H5I6J7K8L9M0N1O2P3Q4R5S6T7U8V9W0X1Y2Z3a4b5c6d7e8f9g0h1i2j3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8z9A0B1C2D3E4F5G6H7I8J9K0L1M2N3O4P5Q6R7S8T9U0V1W2X3Y4Z5 shop@example'
}
