import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Certificates are validated by DNS records only, and are never renewed.' },
  {
    says: 'Certificates of other authorities cannot be imported, and none leaves with its key.',
    operations: ['ImportCertificate', 'ExportCertificate', 'GetCertificate'],
  },
]
