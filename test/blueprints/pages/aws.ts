import type { BlueprintTarget } from '../../../src/blueprints/blueprint.ts'
import type { AwsLookups } from '../../../src/providers/aws/lookups.ts'
import { instanceRole } from '../../../src/providers/aws/parts/instance-role.ts'
import { type InstancesOf, instances } from '../../../src/providers/aws/parts/instances.ts'
import { listenerPort, loadBalancer } from '../../../src/providers/aws/parts/load-balancer.ts'
import { text } from '../../../src/providers/aws/parts/names.ts'
import { mysql } from '../../../src/providers/aws/parts/rds/engines/mysql.ts'
import { runCommand } from '../../../src/providers/aws/parts/run-command.ts'
import { EVERYONE, securityGroup } from '../../../src/providers/aws/parts/security-group.ts'
import { type SubnetTiers, subnets } from '../../../src/providers/aws/parts/subnets.ts'
import { balancerFixes, targetGroup } from '../../../src/providers/aws/parts/target-group.ts'
import { vpc } from '../../../src/providers/aws/parts/vpc.ts'
import { asks, check, fixes, setup } from './application.ts'

const tiers: SubnetTiers = [
  { id: 'public', whose: 'load balancer', way: 'gateway' },
  { id: 'private', whose: 'servers', way: 'nat' },
]

const servers: InstancesOf = {
  whose: 'servers',
  help: { count: 'How many serve the pages.', type: 'The smallest is enough.' },
  prefer: ['t4g.nano', 't3.nano'],
  tier: 'private',
}

/** No database, no bastion, no domain: the steps are other ones than those of the product's own blueprints. */
export const onAws: BlueprintTarget<AwsLookups> = {
  steps: [
    { id: 'network', title: 'Create the network', asks: [...vpc.questions(4), ...subnets.questions(tiers, selection)] },
    {
      id: 'servers',
      title: 'Create the servers',
      asks: [...instances.questions(servers), ...instanceRole.questions('servers')],
    },
    { id: 'pages', title: 'Write the pages', asks },
    {
      id: 'front',
      title: 'Create the load balancer',
      asks: [...loadBalancer.questions(), ...targetGroup.questions(), ...targetGroup.healthQuestions(() => '/')],
    },
  ],
  draw(on, values) {
    const network = vpc.draw(on.step('network'), values)
    const net = subnets.draw(on.step('network'), values, network, tiers)
    const step = on.step('servers')
    const open = { port: listenerPort(values), from: [EVERYONE], why: 'HTTP' }
    const front = securityGroup.draw(step, 'front', { vpc: network.vpc, what: 'The load balancer', openings: [open] })
    const { group } = securityGroup.draw(step, 'servers', {
      vpc: network.vpc,
      what: 'The servers',
      openings: [{ port: 80, from: front.group, why: 'HTTP from the load balancer' }],
    })
    const profile = instanceRole.draw(step, values)
    const machines = instances.draw(step, values, { tier: 'private', subnets: net, group, profile, key: undefined })
    const written = runCommand.draw(on.step('pages'), machines, {
      setup: setup(values),
      timeout: 600,
      needs: [],
      wayOut: net.wayOut,
    })
    const last = on.step('front')
    const balancer = loadBalancer.draw(last, values, { subnets: net, group: front.group })
    const targets = targetGroup.draw(last, 'targets-group', values, {
      network,
      name: text(values, 'group.name'),
      protocol: 'HTTP',
      port: 80,
    })
    const registered = targetGroup.register(last, targets, machines, 80)
    const listener = loadBalancer.listen(last, 'listener', {
      balancer,
      port: listenerPort(values),
      protocol: 'HTTP',
      action: { type: 'forward', targetGroupArn: targets.get('id') },
    })
    const needs = [listener, registered, ...written]
    const health = targetGroup.healthy(last, 'health', { group: targets, count: machines.length, needs })
    return {
      host: balancer.get('dnsName'),
      port: listenerPort(values),
      internal: false,
      awaits: [health],
      healthPath: '/',
      check,
      fixes: { ...balancerFixes, ...fixes },
    }
  },
}

function selection() {
  return { types: ['t4g.nano'], engine: mysql }
}
