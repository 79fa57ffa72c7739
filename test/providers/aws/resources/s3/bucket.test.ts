import { expect, test } from 'vitest'
import * as kinds from '../../../../../src/providers/aws/resources/index.ts'
import { useNetwork } from '../../ground.ts'
import { make, markFor, removeWholly } from '../../support.ts'

const { at } = useNetwork()

test('a bucket is emptied of versions, delete markers and unfinished uploads before it is deleted', async () => {
  const { cloud } = at.bench
  const { S3Client, PutObjectCommand, DeleteObjectCommand, CreateMultipartUploadCommand } = await import(
    '@aws-sdk/client-s3'
  )
  const name = 'shop-images-of-somebody'
  await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: true })
  const person = new S3Client({
    endpoint: at.bench.sandbox.url,
    region: 'ap-northeast-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  })
  for (const Body of ['one', 'two']) await person.send(new PutObjectCommand({ Bucket: name, Key: 'a/ü.png', Body }))
  await person.send(new DeleteObjectCommand({ Bucket: name, Key: 'a/ü.png' }))
  await person.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'big' }))
  person.destroy()
  await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: true })
  expect(await kinds.bucket.find(cloud, { id: name })).toEqual([])
})

test('a bucket whose name is taken is refused, also in the region that would accept it silently', async () => {
  const { cloud } = at.bench
  const name = 'shop-first'
  await make(cloud, kinds.bucket, 'application/bucket', { name, versioned: false })
  const east = { ...cloud, region: 'us-east-1' }
  for (const where of [cloud, east]) {
    const again = kinds.bucket.create(where, { name, versioned: false }, markFor(kinds.bucket, 'application/other'))
    await expect(again).rejects.toMatchObject({ outcome: 'exists' })
  }
  await removeWholly(cloud, kinds.bucket, name, 'application/bucket', { name, versioned: false })
})
