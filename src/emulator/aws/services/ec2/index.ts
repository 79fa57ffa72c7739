import type { Operation } from '../../../world/model.ts'
import { stockOperations } from './availability.ts'
import { imageOperations } from './image.ts'
import { instanceOperations } from './instance.ts'
import { gatewayOperations } from './internet-gateway.ts'
import { keyOperations } from './key-pair.ts'
import { templateOperations } from './launch-template.ts'
import { natOperations } from './nat-gateway.ts'
import { interfaceOperations } from './network-interface.ts'
import { routeOperations } from './route-table.ts'
import { groupOperations } from './security-group.ts'
import { ruleOperations } from './security-group-rule.ts'
import { subnetOperations } from './subnet.ts'
import { tagOperations } from './tags.ts'
import { volumeOperations } from './volume.ts'
import { vpcOperations } from './vpc.ts'

/** Every EC2 call the embedded AWS carries out, by `ec2.Action`. */
export const ec2Operations: Record<string, Operation> = {
  ...vpcOperations,
  ...subnetOperations,
  ...gatewayOperations,
  ...natOperations,
  ...routeOperations,
  ...groupOperations,
  ...ruleOperations,
  ...interfaceOperations,
  ...keyOperations,
  ...imageOperations,
  ...stockOperations,
  ...instanceOperations,
  ...volumeOperations,
  ...templateOperations,
  ...tagOperations,
}
