import { available, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { instanceProfileOperations } from './instance-profile.ts'
import { roleOperations } from './role.ts'
import { unimplemented } from './unimplemented.ts'

/** Roles and instance profiles. */
export const iam: EmulatedService = {
  name: 'iam',
  title: 'IAM',
  wire: wire('iam', 'query', '2010-05-08', () => import('@aws-sdk/client-iam'), {
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    global: true,
  }),
  operations: {
    ...roleOperations,
    ...instanceProfileOperations,
  },
  inventory: {
    role: available,
    'instance-profile': available,
  },
  unimplemented,
}
