import * as kinds from '../../../src/providers/aws/resources/index.ts'
import type { Build } from '../../support/bench.ts'
import type { Ids, Net } from './stack.ts'

/** Load balancers of both kinds, and a group of machines behind the inner one. */
export async function balancers(build: Build, net: Net, ids: Ids, machine: string): Promise<void> {
  const health = {
    protocol: 'HTTP',
    path: '/health',
    interval: 10,
    timeout: 5,
    healthy: 2,
    unhealthy: 2,
    codes: '200-399',
  }
  const pool = await build(kinds.targetGroup, 'balancer/group', {
    name: 'shop-web',
    vpcId: net.vpc,
    protocol: 'HTTP',
    port: 80,
    health,
    attributes: {},
  })
  const app = await build(kinds.targetGroup, 'machines/app-group', {
    name: 'shop-app',
    vpcId: net.vpc,
    protocol: 'TCP',
    port: 9090,
    health: { ...health, protocol: 'TCP', path: '', codes: '' },
    attributes: { 'preserve_client_ip.enabled': 'false' },
  })
  const front = build(kinds.loadBalancer, 'balancer/balancer', {
    name: 'shop',
    type: 'application',
    scheme: 'internet-facing',
    subnetIds: net.open,
    securityGroupIds: [net.group],
    idleTimeout: 120,
  })
  const inner = build(kinds.loadBalancer, 'machines/balancer', {
    name: 'shop-app',
    type: 'network',
    scheme: 'internal',
    subnetIds: net.closed,
    securityGroupIds: [net.inner],
  })
  const template = await build(kinds.launchTemplate, 'machines/template', {
    name: 'shop-app',
    imageId: ids.image,
    type: 't4g.micro',
    securityGroupIds: [net.inner],
    keyName: '',
    instanceProfile: ids.profile,
    userData: { $text: 'hash' },
    volumeSize: 0,
    instanceTags: { Server: 'App' },
  })
  const group = await build(kinds.autoScalingGroup, 'machines/group-app', {
    name: 'shop-app',
    launchTemplateId: template.id,
    version: template.version!,
    subnetIds: net.closed,
    min: 2,
    max: 4,
    desired: 2,
    targetGroupArns: [app.id],
    graceSeconds: 900,
    tags: { Server: 'App' },
  })
  await build(kinds.scalingPolicy, 'machines/policy', { groupName: group.id, name: 'cpu', targetCpu: 50 })
  await build(kinds.command, 'application/app', {
    targets: { tag: { key: 'Server', value: 'App' }, group: group.id, count: 2 },
    name: 'Set up the application tier',
    script: { $text: 'hash' },
    env: {},
    parameters: {},
    timeout: 1800,
  })
  const { id: front1, dnsName, zoneId } = await front
  await build(kinds.targets, 'balancer/targets', { groupArn: pool.id, instanceIds: [machine], port: 80 })
  const https = { certificateArn: ids.certificate, sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' }
  const secure = await build(kinds.listener, 'balancer/https', {
    loadBalancerArn: front1,
    port: 443,
    protocol: 'HTTPS',
    ...https,
    action: { type: 'forward', targetGroupArn: pool.id },
  })
  await build(kinds.listenerRule, 'balancer/rule', {
    listenerArn: secure.id,
    priority: 1,
    paths: ['/ws/*', '/ws'],
    action: { type: 'forward', targetGroupArn: pool.id },
  })
  await build(kinds.listener, 'balancer/http', {
    loadBalancerArn: front1,
    port: 80,
    protocol: 'HTTP',
    certificateArn: '',
    sslPolicy: '',
    action: { type: 'redirect', protocol: 'HTTPS', port: 443 },
  })
  await build(kinds.listener, 'machines/listener', {
    loadBalancerArn: (await inner).id,
    port: 9090,
    protocol: 'TCP',
    certificateArn: '',
    sslPolicy: '',
    action: { type: 'forward', targetGroupArn: app.id },
  })
  await build(kinds.healthyTargets, 'balancer/health', { groupArn: pool.id, count: 1 })
  await build(kinds.healthyTargets, 'machines/health', { groupArn: app.id, count: 2 })
  await build(kinds.record, 'balancer/name', {
    zoneId: ids.zone,
    name: 'www.shop.example',
    type: 'A',
    alias: { dnsName: dnsName!, zoneId: zoneId! },
    values: [],
  })
}
