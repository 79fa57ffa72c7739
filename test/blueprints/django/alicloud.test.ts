import { describe, expect, test } from 'vitest'
import type { Values } from '../../../src/answers/question.ts'
import type { Json } from '../../../src/base/json.ts'
import type { Served } from '../../../src/blueprints/blueprint.ts'
import { onAlicloud } from '../../../src/blueprints/django/alicloud.ts'
import type { Node } from '../../../src/engine/kind.ts'
import { kinds } from '../../../src/providers/alicloud/resources/index.ts'
import { drawingOf } from '../../../src/steps/drawing.ts'
import { drawnFrom } from '../../support/blueprints.ts'

/** The tutorial's stack, as the wizard's defaults and a Tokyo with stock everywhere answer it. */
const tutorial: Values = {
  'vpc.name': 'demo-vpc',
  'vpc.cidr': '172.16.0.0/12',
  'vswitch1.name': 'demo-vswitch-1',
  'vswitch1.zone': 'ap-northeast-1a',
  'vswitch1.cidr': '172.16.1.0/24',
  'vswitch2.name': 'demo-vswitch-2',
  'vswitch2.zone': 'ap-northeast-1b',
  'vswitch2.cidr': '172.16.2.0/24',
  'machine.count': 1,
  'machine.billing': 'payg',
  'machine.vswitch': '1',
  'machine.type': 'ecs.e-c1m2.large',
  'machine.image': 'aliyun_3_x64_20G_alibase_20260513.vhd',
  'machine.diskCategory': 'cloud_essd_entry',
  'machine.diskSize': 40,
  'machine.publicIp': true,
  'machine.bandwidth': 5,
  'machine.groupName': 'demo-sg',
  'machine.ports': ['80', '443', 'icmp'],
  'machine.sshFrom': ['0.0.0.0/0'],
  'machine.login': 'key',
  'machine.keyFile': '~/.ssh/id_rsa.pub',
  'machine.publicKey': 'ssh-rsa AAAA me',
  'machine.keyName': 'demo-key',
  'machine.name': 'demo-web',
  'machine.description': 'Web server of demo',
  'machine.hostname': 'demo-web',
  'machine.tags': { team: 'web' },
  'database.engine': 'PostgreSQL',
  'database.vswitch': '1',
  'database.version': '17.0',
  'database.category': 'Basic',
  'database.storageType': 'cloud_essd',
  'database.class': 'pg.n2.2c.1m',
  'database.storage': 20,
  'database.instanceName': 'demo-db',
  'database.billing': 'payg',
  'database.accessGroup': 'demo_web',
  'database.allow': ['172.16.0.0/12'],
  'database.privileged': true,
  'database.privilegedUser': 'root',
  'database.privilegedPassword': { $secret: 'database.privilegedPassword' },
  'database.user': 'djangouser',
  'database.password': { $secret: 'database.password' },
  'database.name': 'db_example',
  'database.finalBackup': false,
  'app.source': 'sample',
  'app.healthPath': '/health/',
  'app.port': 8080,
  'app.workers': 3,
  'app.secretKey': { $secret: 'app.secretKey' },
  'balancer.name': 'demo-clb',
  'balancer.addressType': 'internet',
  'balancer.primaryZone': 'ap-northeast-1a',
  'balancer.backupZone': 'ap-northeast-1b',
  'listener.port': 80,
  'group.name': 'demo-servers',
  'backend.port': 80,
  'backend.weight': 100,
  'health.path': '/health/',
  'health.interval': 2,
  'health.timeout': 5,
  'health.healthy': 3,
  'health.unhealthy': 3,
  'health.codes': ['http_3xx', 'http_2xx'],
}

function drawn(changes: Values = {}): { nodes: Node[]; served: Served; needs: Record<string, string[]> } {
  const { sheet, served } = drawnFrom(onAlicloud, { ...tutorial, ...changes })
  return {
    nodes: sheet.nodes,
    served,
    needs: Object.fromEntries(sheet.nodes.map(({ address, needs }) => [address, needs.sort()])),
  }
}

function input(nodes: Node[], address: string): Record<string, Json> {
  const node = nodes.find(one => one.address === address)
  if (!node) throw new Error(`not drawn: ${address}`)
  return node.input
}

describe('The tutorial’s stack', () => {
  test('waits only for what it mentions or must have', () => {
    expect(drawn().needs).toEqual({
      'network/vpc': [],
      'subnets/vswitch-1': ['network/vpc'],
      'subnets/vswitch-2': ['network/vpc'],
      'machines/security-group': ['network/vpc'],
      'machines/security-rules': ['machines/security-group'],
      'machines/key-pair': [],
      'machines/instance': ['machines/key-pair', 'machines/security-group', 'subnets/vswitch-1'],
      'database/instance': ['network/vpc', 'subnets/vswitch-1'],
      'database/access': ['database/instance'],
      'database/privileged-account': ['database/instance'],
      'database/account': ['database/instance', 'database/privileged-account'],
      'database/database': ['database/instance'],
      'database/grant': ['database/account', 'database/database', 'database/instance'],
      'application/machine-key': ['machines/instance'],
      'application/setup': ['application/machine-key', 'database/access', 'database/grant', 'machines/instance'],
      'balancer/load-balancer': [],
      'balancer/server-group': ['balancer/load-balancer'],
      'balancer/backend': ['balancer/server-group', 'machines/instance'],
      'balancer/listener': ['balancer/load-balancer', 'balancer/server-group'],
      'balancer/health': [
        'application/setup',
        'balancer/backend',
        'balancer/listener',
        'balancer/load-balancer',
        'machines/instance',
      ],
    })
  })

  test('has the tutorial’s values', () => {
    const { nodes } = drawn()
    expect(input(nodes, 'network/vpc')).toMatchObject({ name: 'demo-vpc', cidr: '172.16.0.0/12' })
    expect(input(nodes, 'subnets/vswitch-2')).toMatchObject({ zone: 'ap-northeast-1b', cidr: '172.16.2.0/24' })
    expect(input(nodes, 'database/access')).toMatchObject({ allow: ['172.16.0.0/12'] })
    expect(input(nodes, 'database/privileged-account')).toMatchObject({ name: 'root', privileged: true })
    expect(input(nodes, 'database/account')).toMatchObject({ name: 'djangouser', privileged: false })
    expect(input(nodes, 'database/database')).toMatchObject({ name: 'db_example' })
    expect(input(nodes, 'balancer/backend')).toMatchObject({ port: 80, weight: 100 })
    expect(input(nodes, 'balancer/listener')).toMatchObject({
      port: 80,
      health: { path: '/health/', codes: ['http_2xx', 'http_3xx'] },
    })
    expect(input(nodes, 'balancer/load-balancer')).toMatchObject({ addressType: 'internet', vswitchId: '' })
  })

  test('opens HTTP, HTTPS, ping and SSH, and no more', () => {
    const { rules } = input(drawn().nodes, 'machines/security-rules') as { rules: { ports: string }[] }
    expect(rules.map(({ ports }) => ports).sort()).toEqual(['-1/-1', '22/22', '443/443', '80/80'])
  })

  test('is the same, byte by byte, when drawn again', () => {
    expect(JSON.stringify(drawn().nodes)).toBe(JSON.stringify(drawn().nodes))
  })

  test('holds references to secrets, never secrets, and only known kinds', () => {
    const { nodes } = drawn()
    expect(nodes.filter(({ kind }) => !kinds.includes(kind))).toEqual([])
    expect(input(nodes, 'database/account').password).toEqual({ $secret: 'database.password' })
  })

  test('removing a parent takes along only what lives in it', () => {
    const within = Object.fromEntries(drawn().nodes.flatMap(({ address, within: of }) => (of ? [[address, of]] : [])))
    expect(within).toEqual({
      'machines/security-rules': 'machines/security-group',
      'database/access': 'database/instance',
      'database/privileged-account': 'database/instance',
      'database/account': 'database/instance',
      'database/database': 'database/instance',
      'database/grant': 'database/instance',
      'application/machine-key': 'machines/instance',
      'application/setup': 'machines/instance',
      'balancer/backend': 'balancer/server-group',
    })
  })
})

describe('Variations', () => {
  test('several machines are spread over both zones, each with its own setup and backend', () => {
    const { nodes, needs } = drawn({ 'machine.count': 3, 'machine.vswitch': '2' })
    const places = ['instance', 'instance-2', 'instance-3'].map(name => input(nodes, `machines/${name}`))
    expect(places.map(({ name }) => name)).toEqual(['demo-web', 'demo-web-2', 'demo-web-3'])
    expect(places.map(({ vswitchId }) => (vswitchId as { $ref: string }).$ref)).toEqual([
      'subnets/vswitch-2',
      'subnets/vswitch-1',
      'subnets/vswitch-2',
    ])
    expect(needs['application/setup-2']).toContain('machines/instance-2')
    expect(needs['application/setup-2']).not.toContain('machines/instance')
    expect(needs['balancer/backend-3']).toEqual(['balancer/server-group', 'machines/instance-3'])
    expect(input(nodes, 'balancer/health').instanceIds).toHaveLength(3)
  })

  test('a second machine leaves everything of the first one as it was, but for the health it waits for', () => {
    const one = drawn().nodes
    const two = drawn({ 'machine.count': 2 }).nodes
    for (const node of one) {
      if (node.address === 'balancer/health') continue
      expect(input(two, node.address)).toEqual(node.input)
    }
  })

  test('a password login draws no key pair, and the password by its name', () => {
    const { nodes } = drawn({ 'machine.login': 'password' })
    expect(nodes.map(({ address }) => address)).not.toContain('machines/key-pair')
    expect(input(nodes, 'machines/instance')).toMatchObject({ keyPair: '', password: { $secret: 'machine.password' } })
  })

  test('without a public address a machine has no bandwidth to the internet', () => {
    const { nodes } = drawn({ 'machine.publicIp': false })
    expect(input(nodes, 'machines/instance').bandwidth).toBe(0)
  })

  test('an internal load balancer stands in the VSwitch of its primary zone', () => {
    const { nodes, served } = drawn({ 'balancer.addressType': 'intranet', 'balancer.primaryZone': 'ap-northeast-1b' })
    expect(input(nodes, 'balancer/load-balancer').vswitchId).toEqual({ $ref: 'subnets/vswitch-2', field: 'id' })
    expect(served.internal).toBe(true)
  })

  test('MySQL goes without a privileged account', () => {
    const { needs } = drawn({ 'database.engine': 'MySQL', 'database.privileged': false })
    expect(needs['database/account']).toEqual(['database/instance'])
    expect(needs['database/privileged-account']).toBeUndefined()
  })

  test('a backend port that people did not open is opened to the load balancer and the VPC alone', () => {
    const { nodes } = drawn({ 'backend.port': 8000, 'machine.ports': ['icmp'] })
    const { rules } = input(nodes, 'machines/security-rules') as { rules: { ports: string; from: string }[] }
    expect(rules.filter(({ ports }) => ports === '8000/8000').map(({ from }) => from)).toEqual([
      '100.64.0.0/10',
      '172.16.0.0/12',
    ])
  })

  test('a subscription carries its months', () => {
    const { nodes } = drawn({ 'machine.billing': 'subscription', 'machine.months': 12 })
    expect(input(nodes, 'machines/instance')).toMatchObject({ billing: 'subscription', months: 12 })
  })

  test('a step that the target does not list is refused', () => {
    const on = drawingOf('demo', onAlicloud.steps, { nodes: [], texts: new Map() })
    expect(() => on.step('cache')).toThrow('lists no step cache')
  })
})
