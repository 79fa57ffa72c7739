import { availableOrDeleting, type EmulatedService } from '../../core/emulated-service.ts'
import { wire } from '../../protocol/service.ts'
import { bucketOperations } from './bucket.ts'
import { multipartUploadOperations } from './multipart-upload.ts'
import { objectOperations } from './object.ts'
import { objectListOperations } from './object-list.ts'
import { unimplemented } from './unimplemented.ts'

/** Buckets and objects. */
export const s3: EmulatedService = {
  name: 's3',
  title: 'S3',
  wire: wire('s3', 's3', '2006-03-01', () => import('@aws-sdk/client-s3')),
  operations: {
    ...bucketOperations,
    ...objectOperations,
    ...objectListOperations,
    ...multipartUploadOperations,
  },
  inventory: {
    bucket: availableOrDeleting,
  },
  unimplemented,
}
