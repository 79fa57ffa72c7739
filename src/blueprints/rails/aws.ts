import type { Values } from '../../answers/question.ts'
import type { AwsLookups } from '../../providers/aws/lookups.ts'
import { bastion } from '../../providers/aws/parts/bastion.ts'
import { bucket } from '../../providers/aws/parts/bucket.ts'
import { certificate } from '../../providers/aws/parts/certificate.ts'
import { domain, isSecure } from '../../providers/aws/parts/domain.ts'
import { instanceRole } from '../../providers/aws/parts/instance-role.ts'
import { type InstancesOf, instances } from '../../providers/aws/parts/instances.ts'
import { listenerPort, loadBalancer } from '../../providers/aws/parts/load-balancer.ts'
import { number, text, yes } from '../../providers/aws/parts/names.ts'
import { mysql } from '../../providers/aws/parts/rds/engines/mysql.ts'
import { rdsInstance } from '../../providers/aws/parts/rds/instance.ts'
import type { DatabaseQuestions } from '../../providers/aws/parts/rds/questions.ts'
import { runCommand } from '../../providers/aws/parts/run-command.ts'
import { EVERYONE, type Firewall, securityGroup } from '../../providers/aws/parts/security-group.ts'
import { regionOf, type Subnets, type SubnetTiers, subnets } from '../../providers/aws/parts/subnets.ts'
import { balancerFixes, targetGroup } from '../../providers/aws/parts/target-group.ts'
import { type Vpc, vpc } from '../../providers/aws/parts/vpc.ts'
import type { StackDrawing } from '../../steps/drawing.ts'
import type { ManagedDatabase, Place } from '../../steps/results.ts'
import type { BlueprintTarget, Served } from '../blueprint.ts'
import { asks, check, fixes, healthPath, proofPath, setup } from './application.ts'
import { selectionOf } from './selection.ts'

const tiers: SubnetTiers = [
  { id: 'public', whose: 'load balancer', way: 'gateway' },
  { id: 'private', whose: 'web servers and the database', way: 'nat' },
]

const web: InstancesOf = {
  whose: 'web servers',
  help: {
    count: 'How many machines serve the application, alternating between the two private subnets.',
    type: 'How many virtual CPUs and how much memory. The tutorial’s t2.micro is two generations old; t4g.small has twice its memory, which installing gems needs. Listed: types available in both zones.',
  },
  prefer: ['t4g.small', 't3.small', 't4g.medium', 't3.medium'],
  tier: 'private',
}

const rds: DatabaseQuestions = {
  key: 'database',
  engine: mysql,
  tier: 'private',
  prefer: ['db.t4g.micro', 'db.t3.micro', 'db.t4g.small', 'db.t3.small'],
  name: 'app_production',
  user: 'railsuser',
}

/** Gems are compiled on the machine: a quarter of an hour on a small one; this is the limit. Seconds. */
const PATIENCE = 2700

/** Web servers in private subnets behind a load balancer, a bastion to enter them by, RDS and a bucket. */
export const onAws: BlueprintTarget<AwsLookups> = {
  steps: [
    { id: 'network', title: 'Create the VPC and its internet gateway', asks: vpc.questions(4) },
    {
      id: 'subnets',
      title: 'Create two public and two private subnets, the NAT gateway and the routes',
      asks: subnets.questions(tiers, selectionOf),
    },
    {
      id: 'machines',
      title: 'Create the bastion and the web servers',
      asks: [
        ...instances.questions(web),
        ...instanceRole.questions('web servers'),
        ...bastion.questions('web servers'),
      ],
    },
    {
      id: 'database',
      title: 'Create the RDS database and the S3 bucket for images',
      asks: [...rdsInstance.questions(rds), ...bucket.questions()],
    },
    { id: 'application', title: 'Install Rails and nginx on the web servers', asks },
    {
      id: 'balancer',
      title: 'Create the load balancer, its certificate and its DNS record',
      asks: [
        ...loadBalancer.questions(),
        ...targetGroup.questions(),
        targetGroup.backendPortQuestion('nginx', 'web servers'),
        ...targetGroup.healthQuestions(values => text(values, 'app.healthPath') || '/health'),
        ...domain.questions(),
      ],
    },
  ],

  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const net = subnets.draw(on.step('subnets'), values, network, tiers)
    const servers = drawServers(on, values, network, net)
    const database = drawDatabase(on, values, network, net, servers.group)
    const images = bucket.draw(on.step('database'), values)
    const installed = runCommand.draw(on.step('application'), servers.machines, {
      setup: setup(values, { database }),
      env: { S3_BUCKET: text(values, 'bucket.name'), AWS_REGION: regionOf(values) },
      timeout: PATIENCE,
      needs: [...database.ready, images],
      wayOut: net.wayOut,
    })
    return drawFront(on, values, { network, net, servers, installed })
  },
}

type Servers = ReturnType<typeof drawServers>

/** The bastion, the web servers and who may reach whom. */
function drawServers(on: StackDrawing, values: Values, network: Vpc, net: Subnets) {
  const step = on.step('machines')
  const way = bastion.draw(step, values, { network, subnets: net })
  const open = [listenerPort(values), ...(isSecure(values) ? [443] : [])]
  const front = securityGroup.draw(step, 'balancer', {
    vpc: network.vpc,
    what: 'The load balancer',
    openings: open.map(port => ({ port, from: [EVERYONE], why: port === 443 ? 'HTTPS' : 'HTTP' })),
  })
  const { group } = securityGroup.draw(step, 'web', {
    vpc: network.vpc,
    what: 'The web servers',
    openings: [
      { port: backendPort(values), from: front.group, why: 'HTTP from the load balancer' },
      ...(way ? [{ port: 22, from: way.group, why: 'SSH from the bastion' }] : []),
    ],
  })
  const profile = instanceRole.draw(step, values, { bucket: text(values, 'bucket.name') })
  const machines = instances.draw(step, values, { tier: 'private', subnets: net, group, profile, key: way?.key })
  return { front, group, machines }
}

function drawDatabase(
  on: StackDrawing,
  values: Values,
  network: Vpc,
  net: Subnets,
  servers: Firewall['group'],
): ManagedDatabase {
  const step = on.step('database')
  const firewall = securityGroup.draw(step, 'database', {
    vpc: network.vpc,
    what: 'The database',
    openings: [{ port: mysql.port, from: servers, why: 'MySQL from the web servers' }],
  })
  return rdsInstance.draw(step, values, rds, { subnets: net, firewall })
}

/** The load balancer, its listeners, certificate and name: where people come in. */
function drawFront(
  on: StackDrawing,
  values: Values,
  { network, net, servers, installed }: { network: Vpc; net: Subnets; servers: Servers; installed: Place[] },
): Served {
  const step = on.step('balancer')
  const balancer = loadBalancer.draw(step, values, { subnets: net, group: servers.front.group })
  const port = backendPort(values)
  const name = text(values, 'group.name')
  const group = targetGroup.draw(step, 'target-group', values, { network, name, protocol: 'HTTP', port })
  const registered = targetGroup.register(step, group, servers.machines, port)
  const forward = { type: 'forward' as const, targetGroupArn: group.get('id') }
  const certified = certificate.draw(step, values)
  const redirects = isSecure(values) && yes(values, 'https.redirect')
  const plain = loadBalancer.listen(step, 'listener', {
    balancer,
    port: listenerPort(values),
    protocol: 'HTTP',
    action: redirects ? { type: 'redirect', port: 443, protocol: 'HTTPS' } : forward,
  })
  const listeners = [plain]
  const tls = certificate.tls(values, certified)
  if (tls) {
    listeners.push(
      loadBalancer.listen(step, 'https-listener', { balancer, port: 443, protocol: 'HTTPS', action: forward, tls }),
    )
  }
  domain.draw(step, values, balancer)
  const health = targetGroup.healthy(step, 'health', {
    group,
    count: servers.machines.length,
    needs: [...listeners, registered, ...installed],
  })
  const proof = proofPath(values)
  const records = certificate.recordsFor(values, balancer, certified)
  return {
    host: balancer.get('dnsName'),
    port: redirects ? 443 : listenerPort(values),
    internal: false,
    ...(isSecure(values) && { secure: { name: text(values, 'domain.name') } }),
    ...(records && { records }),
    awaits: [health],
    healthPath: healthPath(values),
    ...(proof !== undefined && { proofPath: proof }),
    check: check(values),
    fixes: { ...balancerFixes, ...fixes },
  }
}

/** The port that nginx answers on, on the web servers. */
function backendPort(values: Values): number {
  return number(values, 'backend.port', 80)
}
