import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { hostedZoneOperations } from './hosted-zone.ts'
import { recordOperations } from './record.ts'
import { unimplemented } from './unimplemented.ts'

/** Hosted zones and their records. */
export const route53: EmulatedService = {
  name: 'route53',
  title: 'Route 53',
  wire: wire('route53', 'route53', '2013-04-01', () => import('@aws-sdk/client-route-53'), {
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    global: true,
  }),
  operations: {
    ...hostedZoneOperations,
    ...recordOperations,
  },
  inventory: {
    'hosted-zone': availableOrDeleting,
    record: availableOrDeleting,
  },
  unimplemented,
}
