import { rails } from '../../crash/subjects.ts'
import { provePromises } from './promises.ts'

provePromises({
  subject: rails,
  machines: 'machine.count',
  given: {
    STACKWRIGHT_DATABASE_PASSWORD: 'Giv3n-User_Pw-of-rails',
    STACKWRIGHT_DATABASE_ADMIN_PASSWORD: 'Giv3n-Admin_Pw-of-rails',
  },
  interruptedAt: ['CreateSubnet', 'CreateDBInstance', 'SendCommand'],
})
