import { CloudProblem, hasOutcome, Problem } from '../../../../base/errors.ts'
import { dataLost } from '../../../data-loss.ts'
import type { Aws } from '../../client.ts'
import { carries, found, markFilter, tagList, tagsIn } from '../../read.ts'
import { type AwsKind, chunks, minute, orAbsent, removed, repeatable, second, settled } from '../common.ts'

export type BucketIn = { name: string; versioned: boolean }

/** Console: S3 › Create bucket. Its name is its id, and unique in all AWS accounts. */
export const bucket: AwsKind<BucketIn, { id: string; bucket: string }> = {
  type: 'aws:bucket',
  title: 'S3 bucket',
  idempotency: 'uniqueName',
  after: [],
  expectMs: 3 * second,
  tagged: true,
  mutable: ['versioned'],
  dataLoss: ({ versioned }) => [dataLost, ...(versioned ? ['So are the old versions of its objects.'] : [])],
  async find(cloud, where) {
    const name = 'id' in where ? where.id : where.input?.name
    if (name !== undefined) {
      if (!(await isThere(cloud, name))) return []
      return found(name, (await tagsOf(cloud, name)) ?? {})
    }
    const filter = markFilter(this.type, where as { stack: string })
    const rows = await cloud.pages(
      's3',
      'ListBuckets',
      { BucketRegion: cloud.region, MaxBuckets: 1000 },
      answer => answer.Buckets,
    )
    const lists = await Promise.all(
      rows.map(async row => found(row.Name, (await tagsOf(cloud, row.Name)) ?? {}, row.CreationDate)),
    )
    return lists.flat().filter(thing => carries(thing.tags, filter))
  },
  async create(cloud, { name }, mark) {
    // In us-east-1 creating a bucket that the account has already succeeds, whichever stack it belongs to.
    const plain = cloud.region === 'us-east-1'
    if (plain && (await isThere(cloud, name))) throw taken(name)
    const place = plain ? {} : { LocationConstraint: cloud.region as 'ap-northeast-1' }
    await cloud.call('s3', 'CreateBucket', {
      Bucket: name,
      CreateBucketConfiguration: { ...place, Tags: tagList(mark.tags) },
    })
    return name
  },
  async settle(cloud, id, { versioned }, mark) {
    const options = { what: `the bucket ${id}`, within: 5 * minute }
    // A new bucket is not known everywhere yet.
    const tags = await settled(
      cloud,
      () => tagsOf(cloud, id),
      () => true,
      options,
    )
    if (!carries(tags, mark.tags)) {
      const tagging = { TagSet: tagList({ ...tags, ...mark.tags }) }
      await cloud.call('s3', 'PutBucketTagging', { Bucket: id, Tagging: tagging }, repeatable)
    }
    await closeToThePublic(cloud, id)
    const { Status } = await cloud.call('s3', 'GetBucketVersioning', { Bucket: id })
    // Versioning can be suspended, never switched off again.
    const wanted = versioned ? ('Enabled' as const) : Status === 'Enabled' ? ('Suspended' as const) : Status
    if (wanted && wanted !== Status) {
      const change = { Bucket: id, VersioningConfiguration: { Status: wanted } }
      await cloud.call('s3', 'PutBucketVersioning', change, repeatable)
    }
    return { id, bucket: id }
  },
  remove(cloud, id) {
    const send = async () => {
      if (!(await isThere(cloud, id))) return
      await empty(cloud, id)
      await cloud.call('s3', 'DeleteBucket', { Bucket: id }, repeatable)
    }
    return removed(cloud, send, 30 * minute)
  },
}

/** HEAD has no error text: 404 means there is none, 403 that it is another account's. */
async function isThere(cloud: Aws, name: string): Promise<boolean> {
  try {
    await cloud.call('s3', 'HeadBucket', { Bucket: name })
    return true
  } catch (error) {
    if (hasOutcome(error, 'notFound')) return false
    if (
      error instanceof CloudProblem &&
      /^(Forbidden|AccessDenied|HTTP 30\d|HTTP 403|PermanentRedirect)$/.test(error.code ?? '')
    )
      return true
    throw error
  }
}

/** {} for a bucket without tags or of another account; undefined where there is none. */
async function tagsOf(cloud: Aws, name: string | undefined): Promise<Record<string, string> | undefined> {
  try {
    return tagsIn((await cloud.call('s3', 'GetBucketTagging', { Bucket: name })).TagSet)
  } catch (error) {
    if (hasOutcome(error, 'notFound')) return undefined
    if (error instanceof CloudProblem && /^(NoSuchTagSet|AccessDenied|PermanentRedirect)$/.test(error.code ?? ''))
      return {}
    throw error
  }
}

/** On by default since 2023, but an account can differ. */
async function closeToThePublic(cloud: Aws, name: string): Promise<void> {
  const closed = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
  const now = await publicAccess(cloud, name)
  if (Object.keys(closed).every(key => now?.[key as keyof typeof closed])) return
  const change = { Bucket: name, PublicAccessBlockConfiguration: closed }
  await cloud.call('s3', 'PutPublicAccessBlock', change, repeatable)
}

async function publicAccess(cloud: Aws, name: string) {
  try {
    return (await cloud.call('s3', 'GetPublicAccessBlock', { Bucket: name })).PublicAccessBlockConfiguration
  } catch (error) {
    if (error instanceof CloudProblem && error.code === 'NoSuchPublicAccessBlockConfiguration') return undefined
    throw error
  }
}

/** Removes objects, their old versions, delete markers, and unfinished uploads. */
async function empty(cloud: Aws, name: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await cloud.call('s3', 'ListObjectVersions', { Bucket: name })
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
      Key,
      ...(VersionId && { VersionId }),
    }))
    if (objects.length === 0) break
    for (const Objects of chunks(objects, 1000)) {
      const input = { Bucket: name, Delete: { Objects, Quiet: true } }
      // The answer is 200 whether or not the single objects were deleted.
      const { Errors = [] } = await cloud.call('s3', 'DeleteObjects', input, repeatable)
      const refused = Errors.find(row => row.Code !== 'NoSuchKey' && row.Code !== 'NoSuchVersion')
      if (refused) throw locked(name, `${refused.Key}: ${refused.Code} ${refused.Message ?? ''}`.trim(), Errors.length)
    }
  }
  for (;;) {
    const { Uploads = [] } = await cloud.call('s3', 'ListMultipartUploads', { Bucket: name })
    if (Uploads.length === 0) return
    for (const { Key, UploadId } of Uploads) {
      await orAbsent(() => cloud.call('s3', 'AbortMultipartUpload', { Bucket: name, Key, UploadId }, repeatable))
    }
  }
}

function taken(name: string): CloudProblem {
  return new CloudProblem('exists', { what: `There is a bucket ${name} already.`, code: 'BucketAlreadyOwnedByYou' })
}

function locked(name: string, first: string, count: number): Problem {
  return new Problem({
    what: `${count} objects in the bucket ${name} cannot be removed.`,
    why: `The first one is ${first}.`,
    next: 'Check whether a lock or a policy protects them, then run the same command again.',
  })
}
