import type { Values } from '../../answers/question.ts'
import type { AwsLookups } from '../../providers/aws/lookups.ts'
import { instanceRole } from '../../providers/aws/parts/instance-role.ts'
import { listenerPort, loadBalancer } from '../../providers/aws/parts/load-balancer.ts'
import { tagsQuestion } from '../../providers/aws/parts/machine-questions.ts'
import { number, text } from '../../providers/aws/parts/names.ts'
import { parameters } from '../../providers/aws/parts/parameters.ts'
import { aurora } from '../../providers/aws/parts/rds/aurora.ts'
import { auroraMysql } from '../../providers/aws/parts/rds/engines/aurora-mysql.ts'
import type { DatabaseQuestions } from '../../providers/aws/parts/rds/questions.ts'
import { scalingTier, type TierOf } from '../../providers/aws/parts/scaling-tier.ts'
import { EVERYONE, securityGroup } from '../../providers/aws/parts/security-group.ts'
import { type Subnets, type SubnetTiers, subnets } from '../../providers/aws/parts/subnets.ts'
import { balancerFixes, targetGroup } from '../../providers/aws/parts/target-group.ts'
import { type Vpc, vpc } from '../../providers/aws/parts/vpc.ts'
import { loadBalancer as balancerKind } from '../../providers/aws/resources/index.ts'
import type { StackDrawing } from '../../steps/drawing.ts'
import type { ManagedDatabase, Place } from '../../steps/results.ts'
import type { BlueprintTarget, Served } from '../blueprint.ts'
import { asks, check, fixes, healthPath, proofPath, setup, webHealthPath } from './application.ts'
import { between, table, webPort } from './questions.ts'
import { selectionOf } from './selection.ts'

const tiers: SubnetTiers = [
  { id: 'public', whose: 'load balancer', way: 'gateway' },
  { id: 'web', whose: 'web servers', way: 'nat' },
  { id: 'app', whose: 'application servers', way: 'nat' },
  { id: 'database', whose: 'database', way: 'none' },
]

const PREFER = ['t4g.micro', 't3.micro', 't4g.small', 't3.small']

const web: TierOf = {
  key: 'web',
  tier: 'web',
  whose: 'web servers',
  help: 'How many virtual CPUs and how much memory. The tutorial’s t4g.micro is enough for Apache. Listed: types available in both zones.',
  prefer: PREFER,
  server: 'ApacheWeb',
}

const app: TierOf = {
  key: 'tier',
  tier: 'app',
  whose: 'application servers',
  help: 'How many virtual CPUs and how much memory. The tutorial’s t4g.micro is enough for Flask.',
  prefer: PREFER,
  server: 'App',
}

const cluster: DatabaseQuestions = {
  key: 'aurora',
  engine: auroraMysql,
  tier: 'database',
  prefer: ['db.t4g.medium', 'db.t3.medium', 'db.t4g.large', 'db.t3.large'],
  name: 'testdb',
  user: 'testuser',
}

/** Apache behind an ALB, uWSGI behind an internal NLB, Aurora behind them. */
export const onAws: BlueprintTarget<AwsLookups> = {
  steps: [
    { id: 'network', title: 'Create the VPC and its internet gateway', asks: vpc.questions(8) },
    {
      id: 'subnets',
      title: 'Create eight subnets in two zones, the NAT gateway and the routes',
      asks: subnets.questions(tiers, selectionOf),
    },
    {
      id: 'machines',
      title: 'Create the web tier and the application tier',
      asks: [
        ...scalingTier.questions(web),
        webPort,
        ...scalingTier.questions(app),
        ...between,
        tagsQuestion('machine.tags', ['Server']),
        ...instanceRole.questions('machines'),
      ],
    },
    { id: 'database', title: 'Create the Aurora cluster', asks: aurora.questions(cluster, [table]) },
    { id: 'application', title: 'Install Apache, uWSGI and Flask on the two tiers', asks },
    {
      id: 'balancer',
      title: 'Create the load balancer in front (ALB)',
      asks: [
        ...loadBalancer.questions(),
        ...targetGroup.questions(),
        // Answered by Apache itself: a web server must not be replaced because the tiers behind it fail.
        ...targetGroup.healthQuestions(() => webHealthPath),
      ],
    },
  ],

  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const net = subnets.draw(on.step('subnets'), values, network, tiers)
    const ground = drawGround(on, values, network, net)
    const database = drawDatabase(on, values, network, net, ground)
    const installed = drawTiers(on, values, { net, ground, database })
    return drawFront(on, values, { net, ground, installed })
  },
}

type Ground = ReturnType<typeof drawGround>

/** What both tiers stand on: who may reach whom, their role, their target groups and the load balancer between them. */
function drawGround(on: StackDrawing, values: Values, network: Vpc, net: Subnets) {
  const step = on.step('machines')
  const [port, apachePort] = [number(values, 'tier.port', 9090), number(values, 'web.port', 80)]
  const { vpc } = network
  const front = securityGroup.draw(step, 'balancer', {
    vpc,
    what: 'The load balancer',
    openings: [{ port: listenerPort(values), from: [EVERYONE], why: 'HTTP' }],
  })
  const servers = securityGroup.draw(step, 'web', {
    vpc,
    what: 'The web servers',
    openings: [{ port: apachePort, from: front.group, why: 'HTTP from the load balancer' }],
  })
  const inner = securityGroup.draw(step, 'app-balancer', {
    vpc,
    what: 'The internal load balancer',
    openings: [{ port, from: servers.group, why: 'uWSGI from the web servers' }],
  })
  const applications = securityGroup.draw(step, 'app', {
    vpc,
    what: 'The application servers',
    openings: [{ port, from: inner.group, why: 'uWSGI from the internal load balancer' }],
  })
  const profile = instanceRole.draw(step, values)
  const webTargets = targetGroup.draw(step, 'web-targets', values, {
    network,
    name: text(values, 'group.name'),
    protocol: 'HTTP',
    port: apachePort,
  })
  const balancer = step.add('app-balancer', balancerKind, {
    name: text(values, 'tier.balancerName'),
    type: 'network',
    scheme: 'internal',
    subnetIds: net.tier('app').map(({ id }) => id),
    // Only at its creation: one made without a group can never get one (docs/facts/aws.md, ELB).
    securityGroupIds: [inner.group.get('id')],
  })
  const appTargets = targetGroup.draw(step, 'app-targets', values, {
    network,
    name: text(values, 'tier.groupName'),
    protocol: 'TCP',
    port,
    // Then the servers see the load balancer's address, and its security group is all that they allow.
    attributes: { 'preserve_client_ip.enabled': 'false' },
  })
  const listener = loadBalancer.listen(step, 'app-listener', {
    balancer,
    port,
    protocol: 'TCP',
    action: { type: 'forward', targetGroupArn: appTargets.get('id') },
  })
  return { front, servers, applications, profile, webTargets, balancer, appTargets, listener }
}

function drawDatabase(on: StackDrawing, values: Values, network: Vpc, net: Subnets, ground: Ground): ManagedDatabase {
  const step = on.step('database')
  const firewall = securityGroup.draw(step, 'database', {
    vpc: network.vpc,
    what: 'The database',
    openings: [{ port: auroraMysql.port, from: ground.applications.group, why: 'MySQL from the application servers' }],
  })
  return aurora.draw(step, values, cluster, { subnets: net, firewall })
}

/** The machines of both tiers, with what is installed on them. */
function drawTiers(
  on: StackDrawing,
  values: Values,
  { net, ground, database }: { net: Subnets; ground: Ground; database: ManagedDatabase },
): Place[] {
  const step = on.step('application')
  const setups = setup(values, { database })
  const namesOf = parameters.draw(step, [...Object.values(setups.web.secrets), ...Object.values(setups.app.secrets)])
  const shared = { subnets: net, profile: ground.profile }
  return [
    scalingTier.draw(step, values, web, {
      ...shared,
      group: ground.servers.group,
      targets: ground.webTargets,
      setup: setups.web,
      env: { APP_HOST: ground.balancer.get('dnsName') },
      parameters: namesOf(setups.web.secrets),
      needs: [],
    }),
    scalingTier.draw(step, values, app, {
      ...shared,
      group: ground.applications.group,
      targets: ground.appTargets,
      setup: setups.app,
      parameters: namesOf(setups.app.secrets),
      needs: database.ready,
    }),
  ]
}

/** The load balancer that people come to. */
function drawFront(
  on: StackDrawing,
  values: Values,
  { net, ground, installed }: { net: Subnets; ground: Ground; installed: Place[] },
): Served {
  const step = on.step('balancer')
  const balancer = loadBalancer.draw(step, values, { subnets: net, group: ground.front.group })
  const open = loadBalancer.listen(step, 'listener', {
    balancer,
    port: listenerPort(values),
    protocol: 'HTTP',
    action: { type: 'forward', targetGroupArn: ground.webTargets.get('id') },
  })
  const inner = targetGroup.healthy(step, 'app-health', {
    group: ground.appTargets,
    count: number(values, 'tier.count', 2),
    needs: [ground.listener, ...installed],
  })
  const health = targetGroup.healthy(step, 'health', {
    group: ground.webTargets,
    count: number(values, 'web.count', 2),
    needs: [open, inner, ...installed],
  })
  const proof = proofPath(values)
  return {
    host: balancer.get('dnsName'),
    port: listenerPort(values),
    internal: false,
    awaits: [health, inner],
    healthPath: healthPath(values),
    ...(proof !== undefined && { proofPath: proof }),
    check: check(values),
    fixes: { ...balancerFixes, ...fixes },
  }
}
