import type { Json, JsonObject } from '../../../../base/json.ts'
import { ApiError, type Call, type Operation, type Resource } from '../../../world/model.ts'
import { operation, refuse, word } from '../../core/input.ts'
import { knownResource, resourcesOf, text } from '../../core/resources.ts'

/** Checksums and guards that any S3 call may bring along; the wire verifies what it must. */
const common =
  'Bucket ExpectedBucketOwner RequestPayer ChecksumAlgorithm ChecksumMode ContentMD5 ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ' +
  'ChecksumSHA1 ChecksumSHA256 ChecksumType'

/** An operation on a bucket. */
export function s3Operation(parameters: string, run: Operation): Operation {
  return operation(`${common} ${parameters}`, run)
}

/** The bucket: names are everyone's, so it may be another's or live elsewhere. */
export function bucketOf(call: Call, input: JsonObject): Resource {
  const name = word(input, 'Bucket')
  const bucket = call.world.get('bucket', name)
  if (bucket?.cloud !== 'aws') return noBucket()
  if (bucket.account !== call.account) return refuse(403, 'AccessDenied', 'Access Denied')
  const owner = word(input, 'ExpectedBucketOwner')
  if (owner !== '' && owner !== bucket.account) return refuse(403, 'AccessDenied', 'Access Denied')
  if (bucket.region !== call.region) {
    return refuse(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    )
  }
  return bucket
}

/** The same for calls about its settings, to which a fresh bucket may not be known yet. */
export function knownBucketOf(call: Call, input: JsonObject): Resource {
  const bucket = bucketOf(call, input)
  return knownResource(call, 'bucket', bucket.id) ?? noBucket()
}

function noBucket(): never {
  return refuse(404, 'NoSuchBucket', 'The specified bucket does not exist')
}

/** A HEAD has no body: its refusals have a status and nothing else. */
export function bare<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.status, error.status === 404 ? 'NotFound' : error.code, '')
  }
}

/** Every version and delete marker in a bucket, oldest first; of one key where it is named. */
export function versionsIn(call: Call, bucket: Resource, key?: string): Resource[] {
  return resourcesOf(call, 's3-object', bucket.region).filter(
    one => text(one, 'bucket') === bucket.id && (key === undefined || text(one, 'key') === key),
  )
}

/** Whether a version is a delete marker. */
export function isMarker(version: Resource): boolean {
  return version.data.marker === true
}

/** The current version of each key, sorted by key; delete markers hide theirs. */
export function currentIn(call: Call, bucket: Resource): Resource[] {
  const latest = new Map(versionsIn(call, bucket).map(one => [text(one, 'key'), one]))
  return [...latest.values()].filter(one => !isMarker(one)).sort(byKey)
}

/** Sorts versions by key. */
export function byKey(one: Resource, other: Resource): number {
  const [a, b] = [text(one, 'key'), text(other, 'key')]
  return a < b ? -1 : a > b ? 1 : 0
}

/** The version that is asked for, or the current one. */
export function objectOf(call: Call, input: JsonObject): Resource {
  const bucket = bucketOf(call, input)
  const versions = versionsIn(call, bucket, word(input, 'Key'))
  const id = word(input, 'VersionId')
  const found = id === '' ? versions.at(-1) : versions.find(one => text(one, 'versionId') === id)
  if (id !== '' && !found) return refuse(404, 'NoSuchVersion', 'The specified version does not exist.')
  if (!found || (id === '' && isMarker(found))) return refuse(404, 'NoSuchKey', 'The specified key does not exist.')
  if (isMarker(found)) {
    return refuse(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
  }
  return found
}

/** Settings of a bucket that are kept and shown as they came. */
export function setting(
  name: string,
  field: string,
  missing: [code: string, message: string],
): Record<string, Operation> {
  return {
    [`s3.Put${name}`]: s3Operation(
      `${field} ConfirmRemoveSelfBucketAccess SkipDestinationValidation TransitionDefaultMinimumObjectSize`,
      (input, call) => {
        const bucket = knownBucketOf(call, input)
        bucket.data[field] = input[field] as Json
        call.world.touch(bucket)
        return {}
      },
    ),
    [`s3.Get${name}`]: s3Operation('', (input, call) => {
      const bucket = knownBucketOf(call, input)
      const value = bucket.data[field]
      return value === undefined ? refuse(404, ...missing) : unwrapped(field, value)
    }),
  }
}

/** Some answers have the setting's members at the top, others the setting itself. */
function unwrapped(field: string, value: Json): JsonObject {
  return ['CORSConfiguration', 'LifecycleConfiguration'].includes(field) ? (value as JsonObject) : { [field]: value }
}

/** `DeleteBucketCors` and its like: removing what is not there is no error. */
export function unset(action: string, field: string): Record<string, Operation> {
  return {
    [`s3.${action}`]: s3Operation('', (input, call) => {
      const bucket = knownBucketOf(call, input)
      delete bucket.data[field]
      call.world.touch(bucket)
      return {}
    }),
  }
}
