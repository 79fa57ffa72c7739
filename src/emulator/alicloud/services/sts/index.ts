import type { EmulatedService } from '../../core/emulated-service.ts'
import { callerIdentityOperations } from './caller-identity.ts'
import { unimplemented } from './unimplemented.ts'

/** Security Token Service: who signed a call. */
export const sts: EmulatedService = {
  name: 'sts',
  title: 'STS',
  operations: {
    ...callerIdentityOperations,
  },
  inventory: {},
  unimplemented,
}
