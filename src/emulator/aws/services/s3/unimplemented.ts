import type { Unimplemented } from '../../../world/unimplemented.ts'

export const unimplemented: Unimplemented[] = [
  { says: 'Policies, CORS, encryption and life cycle of a bucket are kept; nothing enforces them.' },
  {
    says: 'Access lists can be read, not changed.',
    operations: ['PutBucketAcl', 'GetObjectAcl', 'PutObjectAcl'],
  },
  {
    says: 'Websites, notifications, replication and logging of buckets are not simulated.',
    operations: ['PutBucketWebsite', 'PutBucketNotificationConfiguration', 'PutBucketReplication', 'PutBucketLogging'],
  },
  {
    says: 'Object lock, restoring from archives, and SELECT are not simulated.',
    operations: ['PutObjectLockConfiguration', 'PutObjectRetention', 'RestoreObject', 'SelectObjectContent'],
  },
  {
    says: 'A part of an upload cannot be copied from another object.',
    operations: ['UploadPartCopy'],
  },
]
