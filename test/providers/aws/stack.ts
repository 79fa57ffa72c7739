import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import * as kinds from '../../../src/providers/aws/resources/index.ts'
import type { Build } from '../../support/bench.ts'
import { balancers } from './stack-balancers.ts'
import type { Bench } from './support.ts'

/** A connection, to whichever cloud answers. */
type Ground = Pick<Bench, 'cloud' | 'texts'>

const everywhere = '0.0.0.0/0'
const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64'
const password = { $secret: 'database.password' }

/** What the two tutorials of AWS need, in one network, one of each kind at least. */
export async function buildEverything(bench: Ground, build: Build): Promise<void> {
  const net = await network(bench, build)
  const ids = await identity(bench, build)
  const others = [databases(bench, build, net), cache(build, net)]
  const [machine] = await Promise.all([machines(bench, build, net, ids), ...others])
  await balancers(build, net, ids, machine)
  const { uri } = await build(kinds.ecrRepository, 'application/repository', { name: 'shop/web' })
  expect(uri).toMatch(/^\d{12}\.dkr\.ecr\.ap-northeast-1\.amazonaws\.com\/shop\/web$/)
  await build(kinds.bucket, 'application/bucket', { name: 'shop-images-500000000001', versioned: true })
}

export interface Net {
  vpc: string
  open: string[]
  closed: string[]
  group: string
  inner: string
}
export interface Ids {
  image: string
  profile: string
  key: string
  certificate: string
  zone: string
}

async function network({ cloud }: Ground, build: Build): Promise<Net> {
  const vpc = await build(kinds.vpc, 'network/vpc', { name: 'shop', cidr: '10.0.0.0/16' })
  expect(vpc.cidr).toBe('10.0.0.0/16')
  const gateway = await build(kinds.internetGateway, 'network/gateway', { vpcId: vpc.id, name: 'shop' })
  const zones = (await cloud.call('ec2', 'DescribeAvailabilityZones', {})).AvailabilityZones!.map(row => row.ZoneName!)
  const subnet = (n: number, isPublic: boolean) =>
    build(kinds.subnet, `subnets/${n}`, {
      vpcId: vpc.id,
      name: `shop-${n}`,
      zone: zones[n % 2]!,
      cidr: `10.0.${n}.0/24`,
      public: isPublic,
    })
  const open = [await subnet(0, true), await subnet(1, true)]
  const closed = [await subnet(2, false), await subnet(3, false)]
  await build(kinds.routeTable, 'subnets/public-routes', {
    vpcId: vpc.id,
    name: 'shop-public',
    routes: [{ to: everywhere, gatewayId: gateway.id }],
    subnetIds: open.map(({ id }) => id),
  })
  const ip = await build(kinds.elasticIp, 'subnets/ip', { name: 'shop-nat' })
  expect(ip.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  const nat = await build(kinds.natGateway, 'subnets/nat', {
    subnetId: open[0]!.id,
    allocationId: ip.id,
    name: 'shop-nat',
  })
  await build(kinds.routeTable, 'subnets/private-routes', {
    vpcId: vpc.id,
    name: 'shop-private',
    routes: [{ to: everywhere, natGatewayId: nat.id }],
    subnetIds: closed.map(({ id }) => id),
  })
  const group = await build(kinds.securityGroup, 'machines/group', {
    vpcId: vpc.id,
    name: 'shop-web',
    description: 'Web servers',
  })
  const inner = await build(kinds.securityGroup, 'database/group', { vpcId: vpc.id, name: 'shop-db', description: '' })
  await build(kinds.securityRules, 'machines/rules', {
    groupId: group.id,
    rules: [
      { protocol: 'tcp', from: 80, to: 80, cidr: everywhere, description: 'HTTP' },
      // The two groups mention each other: neither could be removed first.
      { protocol: 'tcp', from: 22, to: 22, groupId: inner.id, description: 'SSH' },
    ],
  })
  await build(kinds.securityRules, 'database/rules', {
    groupId: inner.id,
    rules: [
      { protocol: 'tcp', from: 3306, to: 3306, groupId: group.id, description: 'MySQL' },
      { protocol: 'tcp', from: 9090, to: 9090, groupId: inner.id, description: 'uWSGI' },
    ],
  })
  return {
    vpc: vpc.id,
    open: open.map(({ id }) => id),
    closed: closed.map(({ id }) => id),
    group: group.id,
    inner: inner.id,
  }
}

async function identity({ cloud }: Ground, build: Build): Promise<Ids> {
  const key = await build(kinds.keyPair, 'machines/key', { name: 'shop-key', publicKey: publicKey() })
  expect(key.fingerprint).not.toBe('')
  const role = await build(kinds.role, 'machines/role', {
    name: 'shop-machines',
    service: 'ec2.amazonaws.com',
    managedPolicies: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
    inlinePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    }),
  })
  expect(role.arn).toMatch(/^arn:aws:iam::/)
  const profile = await build(kinds.instanceProfile, 'machines/profile', { name: 'shop-machines', roleName: role.id })
  await build(kinds.parameter, 'database/parameter', { name: '/stackwright/shop/database', value: password })
  const zone = await build(kinds.hostedZone, 'balancer/zone', { name: 'shop.example' })
  const certificate = await build(kinds.certificate, 'balancer/certificate', {
    domain: 'www.shop.example',
    names: ['shop.example'],
  })
  await build(kinds.validationRecord, 'balancer/proof', {
    zoneId: zone.id,
    certificateArn: certificate.id,
    records: certificate.records!,
  })
  await build(kinds.certificateIssued, 'balancer/issued', { arn: certificate.id, tell: true })
  const { Parameter } = await cloud.call('ssm', 'GetParameter', { Name: image })
  return { image: Parameter!.Value!, profile: profile.id, key: key.id, certificate: certificate.id, zone: zone.id }
}

async function machines(bench: Ground, build: Build, net: Net, ids: Ids): Promise<string> {
  bench.texts.set('hash', 'echo installed\n')
  const machine = await build(kinds.instance, 'machines/machine-1', {
    name: 'shop-1',
    imageId: ids.image,
    type: 't4g.micro',
    subnetId: net.open[0]!,
    securityGroupIds: [net.group],
    keyName: ids.key,
    instanceProfile: ids.profile,
    userData: { $text: 'hash' },
    env: { GREETING: "it's" },
    publicIp: true,
    volumeSize: 12,
    tags: { team: 'shop' },
  })
  expect(machine.privateIp).toMatch(/^10\.0\.0\./)
  expect(machine.publicIp).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  await build(kinds.machineReady, 'application/agent', { instanceId: machine.id })
  await build(kinds.command, 'application/setup', {
    targets: { instanceIds: [machine.id] },
    name: 'Set up shop-1',
    script: { $text: 'hash' },
    env: { DB_HOST: 'db' },
    parameters: { DB_PASSWORD: '/stackwright/shop/database' },
    timeout: 1800,
  })
  return machine.id
}

async function databases(_bench: Ground, build: Build, net: Net): Promise<void> {
  const group = await build(kinds.dbSubnetGroup, 'database/subnets', { name: 'Shop', subnetIds: net.closed })
  expect(group.id).toBe('shop')
  const common = {
    user: 'shopadmin',
    password,
    subnetGroup: group.id,
    securityGroupIds: [net.inner],
    deletionProtection: true,
    finalBackup: false,
  }
  const single = build(kinds.dbInstance, 'database/instance', {
    ...common,
    identifier: 'shop-db',
    engine: 'mysql',
    version: '8.4',
    class: 'db.t4g.micro',
    storage: 20,
    dbName: 'shop',
    multiAz: false,
  })
  const cluster = await build(kinds.dbCluster, 'database/cluster', {
    ...common,
    identifier: 'shop-aurora',
    engine: 'aurora-mysql',
    version: '8.0',
    dbName: 'testdb',
  })
  expect(cluster.readerHost).toContain('.')
  for (const n of [1, 2]) {
    await build(kinds.dbClusterMember, `database/member-${n}`, {
      clusterId: cluster.id,
      identifier: `shop-aurora-${n}`,
      class: 'db.t4g.medium',
      zone: '',
      tier: n,
    })
  }
  expect((await single).port).toBe('3306')
}

async function cache(build: Build, net: Net): Promise<void> {
  const places = await build(kinds.cacheSubnetGroup, 'database/cache-subnets', { name: 'shop', subnetIds: net.closed })
  expect(places.id).toBe('shop')
  const made = await build(kinds.replicationGroup, 'database/cache', {
    name: 'shop-redis',
    engine: 'valkey',
    version: '8.1',
    nodeType: 'cache.t4g.micro',
    replicas: 1,
    port: 6379,
    subnetGroup: places.id,
    securityGroupIds: [net.inner],
    authToken: password,
  })
  expect(made).toMatchObject({ host: expect.stringContaining('.'), port: '6379' })
}

/** As `ssh-keygen -t ed25519` writes it. */
function publicKey(): string {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const parts = [Buffer.from('ssh-ed25519'), Buffer.from(x!, 'base64url')]
  const body = parts.flatMap(part => [Buffer.from([0, 0, 0, part.length]), part])
  return `ssh-ed25519 ${Buffer.concat(body).toString('base64')} shop@example`
}
