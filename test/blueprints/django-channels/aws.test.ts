import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import type { Node } from '../../../src/engine/kind.ts'
import { aws } from '../../../src/providers/aws/index.ts'
import { asked } from './answered.ts'

let blueprint: Awaited<ReturnType<typeof asked>>
beforeAll(async () => {
  blueprint = await asked()
})
afterAll(() => blueprint.close())

const arn = 'arn:aws:acm:ap-northeast-1:123456789012:certificate/12345678-1234-1234-1234-123456789012'
const certificate = {
  'domain.zone': 'certificate',
  'https.certificateArn': arn,
  'domain.name': 'chat.example.com',
}

function input(nodes: Node[], address: string): Record<string, Json> {
  const node = nodes.find(one => one.address === address)
  if (!node) throw new Error(`not drawn: ${address}`)
  return node.input
}

const needsOf = (nodes: Node[], address: string) =>
  [...(nodes.find(one => one.address === address)?.needs ?? [])].sort()
const addresses = (nodes: Node[], pattern: RegExp) =>
  nodes.map(({ address }) => address).filter(address => pattern.test(address))
const ref = (address: string, field = 'id') => ({ $ref: address, field })
const forwardTo = (group: string) => ({ type: 'forward', targetGroupArn: ref(`balancer/${group}`) })

/** `5000 machines/balancer-group` for each opening of a security group. */
function openings(nodes: Node[], address: string): string[] {
  const rules = input(nodes, address).rules as { from: number; to: number; cidr?: string; groupId?: { $ref: string } }[]
  return rules.map(({ from, to, cidr, groupId }) => `${from === to ? from : `${from}-${to}`} ${cidr ?? groupId?.$ref}`)
}

/** Which port of which machines a target group has. */
const membersOf = (nodes: Node[], address: string) => {
  const { groupArn, instanceIds, port } = input(nodes, address)
  return {
    group: (groupArn as { $ref: string }).$ref,
    port,
    machines: (instanceIds as { $ref: string }[]).map(m => m.$ref),
  }
}

describe('The Channels tutorial’s stack', () => {
  test('has two target groups with the same machines: nginx’s port and daphne’s', async () => {
    const { nodes } = await blueprint.drawn()
    const machines = ['machines/instance', 'machines/instance-2']
    expect(membersOf(nodes, 'balancer/targets')).toEqual({ group: 'balancer/target-group', port: 80, machines })
    expect(membersOf(nodes, 'balancer/websocket-targets')).toEqual({
      ...{ group: 'balancer/websocket-group', port: 5000, machines },
    })
    const health = ['target-group', 'websocket-group'].map(group => input(nodes, `balancer/${group}`).health)
    expect(health).toMatchObject([
      { protocol: 'HTTP', path: '/healthz', codes: '200' },
      { protocol: 'HTTP', path: '/ws/healthz', codes: '200' },
    ])
  })

  test('sends /ws/* to daphne with priority 1, and everything else to nginx', async () => {
    const { nodes } = await blueprint.drawn()
    expect(addresses(nodes, /listener|rule$/)).toEqual(['balancer/listener', 'balancer/websocket-rule'])
    expect(input(nodes, 'balancer/listener')).toMatchObject({ port: 80, action: forwardTo('target-group') })
    expect(input(nodes, 'balancer/websocket-rule')).toEqual({
      listenerArn: ref('balancer/listener'),
      priority: 1,
      paths: ['/ws/*'],
      action: forwardTo('websocket-group'),
    })
  })

  test('lets only the load balancer reach both ports, and only the web servers PostgreSQL and Redis', async () => {
    const { nodes } = await blueprint.drawn()
    expect(addresses(nodes, /-rules$/)).toHaveLength(4)
    expect(openings(nodes, 'machines/balancer-rules')).toEqual(['80 0.0.0.0/0'])
    expect(openings(nodes, 'machines/web-rules')).toEqual([
      '80 machines/balancer-group',
      '5000 machines/balancer-group',
    ])
    expect(openings(nodes, 'database/database-rules')).toEqual(['5432 machines/web-group'])
    expect(openings(nodes, 'database/redis-rules')).toEqual(['6379 machines/web-group'])
  })

  test('has its machines in the private subnets, one a zone, without public addresses', async () => {
    const { nodes } = await blueprint.drawn()
    const servers = ['instance', 'instance-2'].map(name => input(nodes, `machines/${name}`))
    expect(servers.map(({ subnetId }) => subnetId)).toEqual([ref('subnets/private-1'), ref('subnets/private-2')])
    expect(servers.map(({ publicIp }) => publicIp)).toEqual([false, false])
  })

  test('installs Django when the database and Redis are there, and waits for both ports after that', async () => {
    const { nodes, served } = await blueprint.drawn()
    const behind = ['database/instance', 'database/database-rules', 'database/redis', 'database/redis-rules']
    expect(needsOf(nodes, 'application/setup')).toEqual(expect.arrayContaining(behind))
    const built = ['application/setup', 'application/setup-2', 'balancer/listener', 'balancer/websocket-rule']
    for (const health of ['balancer/health', 'balancer/websocket-health'])
      expect(needsOf(nodes, health)).toEqual(expect.arrayContaining(built))
    expect(served.awaits.map(({ address }) => address)).toEqual(['balancer/health', 'balancer/websocket-health'])
  })

  test('is proved by a page, by the database and by a WebSocket', async () => {
    const { served } = await blueprint.drawn()
    expect(served).toMatchObject({
      port: 80,
      healthPath: '/healthz',
      proofPath: '/demo/check',
      webSocketPath: '/ws/check/',
    })
  })

  test('names secrets and holds none', async () => {
    const { nodes } = await blueprint.drawn()
    const setup = input(nodes, 'application/setup')
    expect(Object.keys(setup.parameters as object).sort()).toEqual([
      ...['DB_ADMIN_PASSWORD', 'DB_PASSWORD', 'REDIS_PASSWORD', 'SECRET_KEY'],
    ])
    expect(JSON.stringify(setup.env)).not.toContain('secret')
    expect(input(nodes, 'database/redis').authToken).toEqual({ $secret: 'redis.authToken' })
  })

  test('is the same, byte by byte, when drawn again, of kinds that a removal from tags knows', async () => {
    const { nodes } = await blueprint.drawn()
    expect(JSON.stringify((await blueprint.drawn()).nodes)).toBe(JSON.stringify(nodes))
    expect(nodes.filter(({ kind }) => !aws.kinds.includes(kind))).toEqual([])
  })
})

describe('Variations of it', () => {
  test('a third machine is put into both groups and leaves the other two as they were', async () => {
    const [two, three] = [(await blueprint.drawn()).nodes, (await blueprint.drawn({ 'machine.count': '3' })).nodes]
    const changed = two.filter(
      ({ address, input: before }) => JSON.stringify(input(three, address)) !== JSON.stringify(before),
    )
    expect(changed.map(({ address }) => address)).toEqual([
      ...['balancer/targets', 'balancer/websocket-targets', 'balancer/health', 'balancer/websocket-health'],
    ])
  })

  test('a Redis that is there already is used as it is, and none is drawn', async () => {
    const existing = { 'redis.source': 'existing', 'redis.host': 'redis.example.com', 'redis.port': '6380' }
    const { nodes } = await blueprint.drawn({ ...existing, 'redis.tls': 'yes' })
    expect(addresses(nodes, /redis/)).toEqual([])
    const setup = input(nodes, 'application/setup')
    expect(setup.env).toMatchObject({ REDIS_HOST: 'redis.example.com', REDIS_PORT: '6380', REDIS_TLS: 'yes' })
    expect(setup.parameters).not.toHaveProperty('REDIS_PASSWORD')
  })

  test('an existing certificate serves HTTPS with the same rule, and HTTP only redirects', async () => {
    const { nodes, served } = await blueprint.drawn(certificate)
    expect(addresses(nodes, /certificate|record/)).toEqual([])
    expect(addresses(nodes, /listener|rule$/)).toEqual([
      ...['balancer/listener', 'balancer/https-listener', 'balancer/https-websocket-rule'],
    ])
    expect(input(nodes, 'balancer/listener').action).toEqual({ type: 'redirect', port: 443, protocol: 'HTTPS' })
    expect(input(nodes, 'balancer/https-listener')).toMatchObject({
      ...{ port: 443, protocol: 'HTTPS', certificateArn: arn, action: forwardTo('target-group') },
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
    })
    expect(input(nodes, 'balancer/https-websocket-rule')).toMatchObject({
      ...{ listenerArn: ref('balancer/https-listener'), priority: 1, paths: ['/ws/*'] },
      action: forwardTo('websocket-group'),
    })
    expect(openings(nodes, 'machines/balancer-rules')).toEqual(['80 0.0.0.0/0', '443 0.0.0.0/0'])
    expect(served).toMatchObject({
      ...{ port: 443, secure: { name: 'chat.example.com' } },
      records: { name: { name: 'chat.example.com', type: 'CNAME', value: ref('balancer/load-balancer', 'dnsName') } },
    })
  })

  test('without the redirect both listeners have the rule', async () => {
    const { nodes, served } = await blueprint.drawn({ ...certificate, 'https.redirect': 'no' })
    expect(input(nodes, 'balancer/listener').action).toEqual(forwardTo('target-group'))
    for (const [rule, listener] of [
      ['websocket-rule', 'listener'],
      ['https-websocket-rule', 'https-listener'],
    ])
      expect(input(nodes, `balancer/${rule}`)).toEqual({
        listenerArn: ref(`balancer/${listener}`),
        priority: 1,
        paths: ['/ws/*'],
        action: forwardTo('websocket-group'),
      })
    expect(served.port).toBe(80)
  })

  test('the tutorial’s TLS policy may be chosen, and people are told what it allows', async () => {
    const old = { ...certificate, 'https.policy': 'ELBSecurityPolicy-2016-08' }
    const { nodes } = await blueprint.drawn(old)
    expect(input(nodes, 'balancer/https-listener').sslPolicy).toBe('ELBSecurityPolicy-2016-08')
    expect((await blueprint.answered(old)).cautions.join('\n')).toMatch(
      /ELBSecurityPolicy-2016-08 still allows TLS 1\.0/,
    )
  })

  test('other ports and paths are the same everywhere: security group, target group, rule, script', async () => {
    const { nodes, texts } = await blueprint.drawn({
      ...{ 'websocket.port': '5001', 'backend.port': '8080', 'app.port': '8001' },
      ...{ 'websocket.paths': '/ws,/ws/*,/live/*', 'websocket.priority': '7' },
    })
    expect(openings(nodes, 'machines/web-rules')).toEqual([
      '8080 machines/balancer-group',
      '5001 machines/balancer-group',
    ])
    expect([membersOf(nodes, 'balancer/targets').port, membersOf(nodes, 'balancer/websocket-targets').port]).toEqual([
      ...[8080, 5001],
    ])
    expect(input(nodes, 'balancer/websocket-rule')).toMatchObject({ priority: 7, paths: ['/ws', '/ws/*', '/live/*'] })
    const script = [...texts.values()].join('\n')
    for (const part of ['gunicorn --bind :8001 ', 'daphne -b 0.0.0.0 -p 5001 ', 'listen 8080'])
      expect(script).toContain(part)
  })

  test('one’s own project is proved by its own pages alone', async () => {
    const { served } = await blueprint.drawn({
      ...{ 'app.source': 'git', 'app.repository': 'https://example.com/me/chat.git' },
      ...{ 'app.module': 'mysite.wsgi:application', 'app.healthPath': '/ok', 'websocket.healthPath': '/ws/ok' },
    })
    expect(served.healthPath).toBe('/ok')
    expect(served).not.toHaveProperty('proofPath')
    expect(served).not.toHaveProperty('webSocketPath')
  })
})
