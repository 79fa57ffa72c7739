import type { EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { certificateOperations, certificateStatus } from './certificate.ts'
import { unimplemented } from './unimplemented.ts'

/** Certificate Manager. */
export const acm: EmulatedService = {
  name: 'acm',
  title: 'Certificate Manager',
  wire: wire('acm', 'json', '2015-12-08', () => import('@aws-sdk/client-acm'), { target: 'CertificateManager' }),
  operations: {
    ...certificateOperations,
  },
  inventory: {
    certificate: certificateStatus,
  },
  unimplemented,
}
