import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { secretOperations } from './secret.ts'
import { unimplemented } from './unimplemented.ts'

/** Secrets Manager. */
export const secretsmanager: EmulatedService = {
  name: 'secretsmanager',
  title: 'Secrets Manager',
  wire: wire('secretsmanager', 'json', '2017-10-17', () => import('@aws-sdk/client-secrets-manager'), {
    target: 'secretsmanager',
  }),
  operations: {
    ...secretOperations,
  },
  inventory: {
    secret: availableOrDeleting,
  },
  unimplemented,
}
