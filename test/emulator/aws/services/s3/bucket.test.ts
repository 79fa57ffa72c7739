import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { slow, travel } from '../../ground.ts'
import { codeOf, config, type Key, region, sandbox, until } from '../../support.ts'

const other: Key = { accessKeyId: 'other', secretAccessKey: 'other' }
const Bucket = 'pictures-of-things'

async function start() {
  const box = await sandbox()
  const client = (key?: Key, place = region) =>
    new S3Client({ ...config(box.url, key), region: place, forcePathStyle: true })
  const s3 = client()
  const make = (name = Bucket, with_ = s3) => {
    const CreateBucketConfiguration = { LocationConstraint: region as 'ap-northeast-1' }
    return with_.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }))
  }
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  const keys = async () => ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(one => one.Key)
  const known = async () => {
    await until(
      () => codeOf(s3.send(new GetPublicAccessBlockCommand({ Bucket }))),
      word => word === 'accepted',
    )
  }
  const versioned = async () => {
    await known()
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  }
  return { box, s3, client, make, put, keys, known, versioned }
}

it("a bucket's name is taken once in the world, and says whose it is", async () => {
  const { make, client, s3 } = await start()
  await make()
  expect(await codeOf(make())).toBe('BucketAlreadyOwnedByYou')
  const foreign = client(other)
  expect(await codeOf(make(Bucket, foreign))).toBe('BucketAlreadyExists')
  expect(await codeOf(foreign.send(new ListObjectsV2Command({ Bucket })))).toBe('AccessDenied')
  const { Buckets } = await s3.send(new ListBucketsCommand({}))
  expect(Buckets).toMatchObject([{ Name: Bucket, BucketRegion: region }])
  expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(region)
})

it('impossible names and places are refused', async () => {
  const { make, s3 } = await start()
  for (const name of ['UPPER', 'ab', '192.168.0.1', 'a..b', 'xn--a', 'end-']) {
    expect(await codeOf(make(name)), name).toBe('InvalidBucketName')
  }
  const elsewhere = { Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } }
  expect(await codeOf(s3.send(new CreateBucketCommand(elsewhere)))).toBe('IllegalLocationConstraintException')
  expect(await codeOf(s3.send(new HeadBucketCommand({ Bucket: 'nowhere' })))).toBe('NotFound')
  expect(await codeOf(s3.send(new ListObjectsV2Command({ Bucket: 'nowhere' })))).toBe('NoSuchBucket')
})

it('a new bucket blocks the public and encrypts; its tags come with it or later', async () => {
  const { s3, known } = await start()
  const Tags = [{ Key: 'a', Value: 'b' }]
  const CreateBucketConfiguration = { LocationConstraint: region as 'ap-northeast-1', Tags }
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
  await known()
  const tags = async () => (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet
  expect(await tags()).toEqual(Tags)
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'c', Value: 'd' }] } }))
  expect(await tags()).toEqual([{ Key: 'c', Value: 'd' }])
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }))
  expect(await codeOf(tags())).toBe('NoSuchTagSet')
  const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }))
  expect(Object.values(PublicAccessBlockConfiguration!)).toEqual([true, true, true, true])
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
  expect(ServerSideEncryptionConfiguration!.Rules).toHaveLength(1)
})

it('a policy for everyone is refused while the block stands', async () => {
  const { s3, make, known } = await start()
  await make()
  await known()
  const Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] })
  const put = () => codeOf(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })))
  expect(await put()).toBe('AccessDenied')
  const open = { BlockPublicPolicy: false, BlockPublicAcls: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: open }))
  expect(await put()).toBe('accepted')
})

it('an object comes back as it was put, with its type and its words', async () => {
  const { s3, make, put } = await start()
  await make()
  const body = Buffer.from([0, 255, 10, 13, 128, 0])
  const words = { ContentType: 'image/png', CacheControl: 'no-store', Metadata: { by: 'me' } }
  const made = await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü.png', Body: body, ...words }))
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü.png' }))
  expect(Buffer.from(await got.Body!.transformToByteArray())).toEqual(body)
  expect(got).toMatchObject({ ...words, ETag: made.ETag, ContentLength: 6 })
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü.png' }))
  expect(head).toMatchObject({ ContentType: 'image/png', ContentLength: 6 })
  const some = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü.png', Range: 'bytes=1-2' }))
  expect(some).toMatchObject({ ContentRange: 'bytes 1-2/6', ContentLength: 2 })
  expect(Buffer.from(await some.Body!.transformToByteArray())).toEqual(body.subarray(1, 3))
  await put('empty', '')
  const empty = await s3.send(new GetObjectCommand({ Bucket, Key: 'empty' }))
  expect(await empty.Body!.transformToString()).toBe('')
  expect(await codeOf(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toBe('NoSuchKey')
  expect(await codeOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toBe('NotFound')
  const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('a b/ü.png')}` }
  expect((await s3.send(new CopyObjectCommand(copy))).CopyObjectResult!.ETag).toBe(made.ETag)
})

it('lists come in pages, with folders rolled up', async () => {
  const { s3, make, put } = await start()
  await make()
  for (const key of ['a/1', 'a/2', 'b', 'c/1']) await put(key, key)
  const list = (input: object) => s3.send(new ListObjectsV2Command({ Bucket, ...input }))
  const top = await list({ Delimiter: '/' })
  expect(top.CommonPrefixes!.map(one => one.Prefix)).toEqual(['a/', 'c/'])
  expect(top.Contents!.map(one => one.Key)).toEqual(['b'])
  const first = await list({ MaxKeys: 3 })
  expect(first.IsTruncated).toBe(true)
  const rest = await list({ ContinuationToken: first.NextContinuationToken })
  expect(rest.Contents!.map(one => one.Key)).toEqual(['c/1'])
  expect((await list({ Prefix: 'a/' })).KeyCount).toBe(2)
})

it('a versioned bucket keeps every version, hides deleted ones, and is empty only without all of them', async () => {
  const { s3, make, put, keys, versioned } = await start()
  await make()
  await versioned()
  await put('one', 'first')
  await put('one', 'second')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'one' }))
  expect(await keys()).toEqual([])
  const list = () => s3.send(new ListObjectVersionsCommand({ Bucket }))
  const { Versions, DeleteMarkers } = await list()
  expect(Versions!.map(one => one.IsLatest)).toEqual([false, false])
  expect(DeleteMarkers!.map(one => one.IsLatest)).toEqual([true])
  const old = { Bucket, Key: 'one', VersionId: Versions![1]!.VersionId }
  expect(await (await s3.send(new GetObjectCommand(old))).Body!.transformToString()).toBe('first')
  const drop = () => codeOf(s3.send(new DeleteBucketCommand({ Bucket })))
  expect(await drop()).toBe('BucketNotEmpty')
  const Objects = [...Versions!, ...DeleteMarkers!].map(one => ({ Key: one.Key, VersionId: one.VersionId }))
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  expect(Deleted).toHaveLength(3)
  const empty = await list()
  expect([...(empty.Versions ?? []), ...(empty.DeleteMarkers ?? [])]).toEqual([])
  expect(await drop()).toBe('accepted')
  expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
})

it('versions come in pages', async () => {
  const { s3, make, put, versioned } = await start()
  await make()
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
  await versioned()
  for (const text of ['1', '2', '3']) await put('one', text)
  const seen: string[] = []
  let more = {}
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...more }))
    seen.push(...page.Versions!.map(one => one.VersionId!))
    if (!page.IsTruncated) break
    more = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
  expect(new Set(seen).size).toBe(3)
})

it('an upload in parts is an object when it is completed, and stays in the list until then', async () => {
  const { s3, make, keys } = await start()
  await make()
  const begin = async (Key: string) => (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId!
  const UploadId = await begin('big')
  const sizes = [5 * 1024 * 1024, 10]
  const Parts = []
  for (const [index, size] of sizes.entries()) {
    const part = { Bucket, Key: 'big', UploadId, PartNumber: index + 1, Body: Buffer.alloc(size, index) }
    const { ETag } = await s3.send(new UploadPartCommand(part))
    Parts.push({ PartNumber: index + 1, ETag })
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big' }))
  expect(head.ContentLength).toBe(sizes[0]! + sizes[1]!)
  const left = await begin('left')
  const uploads = async () => (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []
  expect((await uploads()).map(one => one.Key)).toEqual(['left'])
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'left', UploadId: left }))
  expect(await uploads()).toEqual([])
  expect(await keys()).toEqual(['big'])
})

it('a name that was just given back is not free at once', async () => {
  const { box, s3, make } = await start()
  await make()
  slow(box)
  await s3.send(new DeleteBucketCommand({ Bucket }))
  expect(await codeOf(make())).toBe('OperationAborted')
  travel(box, 10)
  expect(await codeOf(make())).toBe('accepted')
})
