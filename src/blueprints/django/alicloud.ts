import { application } from '../../providers/alicloud/chapters/application.ts'
import { clb } from '../../providers/alicloud/chapters/clb.ts'
import { ecs } from '../../providers/alicloud/chapters/ecs.ts'
import { network } from '../../providers/alicloud/chapters/network.ts'
import { rds } from '../../providers/alicloud/chapters/rds.ts'
import { vswitches } from '../../providers/alicloud/chapters/vswitches.ts'
import type { AlicloudLive } from '../../providers/alicloud/live.ts'
import { preflight } from '../../providers/alicloud/preflight.ts'
import type { BlueprintTarget } from '../blueprint.ts'
import { asks, check, fixes, healthPath, proofPath, setup } from './application.ts'

/** A network in two zones, a machine, RDS and a load balancer (CLB). */
export const onAlicloud: BlueprintTarget<AlicloudLive> = {
  steps: [
    { id: 'network', title: network.title, asks: network.asks },
    { id: 'subnets', title: vswitches.title, asks: vswitches.asks },
    { id: 'machines', title: ecs.title, asks: ecs.asks },
    { id: 'database', title: rds.title, asks: rds.asks },
    { id: 'application', title: application.title, asks },
    { id: 'balancer', title: clb.title, asks: clb.asks },
  ],
  draw(on, values) {
    const none = { stack: on.stack, setup: { script: '', env: {}, secrets: {} } }
    const net = network.draw(on.step('network'), values, none)
    const subnets = vswitches.draw(on.step('subnets'), values, { ...none, network: net })
    const machines = ecs.draw(on.step('machines'), values, { ...none, network: net, subnets })
    const database = rds.draw(on.step('database'), values, { ...none, network: net, subnets })
    const own = setup(values, { database })
    const installed = application.draw(on.step('application'), values, {
      stack: on.stack,
      setup: own,
      machines,
      database,
    })
    const balancer = clb.draw(on.step('balancer'), values, { ...none, subnets, machines, application: installed })
    on.step('network').check([], (lookups, { makes }) => preflight(lookups as AlicloudLive, values, makes))
    const proof = proofPath(values)
    return {
      host: balancer.host,
      port: balancer.port,
      internal: balancer.internal,
      awaits: balancer.ready,
      healthPath: healthPath(values),
      ...(proof !== undefined && { proofPath: proof }),
      check: check(values),
      fixes: {
        'load balancer':
          'Start its listener in the console and let it forward to the machines, or tear the stack down and build it again.',
        ...fixes,
      },
    }
  },
}
