import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { listenerOperations } from './listener.ts'
import { listenerRuleOperations } from './listener-rule.ts'
import { loadBalancerOperations } from './load-balancer.ts'
import { balancerState } from './load-balancer-description.ts'
import { tagOperations } from './tags.ts'
import { targetOperations } from './target.ts'
import { targetGroupOperations } from './target-group.ts'
import { unimplemented } from './unimplemented.ts'

/** Elastic Load Balancing: application and network load balancers. */
export const elbv2: EmulatedService = {
  name: 'elbv2',
  title: 'Elastic Load Balancing',
  wire: wire('elbv2', 'query', '2015-12-01', () => import('@aws-sdk/client-elastic-load-balancing-v2'), {
    signedAs: 'elasticloadbalancing',
  }),
  operations: {
    ...loadBalancerOperations,
    ...targetGroupOperations,
    ...listenerOperations,
    ...listenerRuleOperations,
    ...targetOperations,
    ...tagOperations,
  },
  inventory: {
    'load-balancer': (call, balancer) => (balancer.goneAt === undefined ? balancerState(call, balancer) : 'deleting'),
    'target-group': availableOrDeleting,
    listener: availableOrDeleting,
    rule: availableOrDeleting,
  },
  unimplemented,
}
