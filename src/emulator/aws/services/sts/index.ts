import type { EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { callerIdentityOperations } from './caller-identity.ts'
import { unimplemented } from './unimplemented.ts'

/** Security Token Service: who signed a call. */
export const sts: EmulatedService = {
  name: 'sts',
  title: 'STS',
  wire: wire('sts', 'query', '2011-06-15', () => import('@aws-sdk/client-sts'), {
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }),
  operations: {
    ...callerIdentityOperations,
  },
  inventory: {},
  unimplemented,
}
