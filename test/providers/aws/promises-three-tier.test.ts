import { threeTier } from '../../crash/subjects.ts'
import { provePromises } from './promises.ts'

provePromises({
  subject: threeTier,
  machines: 'web.count',
  given: {
    STACKWRIGHT_AURORA_PASSWORD: 'Giv3n-User_Pw-of-tiers',
    STACKWRIGHT_AURORA_ADMIN_PASSWORD: 'Giv3n-Admin_Pw-of-tiers',
  },
  interruptedAt: ['CreateRouteTable', 'CreateAutoScalingGroup', 'SendCommand'],
})
