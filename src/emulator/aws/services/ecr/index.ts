import { available, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { authorizationTokenOperations } from './authorization-token.ts'
import { imageOperations } from './image.ts'
import { repositoryOperations } from './repository.ts'
import { unimplemented } from './unimplemented.ts'

/** Elastic Container Registry. */
export const ecr: EmulatedService = {
  name: 'ecr',
  title: 'Elastic Container Registry',
  wire: wire('ecr', 'json', '2015-09-21', () => import('@aws-sdk/client-ecr'), {
    target: 'AmazonEC2ContainerRegistry_V20150921',
  }),
  operations: {
    ...repositoryOperations,
    ...imageOperations,
    ...authorizationTokenOperations,
  },
  inventory: {
    repository: available,
  },
  unimplemented,
}
