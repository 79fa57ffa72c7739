import { type EmulatedService, readiness } from '../../core/emulated-service.ts'
import { availabilityOperations } from './availability.ts'
import { databaseOperations } from './database.ts'
import { dbAccessOperations } from './db-access.ts'
import { dbAccountOperations } from './db-account.ts'
import { dbGrantOperations } from './db-grant.ts'
import { dbInstanceOperations, dbStatus } from './db-instance.ts'
import { dbInstanceReadOperations } from './db-instance-description.ts'
import { unimplemented } from './unimplemented.ts'

/** ApsaraDB RDS: database instances with their accounts and databases. */
export const rds: EmulatedService = {
  name: 'rds',
  title: 'RDS',
  operations: {
    ...dbInstanceOperations,
    ...dbAccessOperations,
    ...dbAccountOperations,
    ...databaseOperations,
    ...dbGrantOperations,
    ...dbInstanceReadOperations,
    ...availabilityOperations,
  },
  inventory: {
    'db-instance': dbStatus,
    'db-account': readiness({ pending: 'Unavailable' }),
    database: readiness({ pending: 'Creating', ready: 'Running' }),
  },
  unimplemented,
}
