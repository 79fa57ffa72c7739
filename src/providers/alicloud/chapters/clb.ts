import { backend, health, listener, loadBalancer, serverGroup } from '../kinds/index.ts'
import type { AlicloudLive } from '../live.ts'
import type { Balancer, Chapter } from './chapter.ts'
import { asks, codesOf } from './clb-questions.ts'
import { number, numbered, text } from './names.ts'

/** Console: Server Load Balancer → CLB → Create, then the listener's wizard. */
export const clb: Chapter<AlicloudLive, 'subnets' | 'machines' | 'application', Balancer> = {
  title: 'Create the load balancer (CLB)',
  asks,
  draw(on, values, { subnets, machines, application }) {
    const internal = text(values, 'balancer.addressType') === 'intranet'
    const primaryZone = text(values, 'balancer.primaryZone')
    const port = number(values, 'listener.port', 80)
    const own = subnets.find(({ zone }) => zone === primaryZone) ?? subnets[0]!
    const made = on.add('load-balancer', loadBalancer, {
      name: text(values, 'balancer.name'),
      addressType: internal ? 'intranet' : 'internet',
      primaryZone,
      backupZone: text(values, 'balancer.backupZone'),
      vswitchId: internal ? own.id : '',
    })
    const loadBalancerId = made.get('id')
    const group = on.add('server-group', serverGroup, { loadBalancerId, name: text(values, 'group.name') })
    const names = numbered('backend', machines.length)
    const backends = machines.map((machine, i) =>
      on.add(
        names[i]!,
        backend,
        {
          groupId: group.get('id'),
          instanceId: machine.id,
          port: number(values, 'backend.port', 80),
          weight: number(values, 'backend.weight', 100),
        },
        { within: group },
      ),
    )
    const open = on.add('listener', listener, {
      loadBalancerId,
      groupId: group.get('id'),
      port,
      health: {
        path: text(values, 'health.path'),
        interval: number(values, 'health.interval', 2),
        timeout: number(values, 'health.timeout', 5),
        healthy: number(values, 'health.healthy', 3),
        unhealthy: number(values, 'health.unhealthy', 3),
        codes: codesOf(values['health.codes']),
      },
    })
    const served = on.add(
      'health',
      health,
      { loadBalancerId, port, instanceIds: machines.map(({ id }) => id) },
      { needs: [open, ...backends, ...application.ready] },
    )
    return { host: made.get('address'), port, internal, ready: [served] }
  },
}
