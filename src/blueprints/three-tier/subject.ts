import type { Subject } from '../subject.ts'

/** With groups that grow by themselves. */
export const subject: Subject = {
  blueprint: 'three-tier',
  cloud: 'aws',
  answers: { 'web.targetCpu': '50', 'tier.targetCpu': '50', 'aurora.deletionProtection': 'yes' },
  secrets: {
    STACKWRIGHT_AURORA_PASSWORD: 'Giv3n-User_Pw-of-tiers',
    STACKWRIGHT_AURORA_ADMIN_PASSWORD: 'Giv3n-Admin_Pw-of-tiers',
  },
  machines: ['web.count', 'tier.count'],
  interruptedAt: ['CreateRouteTable', 'CreateAutoScalingGroup', 'SendCommand'],
}
