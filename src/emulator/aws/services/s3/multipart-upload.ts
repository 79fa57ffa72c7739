import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date, hex } from '../../core/ids.ts'
import { bytes, object, objects, refuse, word } from '../../core/input.ts'
import { createResource, removeResource, resourcesOf, text, updateResource } from '../../core/resources.ts'
import { ownerOf } from './bucket.ts'
import { bucketOf, s3Operation } from './lookup.ts'
import { kept, md5, putVersion, quoted, versionId } from './object.ts'

/** Uploads in parts. What is never finished stays, and costs, until it is aborted. */
export const multipartUploadOperations: Record<string, Operation> = {
  's3.CreateMultipartUpload': s3Operation(
    'Key ACL CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Expires Metadata ServerSideEncryption StorageClass Tagging',
    (input, call) => {
      const bucket = bucketOf(call, input)
      const id = hex(call.world, 40)
      const data = { bucket: bucket.id, key: word(input, 'Key'), headers: kept(input), parts: [] }
      createResource(call, 's3-upload', id, data, { region: bucket.region })
      return { Bucket: bucket.id, Key: word(input, 'Key'), UploadId: id, ServerSideEncryption: 'AES256' }
    },
  ),
  's3.UploadPart': s3Operation('Key UploadId PartNumber Body ContentLength', (input, call) => {
    const upload = uploadOf(call, input)
    const number = Number(input.PartNumber)
    if (!Number.isInteger(number) || number < 1 || number > 10_000) {
      refuse(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
    }
    const body = bytes(input, 'Body')
    const part = { number, body: body.toString('base64'), size: body.length, etag: md5(body), at: call.world.now() }
    const others = partsOf(upload).filter(one => one.number !== number)
    updateResource(call, upload, {
      parts: [...others, part].sort((one, other) => Number(one.number) - Number(other.number)),
    })
    return { ETag: `"${part.etag}"`, ServerSideEncryption: 'AES256' }
  }),
  's3.CompleteMultipartUpload': s3Operation(
    'Key UploadId MultipartUpload IfNoneMatch IfMatch MpuObjectSize',
    (input, call) => {
      const upload = uploadOf(call, input)
      const asked = objects(object(input, 'MultipartUpload'), 'Parts')
      if (asked.length === 0) refuse(400, 'MalformedXML', 'The XML you provided was not well-formed')
      const chosen = asked.map(row => {
        const part = partsOf(upload).find(one => one.number === Number(row.PartNumber))
        if (!part || word(row, 'ETag').replace(/"/g, '') !== part.etag) {
          return refuse(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
        }
        return part
      })
      const small = chosen.slice(0, -1).some(one => Number(one.size) < 5 * 1024 * 1024)
      if (small) refuse(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
      const bucket = bucketOf(call, input)
      const body = Buffer.concat(chosen.map(one => Buffer.from(word(one, 'body'), 'base64')))
      const digest = createHash('md5')
        .update(Buffer.concat(chosen.map(one => Buffer.from(word(one, 'etag'), 'hex'))))
        .digest('hex')
      const made = putVersion(
        call,
        bucket,
        text(upload, 'key'),
        body,
        `${digest}-${chosen.length}`,
        object(upload.data, 'headers'),
      )
      removeResource(call, upload)
      return {
        Bucket: bucket.id,
        Key: text(upload, 'key'),
        ETag: quoted(made),
        Location: `https://${bucket.id}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(text(upload, 'key'))}`,
        ServerSideEncryption: 'AES256',
        ...versionId(made),
      }
    },
  ),
  's3.AbortMultipartUpload': s3Operation('Key UploadId IfMatchInitiatedTime', (input, call) => {
    removeResource(call, uploadOf(call, input))
    return {}
  }),
  's3.ListParts': s3Operation('Key UploadId MaxParts PartNumberMarker', (input, call) => {
    const upload = uploadOf(call, input)
    const rows = partsOf(upload).filter(one => Number(one.number) > Number(word(input, 'PartNumberMarker') || 0))
    const count = Number(word(input, 'MaxParts') || 1000)
    return {
      Bucket: text(upload, 'bucket'),
      Key: text(upload, 'key'),
      UploadId: upload.id,
      IsTruncated: rows.length > count,
      MaxParts: count,
      Parts: rows.slice(0, count).map(one => ({
        PartNumber: Number(one.number),
        ETag: `"${one.etag}"`,
        Size: Number(one.size),
        LastModified: date(call, Number(one.at)),
      })),
      ...(rows.length > count && { NextPartNumberMarker: String(rows[count - 1]!.number) }),
    }
  }),
  's3.ListMultipartUploads': s3Operation(
    'Prefix Delimiter KeyMarker UploadIdMarker MaxUploads EncodingType',
    (input, call) => {
      const bucket = bucketOf(call, input)
      const rows = uploadsIn(call, bucket).filter(
        one => text(one, 'key').startsWith(word(input, 'Prefix')) && text(one, 'key') >= word(input, 'KeyMarker'),
      )
      const marker = word(input, 'UploadIdMarker')
      const at = marker === '' ? 0 : rows.findIndex(one => one.id === marker) + 1
      const count = Number(word(input, 'MaxUploads') || 1000)
      const some = rows.slice(at, at + count)
      const more = rows.length > at + count
      const last = some.at(-1)
      return {
        Bucket: bucket.id,
        IsTruncated: more,
        MaxUploads: count,
        Uploads: some.map(one => ({
          Key: text(one, 'key'),
          UploadId: one.id,
          Initiated: date(call, one.born),
          StorageClass: 'STANDARD',
          Owner: ownerOf(call),
        })),
        ...(more && last && { NextKeyMarker: text(last, 'key'), NextUploadIdMarker: last.id }),
      }
    },
  ),
}

function uploadsIn(call: Call, bucket: Resource): Resource[] {
  return resourcesOf(call, 's3-upload', bucket.region)
    .filter(one => text(one, 'bucket') === bucket.id)
    .sort((one, other) => (text(one, 'key') + one.id < text(other, 'key') + other.id ? -1 : 1))
}

function uploadOf(call: Call, input: JsonObject): Resource {
  const bucket = bucketOf(call, input)
  const found = uploadsIn(call, bucket).find(
    one => one.id === word(input, 'UploadId') && text(one, 'key') === word(input, 'Key'),
  )
  return (
    found ??
    refuse(
      404,
      'NoSuchUpload',
      'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
    )
  )
}

function partsOf(upload: Resource): JsonObject[] {
  return objects(upload.data, 'parts')
}
