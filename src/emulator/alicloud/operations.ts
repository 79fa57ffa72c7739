import type { Operation } from '../model.ts'
import { assistantOperations } from './assistant.ts'
import { groupOperations } from './groups.ts'
import { imageOperations } from './images.ts'
import { runOperations } from './instances.ts'
import { keyOperations } from './keys.ts'
import { machineOperations } from './machines.ts'
import { moreEcsOperations } from './more.ts'
import { partOperations } from './parts.ts'
import { rdsOperations } from './rds.ts'
import { rdsAccessOperations } from './rds-access.ts'
import { rdsObjectOperations } from './rds-objects.ts'
import { rdsReadOperations } from './rds-reads.ts'
import { rdsSaleOperations } from './rds-sales.ts'
import { balancerOperations } from './slb.ts'
import { groupOfServersOperations } from './slb-groups.ts'
import { listenerOperations } from './slb-listeners.ts'
import { stockOperations } from './stock.ts'
import { vpcOperations } from './vpc.ts'

export { frontDoor, inventoryOf } from './inventory.ts'

/** Every call the embedded Alibaba Cloud carries out, by `product.Action`. */
export const operations: Record<string, Operation> = {
  ...vpcOperations,
  ...groupOperations,
  ...keyOperations,
  ...imageOperations,
  ...stockOperations,
  ...runOperations,
  ...machineOperations,
  ...partOperations,
  ...moreEcsOperations,
  ...assistantOperations,
  ...rdsOperations,
  ...rdsAccessOperations,
  ...rdsObjectOperations,
  ...rdsReadOperations,
  ...rdsSaleOperations,
  ...balancerOperations,
  ...groupOfServersOperations,
  ...listenerOperations,
}
