import { type EmulatedService, readiness } from '../../core/emulated-service.ts'
import { routeTableOperations } from './route-table.ts'
import { unimplemented } from './unimplemented.ts'
import { vpcOperations } from './vpc.ts'
import { vswitchOperations } from './vswitch.ts'

/** Virtual private clouds and their vSwitches. */
export const vpc: EmulatedService = {
  name: 'vpc',
  title: 'VPC',
  operations: {
    ...vpcOperations,
    ...vswitchOperations,
    ...routeTableOperations,
  },
  inventory: {
    vpc: readiness(),
    vswitch: readiness(),
  },
  unimplemented,
}
