import type { Subject } from '../subject.ts'

/** With HTTPS for a domain in Route 53. */
export const subject: Subject = {
  blueprint: 'rails',
  cloud: 'aws',
  answers: {
    'domain.zone': 'route53',
    'domain.name': 'www.shop-of-tests.com',
    'bucket.versioned': 'yes',
    'database.deletionProtection': 'yes',
  },
  secrets: {
    STACKWRIGHT_DATABASE_PASSWORD: 'Giv3n-User_Pw-of-rails',
    STACKWRIGHT_DATABASE_ADMIN_PASSWORD: 'Giv3n-Admin_Pw-of-rails',
  },
  machines: ['machine.count'],
  interruptedAt: ['CreateSubnet', 'CreateDBInstance', 'SendCommand'],
  hostedZone: 'shop-of-tests.com',
}
