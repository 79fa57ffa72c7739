import type { Operation } from '../world/model.ts'
import { assistantOperations } from './services/assistant/command.ts'
import { stockOperations } from './services/ecs/availability.ts'
import { partOperations } from './services/ecs/disk.ts'
import { imageOperations } from './services/ecs/image.ts'
import { machineOperations } from './services/ecs/instance.ts'
import { runOperations } from './services/ecs/instance-lifecycle.ts'
import { keyOperations } from './services/ecs/key-pair.ts'
import { moreEcsOperations } from './services/ecs/more.ts'
import { groupOperations } from './services/ecs/security-group.ts'
import { rdsSaleOperations } from './services/rds/availability.ts'
import { rdsAccessOperations } from './services/rds/db-access.ts'
import { rdsObjectOperations } from './services/rds/db-account.ts'
import { rdsOperations } from './services/rds/db-instance.ts'
import { rdsReadOperations } from './services/rds/db-instance-description.ts'
import { listenerOperations } from './services/slb/listener.ts'
import { balancerOperations } from './services/slb/load-balancer.ts'
import { groupOfServersOperations } from './services/slb/server-group.ts'
import { vpcOperations } from './services/vpc/vpc.ts'

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
