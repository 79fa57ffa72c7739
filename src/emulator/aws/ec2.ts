import type { Operation } from '../model.ts'
import { instanceOperations } from './ec2-instances.ts'
import { tagOperations } from './ec2-tags.ts'
import { templateOperations } from './ec2-templates.ts'
import { volumeOperations } from './ec2-volumes.ts'
import { gatewayOperations } from './gateways.ts'
import { ruleOperations } from './group-rules.ts'
import { groupOperations } from './groups.ts'
import { imageOperations } from './images.ts'
import { interfaceOperations } from './interfaces.ts'
import { keyOperations } from './keys.ts'
import { natOperations } from './nat.ts'
import { routeOperations } from './route-tables.ts'
import { stockOperations } from './stock.ts'
import { subnetOperations } from './subnets.ts'
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
