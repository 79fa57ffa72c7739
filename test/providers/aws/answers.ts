import type { Values } from '../../../src/answers/question.ts'
import type { Served } from '../../../src/blueprints/blueprint.ts'
import { onAws as railsOnAws } from '../../../src/blueprints/rails/aws.ts'
import { onAws as tiersOnAws } from '../../../src/blueprints/three-tier/aws.ts'
import type { Node } from '../../../src/engine/kind.ts'
import { drawnFrom } from '../../support/blueprints.ts'

const network: Values = {
  'vpc.name': 'demo-vpc',
  'vpc.cidr': '10.0.0.0/16',
  'public1.zone': 'ap-northeast-1a',
  'public2.zone': 'ap-northeast-1c',
  'public1.cidr': '10.0.1.0/24',
  'public2.cidr': '10.0.2.0/24',
  'nat.count': 1,
}

const front: Values = {
  'balancer.name': 'demo-alb',
  'listener.port': 80,
  'group.name': 'demo-web',
  'health.interval': 10,
  'health.timeout': 5,
  'health.healthy': 2,
  'health.unhealthy': 3,
  'health.codes': '200',
}

/** The Rails tutorial's stack, as the wizard's defaults answer it in Tokyo. */
export const railsAnswers: Values = {
  ...network,
  ...front,
  'private1.zone': 'ap-northeast-1a',
  'private2.zone': 'ap-northeast-1c',
  'private1.cidr': '10.0.3.0/24',
  'private2.cidr': '10.0.4.0/24',
  'machine.count': 2,
  'machine.type': 't4g.small',
  'machine.image': 'ami-0123456789abcdef0',
  'machine.diskSize': 16,
  'machine.name': 'demo-web',
  'machine.tags': {},
  'machine.roleName': 'demo-ap-northeast-1',
  'bastion.enabled': true,
  'bastion.type': 't4g.nano',
  'bastion.image': 'ami-0123456789abcdef0',
  'bastion.sshFrom': ['0.0.0.0/0'],
  'machine.keyName': 'demo-key',
  'machine.publicKey': 'ssh-ed25519 AAAA me',
  'database.identifier': 'demo-db',
  'database.version': '8.4.7',
  'database.class': 'db.t4g.micro',
  'database.storage': 20,
  'database.multiAz': false,
  'database.name': 'app_production',
  'database.user': 'railsuser',
  'database.password': { $secret: 'database.password' },
  'database.adminUser': 'admin',
  'database.adminPassword': { $secret: 'database.adminPassword' },
  'database.deletionProtection': false,
  'database.finalBackup': false,
  'bucket.name': 'demo-images-500000000001',
  'bucket.versioned': false,
  'app.source': 'sample',
  'app.secretKey': { $secret: 'app.secretKey' },
  'backend.port': 80,
  'health.path': '/health',
  'domain.zone': 'none',
}

/** The three-tier tutorial's stack, likewise. */
export const tierAnswers: Values = {
  ...network,
  ...front,
  ...Object.fromEntries(
    ['web', 'app', 'database'].flatMap((tier, i) => [
      [`${tier}1.zone`, 'ap-northeast-1a'],
      [`${tier}2.zone`, 'ap-northeast-1c'],
      [`${tier}1.cidr`, `10.0.${2 * i + 3}.0/24`],
      [`${tier}2.cidr`, `10.0.${2 * i + 4}.0/24`],
    ]),
  ),
  ...Object.fromEntries(
    ['web', 'tier'].flatMap(key => [
      [`${key}.type`, 't4g.micro'],
      [`${key}.image`, 'ami-0123456789abcdef0'],
      [`${key}.diskSize`, 16],
      [`${key}.count`, 2],
      [`${key}.min`, 2],
      [`${key}.max`, 4],
      [`${key}.targetCpu`, 0],
    ]),
  ),
  'web.port': 80,
  'tier.port': 9090,
  'tier.balancerName': 'demo-nlb',
  'tier.groupName': 'demo-app',
  'machine.tags': { team: 'web' },
  'machine.roleName': 'demo-ap-northeast-1',
  'aurora.identifier': 'demo-aurora',
  'aurora.version': '8.0.mysql_aurora.3.08.2',
  'aurora.class': 'db.t4g.medium',
  'aurora.readers': 1,
  'aurora.name': 'testdb',
  'aurora.user': 'testuser',
  'aurora.password': { $secret: 'aurora.password' },
  'aurora.adminUser': 'admin',
  'aurora.adminPassword': { $secret: 'aurora.adminPassword' },
  'aurora.table': 'testtable',
  'aurora.deletionProtection': false,
  'aurora.finalBackup': false,
  'app.source': 'sample',
  'health.path': '/health/web',
}

/** What the blueprint draws from these answers. */
function drawn(target: typeof railsOnAws, values: Values): { nodes: Node[]; served: Served } {
  const { sheet, served } = drawnFrom(target, values)
  return { nodes: sheet.nodes, served }
}

export const drawnRails = (changes: Values = {}) => drawn(railsOnAws, { ...railsAnswers, ...changes })

export const drawnTiers = (changes: Values = {}) => drawn(tiersOnAws, { ...tierAnswers, ...changes })
