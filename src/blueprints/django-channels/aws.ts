import type { Values } from '../../answers/question.ts'
import type { AwsLookups } from '../../providers/aws/lookups.ts'
import { certificate } from '../../providers/aws/parts/certificate.ts'
import { domain, homeOf, isSecure } from '../../providers/aws/parts/domain.ts'
import { instanceRole } from '../../providers/aws/parts/instance-role.ts'
import { type InstancesOf, instances, type Machine } from '../../providers/aws/parts/instances.ts'
import { type LoadBalancer, listenerPort, loadBalancer } from '../../providers/aws/parts/load-balancer.ts'
import { text } from '../../providers/aws/parts/names.ts'
import { postgresql } from '../../providers/aws/parts/rds/engines/postgresql.ts'
import { rdsInstance } from '../../providers/aws/parts/rds/instance.ts'
import type { DatabaseQuestions } from '../../providers/aws/parts/rds/questions.ts'
import { type RedisOf, redis } from '../../providers/aws/parts/redis.ts'
import { runCommand } from '../../providers/aws/parts/run-command.ts'
import { EVERYONE, type Firewall, securityGroup } from '../../providers/aws/parts/security-group.ts'
import { type Subnets, type SubnetTiers, subnets } from '../../providers/aws/parts/subnets.ts'
import { balancerFixes, targetGroup } from '../../providers/aws/parts/target-group.ts'
import { type Vpc, vpc } from '../../providers/aws/parts/vpc.ts'
import type { StackDrawing } from '../../steps/drawing.ts'
import type { Place } from '../../steps/results.ts'
import type { BlueprintTarget, Served } from '../blueprint.ts'
import { backendPort } from '../common.ts'
import {
  asks,
  check,
  fixes,
  healthPath,
  proofPath,
  setup,
  webSocketHealthPath,
  webSocketPath,
  webSocketPort,
} from './application.ts'
import { drawListeners, redirects, ruleQuestions, TUTORIAL_POLICY } from './listeners.ts'
import { selectionOf } from './selection.ts'

const tiers: SubnetTiers = [
  { id: 'public', whose: 'load balancer', way: 'gateway' },
  { id: 'private', whose: 'web servers, the database and Redis', way: 'nat' },
]

const web: InstancesOf = {
  whose: 'web servers',
  help: {
    count: 'How many machines serve the application, alternating between the two private subnets.',
    type: 'How many virtual CPUs and how much memory. Listed: types available in both zones.',
  },
  prefer: ['t4g.small', 't3.small', 't4g.medium', 't3.medium'],
  tier: 'private',
}

const rds: DatabaseQuestions = {
  key: 'database',
  engine: postgresql,
  tier: 'private',
  prefer: ['db.t4g.micro', 'db.t3.micro', 'db.t4g.small', 'db.t3.small'],
  name: 'channels',
  user: 'channelsuser',
}

const layer: RedisOf = {
  whose: 'web servers',
  use: 'passes the messages between the web servers, as the channel layer',
  tier: 'private',
}

/** Django's packages come as wheels, which takes minutes; this is the limit. Seconds. */
const PATIENCE = 2700

/** daphne pings every 20 seconds (docs/facts/aws.md, ELB); pages that ping less often need more than the usual minute. */
const IDLE_TIMEOUT = 120

/** Machines in private subnets, PostgreSQL and Redis behind them, and a load balancer that tells WebSockets by their path. */
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
      title: 'Create the web servers',
      asks: [...instances.questions(web), ...instanceRole.questions('web servers')],
    },
    {
      id: 'database',
      title: 'Create the RDS database and Redis',
      asks: [...rdsInstance.questions(rds), ...redis.questions(layer)],
    },
    { id: 'application', title: 'Install Django, gunicorn, daphne and nginx on the web servers', asks },
    {
      id: 'balancer',
      title: 'Create the load balancer, its rule for WebSockets and its certificate',
      asks: [
        ...loadBalancer.questions(),
        loadBalancer.idleQuestion(IDLE_TIMEOUT),
        ...ruleQuestions,
        ...targetGroup.questions(),
        targetGroup.backendPortQuestion('nginx', 'web servers'),
        ...targetGroup.healthQuestions(healthPath),
        ...targetGroup.questions({
          key: 'websocket.groupName',
          label: 'Target group name (WebSockets)',
          help: 'The group of daphne’s ports behind the rule.',
          suffix: 'ws',
          besides: 'group.name',
        }),
        ...targetGroup.healthQuestions(webSocketHealthPath, { key: 'websocketHealth', of: 'WebSockets' }),
        ...domain.questions({ tutorialPolicy: TUTORIAL_POLICY }),
      ],
    },
  ],

  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const net = subnets.draw(on.step('subnets'), values, network, tiers)
    const groups = drawGroups(on, values, network)
    const balancer = loadBalancer.draw(on.step('balancer'), values, { subnets: net, group: groups.front })
    const profile = instanceRole.draw(on.step('machines'), values)
    const machines = instances.draw(on.step('machines'), values, {
      tier: 'private',
      subnets: net,
      group: groups.web,
      profile,
      key: undefined,
    })
    const behind = drawBehind(on, values, { network, net, clients: groups.web })
    const installed = runCommand.draw(on.step('application'), machines, {
      setup: setup(values, {
        ...behind,
        host: balancer.get('dnsName'),
        ...(homeOf(values) !== 'none' && { domain: text(values, 'domain.name') }),
      }),
      timeout: PATIENCE,
      needs: [...behind.database.ready, ...behind.redis.ready],
      wayOut: net.wayOut,
    })
    return drawFront(on, values, { network, balancer, machines, installed })
  },
}

/** The security groups of the load balancer and of the web servers: who may reach whom. */
function drawGroups(on: StackDrawing, values: Values, network: Vpc) {
  const step = on.step('machines')
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
      { port: webSocketPort(values), from: front.group, why: 'WebSockets from the load balancer' },
    ],
  })
  return { front: front.group, web: group }
}

/** The database and Redis, which only `clients` reach. */
function drawBehind(
  on: StackDrawing,
  values: Values,
  { network, net, clients }: { network: Vpc; net: Subnets; clients: Firewall['group'] },
) {
  const step = on.step('database')
  const firewall = securityGroup.draw(step, 'database', {
    vpc: network.vpc,
    what: 'The database',
    openings: [{ port: postgresql.port, from: clients, why: 'PostgreSQL from the web servers' }],
  })
  return {
    database: rdsInstance.draw(step, values, rds, { subnets: net, firewall }),
    redis: redis.draw(step, values, layer, { network, subnets: net, clients }),
  }
}

/** The two target groups, the listeners and the certificate: where people come in. */
function drawFront(
  on: StackDrawing,
  values: Values,
  of: { network: Vpc; balancer: LoadBalancer; machines: Machine[]; installed: Place[] },
): Served {
  const step = on.step('balancer')
  const { network, balancer, machines, installed } = of
  const [port, socketPort] = [backendPort(values), webSocketPort(values)]
  const pages = targetGroup.draw(step, 'target-group', values, {
    ...{ network, name: text(values, 'group.name'), protocol: 'HTTP', port },
  })
  const sockets = targetGroup.draw(step, 'websocket-group', values, {
    ...{ network, name: text(values, 'websocket.groupName'), protocol: 'HTTP', port: socketPort },
    health: 'websocketHealth',
  })
  const registered = [
    targetGroup.register(step, pages, machines, port),
    targetGroup.register(step, sockets, machines, socketPort, 'websocket-targets'),
  ]
  const certified = certificate.draw(step, values)
  const listeners = drawListeners(step, values, { balancer, pages, sockets, tls: certificate.tls(values, certified) })
  domain.draw(step, values, balancer)
  const needs = [...listeners, ...registered, ...installed]
  const count = machines.length
  const proof = proofPath(values)
  const socket = webSocketPath(values)
  const records = certificate.recordsFor(values, balancer, certified)
  return {
    host: balancer.get('dnsName'),
    port: redirects(values) ? 443 : listenerPort(values),
    internal: false,
    ...(isSecure(values) && { secure: { name: text(values, 'domain.name') } }),
    ...(records && { records }),
    awaits: [
      targetGroup.healthy(step, 'health', { group: pages, count, needs }),
      targetGroup.healthy(step, 'websocket-health', { group: sockets, count, needs }),
    ],
    healthPath: healthPath(values),
    ...(proof !== undefined && { proofPath: proof }),
    ...(socket !== undefined && { webSocketPath: socket }),
    check: check(values),
    fixes: { ...balancerFixes, ...fixes },
  }
}
