import { type EmulatedService, readiness } from '../../core/emulated-service.ts'
import { text } from '../../core/resources.ts'
import { listenerStatus } from './health.ts'
import { listenerOperations } from './listener.ts'
import { loadBalancerOperations } from './load-balancer.ts'
import { serverGroupOperations } from './server-group.ts'
import { unimplemented } from './unimplemented.ts'

/** Classic Load Balancer (SLB). */
export const slb: EmulatedService = {
  name: 'slb',
  title: 'CLB',
  operations: {
    ...loadBalancerOperations,
    ...serverGroupOperations,
    ...listenerOperations,
  },
  inventory: {
    'load-balancer': (_, balancer) => text(balancer, 'status'),
    'vserver-group': readiness(),
    listener: listenerStatus,
  },
  unimplemented,
}
