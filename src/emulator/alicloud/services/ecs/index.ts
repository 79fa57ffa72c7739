import { type EmulatedService, readiness } from '../../core/emulated-service.ts'
import { availabilityOperations } from './availability.ts'
import { diskOperations } from './disk.ts'
import { imageOperations } from './image.ts'
import { instanceOperations } from './instance.ts'
import { instanceStatus, runInstancesOperations } from './instance-lifecycle.ts'
import { keyPairOperations } from './key-pair.ts'
import { keyPairAttachmentOperations } from './key-pair-attachment.ts'
import { networkInterfaceOperations } from './network-interface.ts'
import { securityGroupOperations } from './security-group.ts'
import { tagOperations } from './tags.ts'
import { unimplemented } from './unimplemented.ts'

/** Elastic Compute Service: machines and what they need. */
export const ecs: EmulatedService = {
  name: 'ecs',
  title: 'ECS',
  operations: {
    ...securityGroupOperations,
    ...keyPairOperations,
    ...keyPairAttachmentOperations,
    ...imageOperations,
    ...availabilityOperations,
    ...runInstancesOperations,
    ...instanceOperations,
    ...diskOperations,
    ...networkInterfaceOperations,
    ...tagOperations,
  },
  inventory: {
    'security-group': readiness(),
    'key-pair': readiness(),
    instance: instanceStatus,
    disk: readiness({ ready: 'In_use' }),
    'network-interface': readiness({ ready: 'InUse' }),
  },
  unimplemented,
}
