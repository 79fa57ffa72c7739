import { numberProblem } from '../../../../answers/checks.ts'
import type { Question, Values } from '../../../../answers/question.ts'
import type { Chapter, Machine } from '../../../provider.ts'
import type { AwsLive } from '../../live.ts'
import { listener, loadBalancer, targetGroup } from '../../resources/index.ts'
import { backendPortProblem, healthOf } from '../balancer-questions.ts'
import { drawGroup, EVERYONE } from '../groups.ts'
import { drawRole, roleQuestion } from '../identity.ts'
import { countQuestions, diskQuestion, imageQuestion, tagsQuestion, typeQuestion } from '../machine-questions.ts'
import { balancerNameProblem, named, number, text } from '../names.ts'
import { pairOf } from '../subnets.ts'

const PREFER = ['t4g.micro', 't3.micro', 't4g.small', 't3.small']
const asks: Question<AwsLive>[] = [
  typeQuestion({
    key: 'web.type',
    label: 'Instance type of the web servers',
    help: 'How many virtual CPUs and how much memory. The tutorial’s t4g.micro is enough for Apache. Shown is what both zones sell.',
    prefer: PREFER,
    tier: 'web',
  }),
  imageQuestion('web.image', 'web.type', 'web servers'),
  diskQuestion('web.diskSize', 'web servers'),
  ...countQuestions('web', 'web servers'),
  {
    key: 'web.port',
    label: 'Apache port',
    help: 'Where Apache listens on the web servers; reachable for the load balancer alone.',
    type: 'number',
    default: () => 80,
    min: 1,
    max: 65_535,
    check: backendPortProblem,
    advanced: true,
  },
  typeQuestion({
    key: 'tier.type',
    label: 'Instance type of the application servers',
    help: 'How many virtual CPUs and how much memory. The tutorial’s t4g.micro is enough for Flask.',
    prefer: PREFER,
    tier: 'app',
  }),
  imageQuestion('tier.image', 'tier.type', 'application servers'),
  diskQuestion('tier.diskSize', 'application servers'),
  ...countQuestions('tier', 'application servers'),
  {
    key: 'tier.port',
    label: 'uWSGI port',
    help: 'Where the internal load balancer and uWSGI behind it listen; reachable for the web servers alone.',
    type: 'number',
    default: () => 9090,
    min: 1024,
    max: 65_535,
    check: value => numberProblem(value, 1024, 65_535),
    advanced: true,
  },
  {
    key: 'tier.balancerName',
    label: 'Internal load balancer name',
    help: 'The Network Load Balancer between the two tiers.',
    type: 'text',
    default: ({ stack }) => named(stack, 'nlb', 32),
    check: (value, values) =>
      balancerNameProblem(value) ??
      (value === text(values, 'balancer.name') ? 'The other load balancer has that name (balancer.name).' : undefined),
    advanced: true,
  },
  {
    key: 'tier.groupName',
    label: 'Target group name of the application servers',
    help: 'The group of machines behind the internal load balancer.',
    type: 'text',
    default: ({ stack }) => named(stack, 'app', 32),
    check: (value, values) =>
      balancerNameProblem(value) ??
      (value === text(values, 'group.name') ? 'The web servers’ target group has that name (group.name).' : undefined),
    advanced: true,
  },
  tagsQuestion('machine.tags', ['Server']),
  roleQuestion('machine.roleName', 'machines'),
]

/**
 * Console: EC2 → Security Groups, Target Groups, Load Balancers; IAM → Roles. The groups of machines themselves come
 * with what is installed on them.
 */
export const machines: Chapter<AwsLive, 'network' | 'subnets', Machine[]> = {
  title: 'Create the web tier and the application tier',
  asks,
  draw(on, values, { network, subnets, stack }) {
    const of = (what: string) => ({ vpcId: network.id, stack, what })
    const port = number(values, 'tier.port', 9090)
    const webPort = number(values, 'web.port', 80)
    const front = [{ port: number(values, 'listener.port', 80), from: [EVERYONE], why: 'HTTP' }]
    const balancer = drawGroup(on, 'balancer', of('The load balancer'), front)
    const fromFront = { port: webPort, from: balancer, why: 'HTTP from the load balancer' }
    const web = drawGroup(on, 'web', of('The web servers'), [fromFront])
    const fromWeb = { port, from: web, why: 'uWSGI from the web servers' }
    const inner = drawGroup(on, 'app-balancer', of('The internal load balancer'), [fromWeb])
    const fromInner = { port, from: inner, why: 'uWSGI from the internal load balancer' }
    drawGroup(on, 'app', of('The application servers'), [fromInner])
    drawRole(on, { name: text(values, 'machine.roleName'), stack })

    on.add('web-targets', targetGroup, {
      name: text(values, 'group.name'),
      vpcId: network.id,
      protocol: 'HTTP',
      port: webPort,
      health: { protocol: 'HTTP', ...healthOf(values) },
      attributes: {},
    })
    const made = on.add('app-balancer', loadBalancer, {
      name: text(values, 'tier.balancerName'),
      type: 'network',
      scheme: 'internal',
      subnetIds: pairOf(subnets, 'app').map(({ id }) => id),
      // Only at its creation: one made without a group can never get one (facts §7).
      securityGroupIds: [inner.get('id')],
    })
    const targets = on.add('app-targets', targetGroup, {
      name: text(values, 'tier.groupName'),
      vpcId: network.id,
      protocol: 'TCP',
      port,
      health: { protocol: 'TCP', ...timesOf(values) },
      // Then the servers see the load balancer's address, and its security group is all they let in.
      attributes: { 'preserve_client_ip.enabled': 'false' },
    })
    on.add('app-listener', listener, {
      loadBalancerArn: made.get('id'),
      port,
      protocol: 'TCP',
      certificateArn: '',
      sslPolicy: '',
      action: { type: 'forward', targetGroupArn: targets.get('id') },
    })
    return []
  },
}

/** A TCP check has no path and no codes. */
function timesOf(values: Values) {
  const { interval, timeout, healthy, unhealthy } = healthOf(values)
  return { path: '', codes: '', interval, timeout, healthy, unhealthy }
}
