import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  {
    says: 'Without containers nothing answers at a repository’s address, so it stays empty.',
  },
  {
    says: 'Images are pushed and pulled as Docker does it, never layer by layer through the API.',
    operations: [
      ...['PutImage', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'],
      ...['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'],
    ],
  },
  {
    says: 'Images go with their repository only, and life cycle rules are not simulated.',
    operations: ['BatchDeleteImage', 'PutLifecyclePolicy', 'StartLifecyclePolicyPreview'],
  },
  {
    says: 'Immutable tags, keys of one’s own and scanning are refused.',
    operations: ['PutImageTagMutability', 'PutImageScanningConfiguration', 'StartImageScan'],
  },
  {
    says: 'Policies of repositories, replication and pull-through caches are not simulated.',
    operations: [
      'SetRepositoryPolicy',
      'PutReplicationConfiguration',
      'CreatePullThroughCacheRule',
      'CreateRepositoryCreationTemplate',
    ],
  },
]
