import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import type { Node } from '../../../src/engine/kind.ts'
import { aws } from '../../../src/providers/aws/index.ts'
import { drawnRails } from '../../providers/aws/answers.ts'

const needsOf = (nodes: Node[]) => Object.fromEntries(nodes.map(({ address, needs }) => [address, [...needs].sort()]))

function input(nodes: Node[], address: string): Record<string, Json> {
  const node = nodes.find(one => one.address === address)
  if (!node) throw new Error(`not drawn: ${address}`)
  return node.input
}

const route53 = {
  'domain.zone': 'route53',
  'domain.name': 'www.example.com',
  'domain.zoneId': 'Z0123456789',
  'https.redirect': true,
  'https.policy': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
}

describe('The Rails tutorial’s stack', () => {
  const { nodes } = drawnRails()

  test('waits only for what it mentions or must have', () => {
    expect(needsOf(nodes)).toMatchObject({
      'network/vpc': [],
      'network/internet-gateway': ['network/vpc'],
      'subnets/public-1': ['network/vpc'],
      'subnets/elastic-ip-1': ['network/internet-gateway'],
      'subnets/nat-1': ['subnets/elastic-ip-1', 'subnets/public-1', 'subnets/public-routes'],
      'subnets/private-routes-1': ['network/vpc', 'subnets/nat-1', 'subnets/private-1'],
      'machines/role': [],
      'machines/bastion': ['machines/bastion-group', 'machines/key-pair', 'subnets/public-1', 'subnets/public-routes'],
      'machines/instance': [
        'machines/instance-profile',
        'machines/key-pair',
        'machines/web-group',
        'subnets/private-1',
      ],
      'database/instance': ['database/database-group', 'database/subnet-group'],
      'database/bucket': [],
      'application/agent': ['machines/instance', 'subnets/private-routes-1', 'subnets/private-routes-2'],
      'balancer/load-balancer': [
        'machines/balancer-group',
        'subnets/public-1',
        'subnets/public-2',
        'subnets/public-routes',
      ],
      'balancer/health': [
        'application/setup',
        'application/setup-2',
        'balancer/listener',
        'balancer/target-group',
        'balancer/targets',
      ],
    })
  })

  test('lets only the bastion reach SSH, only the load balancer the web port, only the web servers the database', () => {
    const openings = ['bastion', 'balancer', 'web'].map(name => input(nodes, `machines/${name}-rules`).rules)
    const rules = [...openings, input(nodes, 'database/database-rules').rules].map(list =>
      (list as { from: number; cidr?: string; groupId?: { $ref: string } }[]).map(
        ({ from, cidr, groupId }) => `${from} ${cidr ?? groupId?.$ref}`,
      ),
    )
    expect(rules).toEqual([
      ['22 0.0.0.0/0'],
      ['80 0.0.0.0/0'],
      ['80 machines/balancer-group', '22 machines/bastion-group'],
      ['3306 machines/web-group'],
    ])
  })

  test('has its web servers in the private subnets, one a zone, without public addresses', () => {
    const servers = ['instance', 'instance-2'].map(name => input(nodes, `machines/${name}`))
    expect(servers.map(({ subnetId }) => (subnetId as { $ref: string }).$ref)).toEqual([
      'subnets/private-1',
      'subnets/private-2',
    ])
    expect(servers.every(({ publicIp }) => publicIp === false)).toBe(true)
    expect(servers.map(({ name }) => name)).toEqual(['demo-web', 'demo-web-2'])
  })

  test('gives the web servers a role for their secrets and their bucket, and nothing else', () => {
    const policy = JSON.parse(String(input(nodes, 'machines/role').inlinePolicy)) as {
      Statement: { Resource: string[] }[]
    }
    expect(policy.Statement.flatMap(({ Resource }) => Resource)).toEqual([
      'arn:aws:ssm:*:*:parameter/stackwright/demo/*',
      'arn:aws:s3:::demo-images-500000000001/*',
      'arn:aws:s3:::demo-images-500000000001',
    ])
  })

  test('names secrets and holds none', () => {
    expect(input(nodes, 'application/parameter-database-password')).toEqual({
      name: '/stackwright/demo/database.password',
      value: { $secret: 'database.password' },
    })
    expect(input(nodes, 'application/setup').parameters).toMatchObject({
      DB_PASSWORD: { $ref: 'application/parameter-database-password', field: 'name' },
    })
    expect(JSON.stringify(input(nodes, 'application/setup').env)).not.toContain('secret')
  })

  test('is the same, byte by byte, when drawn again, of kinds that a removal from tags knows', () => {
    expect(JSON.stringify(drawnRails().nodes)).toBe(JSON.stringify(nodes))
    expect(nodes.filter(({ kind }) => !aws.kinds.includes(kind))).toEqual([])
  })
})

describe('Variations of it', () => {
  test('a third web server leaves the other two as they were', () => {
    const two = drawnRails().nodes
    const three = drawnRails({ 'machine.count': 3 }).nodes
    const changed = two.filter(
      ({ address, input: before }) => JSON.stringify(input(three, address)) !== JSON.stringify(before),
    )
    expect(changed.map(({ address }) => address)).toEqual(['balancer/targets', 'balancer/health'])
    expect(input(three, 'machines/instance-3').subnetId).toEqual({ $ref: 'subnets/private-1', field: 'id' })
  })

  test('without a bastion nothing listens for SSH, and nobody has a key', () => {
    const { nodes } = drawnRails({ 'bastion.enabled': false })
    expect(nodes.map(({ address }) => address).filter(address => /bastion|key-pair/.test(address))).toEqual([])
    expect(JSON.stringify(input(nodes, 'machines/web-rules'))).not.toContain('"from":22')
    expect(input(nodes, 'machines/instance').keyName).toBe('')
  })

  test('a second NAT gateway serves the second zone', () => {
    const { nodes } = drawnRails({ 'nat.count': 2 })
    const routes = [1, 2].map(
      n => input(nodes, `subnets/private-routes-${n}`).routes as { natGatewayId: { $ref: string } }[],
    )
    expect(routes.map(([route]) => route!.natGatewayId.$ref)).toEqual(['subnets/nat-1', 'subnets/nat-2'])
    expect(input(nodes, 'subnets/nat-2').subnetId).toEqual({ $ref: 'subnets/public-2', field: 'id' })
  })

  test('a domain in Route 53 is proven, certified, served over HTTPS and named, in this order', () => {
    const { nodes, served } = drawnRails(route53)
    const needs = needsOf(nodes)
    expect(needs['balancer/validation-record']).toEqual(['balancer/certificate'])
    expect(needs['balancer/certificate-issued']).toEqual(['balancer/certificate', 'balancer/validation-record'])
    expect(needs['balancer/https-listener']).toContain('balancer/certificate-issued')
    expect(needs['balancer/domain-record']).toEqual(['balancer/load-balancer'])
    expect(input(nodes, 'balancer/listener').action).toMatchObject({ type: 'redirect', port: 443 })
    expect(input(nodes, 'balancer/https-listener')).toMatchObject({
      protocol: 'HTTPS',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    })
    expect(JSON.stringify(input(nodes, 'machines/balancer-rules'))).toContain('"from":443')
    expect(served).toMatchObject({ port: 443, secure: { name: 'www.example.com' } })
  })

  test('a domain elsewhere is certified, and served over HTTP until people say that its records are there', () => {
    const elsewhere = { ...route53, 'domain.zone': 'elsewhere', 'domain.wait': false }
    const { nodes, served } = drawnRails(elsewhere)
    const domain = nodes.map(({ address }) => address).filter(address => /certificate|https|record/.test(address))
    expect(domain).toEqual(['balancer/certificate'])
    expect(served).toMatchObject({ port: 80, records: { name: { name: 'www.example.com', type: 'CNAME' } } })
    const later = drawnRails({ ...elsewhere, 'domain.wait': true })
    expect(later.nodes.map(({ address }) => address)).toContain('balancer/https-listener')
    expect(input(later.nodes, 'balancer/certificate-issued').tell).toBe(true)
  })

  test('both ports answer where people want no redirect', () => {
    const { nodes, served } = drawnRails({ ...route53, 'https.redirect': false })
    expect(input(nodes, 'balancer/listener').action).toMatchObject({ type: 'forward' })
    expect(served.port).toBe(80)
  })
})
