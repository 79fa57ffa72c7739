import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { regions } from '../../core/catalog.ts'
import { date, hex } from '../../core/ids.ts'
import { object, objects, refuse, word, words } from '../../core/input.ts'
import { createResource, removeResource, resourcesOf, text, updateResource } from '../../core/resources.ts'
import { type TagCodes, tagsOf } from '../../core/tags.ts'
import { times } from '../../core/times.ts'
import { bare, bucketOf, knownBucketOf, s3Operation, setting, unset, versionsIn } from './lookup.ts'

const tagCodes: TagCodes = { bad: 'InvalidTag', tooMany: 'InvalidTag' }

const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
const encrypted = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
}

/** Buckets and their settings. New ones block the public, belong to their owner, and encrypt. */
export const bucketOperations: Record<string, Operation> = {
  's3.CreateBucket': s3Operation(
    'ACL CreateBucketConfiguration ObjectLockEnabledForBucket ObjectOwnership BucketNamespace',
    createBucket,
  ),
  's3.HeadBucket': s3Operation('', (input, call) =>
    bare(() => ({ BucketRegion: bucketOf(call, input).region, AccessPointAlias: false })),
  ),
  's3.ListBuckets': s3Operation('MaxBuckets ContinuationToken Prefix BucketRegion', (input, call) => {
    const region = word(input, 'BucketRegion')
    const found = regions
      .flatMap(one => resourcesOf(call, 'bucket', one.id))
      .filter(one => one.id.startsWith(word(input, 'Prefix')) && (region === '' || one.region === region))
      .filter(one => one.id > word(input, 'ContinuationToken'))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
    const rows = found.slice(0, Number(word(input, 'MaxBuckets') || 10_000))
    return {
      Buckets: rows.map(one => ({ Name: one.id, CreationDate: date(call, one.born), BucketRegion: one.region })),
      Owner: ownerOf(call),
      ...(word(input, 'Prefix') && { Prefix: word(input, 'Prefix') }),
      ...(rows.length < found.length && { ContinuationToken: rows.at(-1)!.id }),
    }
  }),
  's3.GetBucketLocation': s3Operation('', (input, call) => {
    const { region } = bucketOf(call, input)
    return { LocationConstraint: region === 'us-east-1' ? '' : region }
  }),
  's3.DeleteBucket': s3Operation('', (input, call) => {
    const bucket = bucketOf(call, input)
    if (versionsIn(call, bucket).length > 0) {
      refuse(
        409,
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
      )
    }
    for (const upload of resourcesOf(call, 's3-upload', bucket.region)) {
      if (text(upload, 'bucket') === bucket.id) removeResource(call, upload)
    }
    removeResource(call, bucket)
    // The name is not free at once.
    const goneAt = call.world.now() + times.bucketForgotten
    call.world.add({
      cloud: 'aws',
      type: 'bucket-name',
      id: bucket.id,
      account: call.account,
      region: call.region,
      tags: {},
      data: {},
      goneAt,
    })
    return {}
  }),
  's3.GetBucketVersioning': s3Operation('', (input, call) => {
    const status = text(bucketOf(call, input), 'versioning')
    return status ? { Status: status } : {}
  }),
  's3.PutBucketVersioning': s3Operation('MFA VersioningConfiguration', (input, call) => {
    const status = word(object(input, 'VersioningConfiguration'), 'Status')
    if (!['Enabled', 'Suspended'].includes(status)) {
      refuse(400, 'IllegalVersioningConfigurationException', 'The Versioning element must be specified')
    }
    updateResource(call, knownBucketOf(call, input), { versioning: status })
    return {}
  }),
  's3.GetBucketTagging': s3Operation('', (input, call) => {
    const { tags } = knownBucketOf(call, input)
    if (Object.keys(tags).length === 0) refuse(404, 'NoSuchTagSet', 'The TagSet does not exist')
    return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
  }),
  's3.PutBucketTagging': s3Operation('Tagging', (input, call) => {
    const bucket = knownBucketOf(call, input)
    bucket.tags = tagsOf(objects(object(input, 'Tagging'), 'TagSet'), tagCodes)
    call.world.touch(bucket)
    return {}
  }),
  's3.DeleteBucketTagging': s3Operation('', (input, call) => {
    const bucket = knownBucketOf(call, input)
    bucket.tags = {}
    call.world.touch(bucket)
    return {}
  }),
  's3.GetBucketAcl': s3Operation('', (input, call) => {
    bucketOf(call, input)
    const owner = ownerOf(call)
    return { Owner: owner, Grants: [{ Grantee: { ...owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] }
  }),
  ...setting('PublicAccessBlock', 'PublicAccessBlockConfiguration', [
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
  ]),
  ...unset('DeletePublicAccessBlock', 'PublicAccessBlockConfiguration'),
  ...setting('BucketOwnershipControls', 'OwnershipControls', [
    'OwnershipControlsNotFoundError',
    'The bucket ownership controls were not found',
  ]),
  ...unset('DeleteBucketOwnershipControls', 'OwnershipControls'),
  ...setting('BucketEncryption', 'ServerSideEncryptionConfiguration', [
    'ServerSideEncryptionConfigurationNotFoundError',
    'The server side encryption configuration was not found',
  ]),
  ...unset('DeleteBucketEncryption', 'ServerSideEncryptionConfiguration'),
  ...setting('BucketCors', 'CORSConfiguration', ['NoSuchCORSConfiguration', 'The CORS configuration does not exist']),
  ...unset('DeleteBucketCors', 'CORSConfiguration'),
  ...setting('BucketLifecycleConfiguration', 'LifecycleConfiguration', [
    'NoSuchLifecycleConfiguration',
    'The lifecycle configuration does not exist',
  ]),
  ...unset('DeleteBucketLifecycle', 'LifecycleConfiguration'),
  ...setting('BucketPolicy', 'Policy', ['NoSuchBucketPolicy', 'The bucket policy does not exist']),
  ...unset('DeleteBucketPolicy', 'Policy'),
  's3.PutBucketPolicy': s3Operation('Policy ConfirmRemoveSelfBucketAccess', (input, call) => {
    const bucket = knownBucketOf(call, input)
    const isPublic = isPublicPolicy(word(input, 'Policy'))
    if (isPublic && object(bucket.data, 'PublicAccessBlockConfiguration').BlockPublicPolicy === true) {
      refuse(403, 'AccessDenied', 'Access Denied: public policies are blocked by the BlockPublicPolicy setting.')
    }
    updateResource(call, bucket, { Policy: word(input, 'Policy') })
    return {}
  }),
}

/** The account as S3 names owners. */
export function ownerOf(call: Call): JsonObject {
  return { ID: `${call.account}${'0'.repeat(52)}` }
}

function createBucket(input: JsonObject, call: Call): JsonObject {
  const name = word(input, 'Bucket')
  checkName(name, call, word(input, 'BucketNamespace'))
  const config = object(input, 'CreateBucketConfiguration')
  const place = word(config, 'LocationConstraint')
  if ((place || 'us-east-1') !== call.region) {
    refuse(
      400,
      'IllegalLocationConstraintException',
      `The ${place || 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    )
  }
  if (!['', 'private'].includes(word(input, 'ACL'))) {
    refuse(
      400,
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    )
  }
  const tags = tagsOf(objects(config, 'Tags'), tagCodes)
  const before = call.world.get('bucket', name)
  if (before) return taken(before, call)
  if (call.world.get('bucket-name', name)) {
    refuse(
      409,
      'OperationAborted',
      'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    )
  }
  const data = {
    versioning: '',
    PublicAccessBlockConfiguration: blocked,
    OwnershipControls: { Rules: [{ ObjectOwnership: word(input, 'ObjectOwnership') || 'BucketOwnerEnforced' }] },
    ServerSideEncryptionConfiguration: encrypted,
  }
  createResource(call, 'bucket', name, data, { tags })
  return { Location: call.region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/` }
}

function taken(before: Resource, call: Call): JsonObject {
  if (before.account !== call.account) {
    refuse(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    )
  }
  // The oldest region answers as if it had made it.
  if (call.region === 'us-east-1' && before.region === call.region) return { Location: `/${before.id}` }
  return refuse(
    409,
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
  )
}

function checkName(name: string, call: Call, namespace: string): void {
  const fits =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|--x-s3$|\.mrap$/.test(name)
  const own = `-${call.account}-${call.region}-an`
  if (!fits || (namespace === 'account-regional') !== name.endsWith(own)) {
    refuse(400, 'InvalidBucketName', 'The specified bucket is not valid.')
  }
}

/** Whether a statement lets everyone in, without a condition. */
function isPublicPolicy(policy: string): boolean {
  let read: unknown
  try {
    read = JSON.parse(policy)
  } catch {
    refuse(400, 'MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'")
  }
  const statements = objects(
    { all: [object(read as JsonObject, 'Statement')].flat().concat(objects(read as JsonObject, 'Statement')) },
    'all',
  )
  return statements.some(one => {
    const principal = one.Principal
    const everyone =
      principal === '*' ||
      word(object(one, 'Principal'), 'AWS') === '*' ||
      words(object(one, 'Principal'), 'AWS').includes('*')
    return one.Effect === 'Allow' && everyone && one.Condition === undefined
  })
}

/** A version id, as S3 makes them: opaque. */
export function newVersionId(call: Call): string {
  return hex(call.world, 32)
}
