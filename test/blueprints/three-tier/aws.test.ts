import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/base/json.ts'
import type { Node } from '../../../src/engine/kind.ts'
import { aws } from '../../../src/providers/aws/index.ts'
import { drawnTiers as draw } from '../../providers/aws/answers.ts'

const needsOf = (nodes: Node[]) => Object.fromEntries(nodes.map(({ address, needs }) => [address, [...needs].sort()]))

function input(nodes: Node[], address: string): Record<string, Json> {
  const node = nodes.find(one => one.address === address)
  if (!node) throw new Error(`not drawn: ${address}`)
  return node.input
}

describe('The three-tier tutorial’s stack', () => {
  const { nodes } = draw()
  const needs = needsOf(nodes)

  test('has eight subnets in two zones, and the database’s have no way to the internet', () => {
    const subnets = nodes.filter(({ kind }) => kind.type === 'aws:subnet')
    expect(subnets.map(({ address }) => address.slice(8))).toEqual([
      'public-1',
      'public-2',
      'web-1',
      'web-2',
      'app-1',
      'app-2',
      'database-1',
      'database-2',
    ])
    const routed = nodes.filter(({ kind }) => kind.type === 'aws:route-table').flatMap(table => table.needs)
    expect(routed.filter(address => /database/.test(address))).toEqual([])
  })

  test('lets in from tier to tier only: ALB, web, NLB, application, database', () => {
    const rules = ['balancer', 'web', 'app-balancer', 'app'].map(name => input(nodes, `machines/${name}-rules`).rules)
    const chain = [...rules, input(nodes, 'database/database-rules').rules].map(list =>
      (list as { from: number; cidr?: string; groupId?: { $ref: string } }[])
        .map(({ from, cidr, groupId }) => `${from} ${cidr ?? groupId?.$ref}`)
        .join(),
    )
    expect(chain).toEqual([
      '80 0.0.0.0/0',
      '80 machines/balancer-group',
      '9090 machines/web-group',
      '9090 machines/app-balancer-group',
      '3306 machines/app-group',
    ])
  })

  test('has an internal NLB with a security group of its own, which hides the clients’ addresses', () => {
    expect(input(nodes, 'machines/app-balancer')).toMatchObject({ type: 'network', scheme: 'internal' })
    expect(needs['machines/app-balancer']).toContain('machines/app-balancer-group')
    expect(input(nodes, 'machines/app-targets')).toMatchObject({
      protocol: 'TCP',
      port: 9090,
      attributes: { 'preserve_client_ip.enabled': 'false' },
    })
  })

  test('sets machines up by the tutorial’s tags, in this stack’s own groups', () => {
    const targets = ['web', 'app'].map(tier => input(nodes, `application/${tier}-setup`).targets)
    expect(targets).toEqual([
      {
        tag: { key: 'Server', value: 'ApacheWeb' },
        group: { $ref: 'application/web-servers', field: 'name' },
        count: 2,
      },
      { tag: { key: 'Server', value: 'App' }, group: { $ref: 'application/app-servers', field: 'name' }, count: 2 },
    ])
    expect(input(nodes, 'application/app-template').instanceTags).toEqual({ team: 'web', Server: 'App' })
  })

  test('a machine that the group starts later sets itself up: with the same script, variables and secrets', () => {
    for (const tier of ['web', 'app']) {
      const [template, setup] = ['template', 'setup'].map(name => input(nodes, `application/${tier}-${name}`))
      expect(template!.userData).toEqual(setup!.script)
      expect(template!.env).toEqual(setup!.env)
      expect(template!.parameters).toEqual(setup!.parameters)
    }
    expect(input(nodes, 'application/web-template').env).toMatchObject({
      APP_HOST: { $ref: 'machines/app-balancer', field: 'dnsName' },
    })
    expect(input(nodes, 'application/app-template').env).toMatchObject({
      DB_HOST: { $ref: 'database/cluster', field: 'host' },
      DB_READ_HOST: { $ref: 'database/cluster', field: 'readerHost' },
    })
  })

  test('machines and the database’s servers are made at the same time; what is installed waits for both', () => {
    expect(needs['database/instance-2']).toEqual(['database/cluster'])
    expect(needs['application/app-servers']).not.toContain('database/instance')
    expect(needs['application/app-setup']).toEqual(
      expect.arrayContaining(['application/app-servers', 'database/instance', 'database/instance-2']),
    )
    expect(needs['application/web-servers']).not.toContain('database/cluster')
  })

  test('is the same, byte by byte, when drawn again, of kinds that a removal from tags knows', () => {
    expect(JSON.stringify(draw().nodes)).toBe(JSON.stringify(nodes))
    expect(nodes.filter(({ kind }) => !aws.kinds.includes(kind))).toEqual([])
  })
})

describe('Variations of it', () => {
  test('more machines change the groups and what waits for them, and nothing else', () => {
    const before = draw().nodes
    const after = draw({ 'web.count': 3, 'tier.count': 3 }).nodes
    const changed = before.filter(node => JSON.stringify(input(after, node.address)) !== JSON.stringify(node.input))
    expect(changed.map(({ address }) => address)).toEqual([
      'application/web-servers',
      'application/web-setup',
      'application/app-servers',
      'application/app-setup',
      'balancer/app-health',
      'balancer/health',
    ])
  })

  test('a group follows the load only when people want it', () => {
    expect(draw().nodes.some(({ kind }) => kind.type === 'aws:scaling-policy')).toBe(false)
    const { nodes } = draw({ 'tier.targetCpu': 60 })
    expect(input(nodes, 'application/app-scaling')).toMatchObject({ targetCpu: 60 })
    expect(nodes.map(({ address }) => address)).not.toContain('application/web-scaling')
  })

  test('without readers the writer answers everything', () => {
    const { nodes } = draw({ 'aurora.readers': 0 })
    expect(nodes.filter(({ kind }) => kind.type === 'aws:db-cluster-member')).toHaveLength(1)
  })
})
