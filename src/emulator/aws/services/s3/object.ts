import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date, hex } from '../../core/ids.ts'
import { bytes, object, objects, refuse, word } from '../../core/input.ts'
import { createResource, removeResource, text, time } from '../../core/resources.ts'
import { newVersionId } from './bucket.ts'
import { bare, bucketOf, isMarker, objectOf, s3Operation, versionsIn } from './lookup.ts'

const headers = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Metadata',
  'StorageClass',
]
const putting = `ACL ${headers.join(' ')} Expires ServerSideEncryption BucketKeyEnabled Tagging WebsiteRedirectLocation`
const largest = 64 * 1024 * 1024

/** Objects: each write of a versioned bucket is a version, each deletion a marker. */
export const objectOperations: Record<string, Operation> = {
  's3.PutObject': s3Operation(`Key Body ContentLength IfNoneMatch IfMatch ${putting}`, (input, call) => {
    const bucket = bucketOf(call, input)
    const current = versionsIn(call, bucket, word(input, 'Key')).at(-1)
    const there = current !== undefined && !isMarker(current)
    const wrong =
      (word(input, 'IfNoneMatch') === '*' && there) ||
      (word(input, 'IfMatch') !== '' && (!there || quoted(current) !== word(input, 'IfMatch')))
    if (wrong) refuse(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
    const body = bytes(input, 'Body')
    const made = putVersion(call, bucket, word(input, 'Key'), body, md5(body), kept(input))
    return { ETag: quoted(made), ServerSideEncryption: 'AES256', ...versionId(made) }
  }),
  's3.GetObject': s3Operation(
    'Key VersionId Range IfNoneMatch IfMatch IfModifiedSince IfUnmodifiedSince ResponseCacheControl ResponseContentDisposition ResponseContentEncoding ' +
      'ResponseContentLanguage ResponseContentType ResponseExpires',
    (input, call) => {
      const one = objectOf(call, input)
      precondition(input, one)
      const shown = describe(call, one)
      for (const name of headers) {
        const asked = word(input, `Response${name}`)
        if (asked !== '') shown[name] = asked
      }
      return { ...shown, ...part(word(input, 'Range'), Buffer.from(text(one, 'body'), 'base64')) }
    },
  ),
  's3.HeadObject': s3Operation('Key VersionId IfNoneMatch IfMatch IfModifiedSince IfUnmodifiedSince', (input, call) =>
    bare(() => {
      const one = objectOf(call, input)
      precondition(input, one)
      return describe(call, one)
    }),
  ),
  's3.CopyObject': s3Operation(`Key CopySource MetadataDirective TaggingDirective ${putting}`, (input, call) => {
    const bucket = bucketOf(call, input)
    const [path = '', query = ''] = word(input, 'CopySource').replace(/^\//, '').split('?versionId=')
    const slash = path.indexOf('/')
    const from = { Bucket: path.slice(0, slash), Key: decodeURIComponent(path.slice(slash + 1)), VersionId: query }
    const source = objectOf(call, from)
    const same = word(input, 'MetadataDirective') !== 'REPLACE'
    if (same && from.Bucket === bucket.id && from.Key === word(input, 'Key')) {
      refuse(
        400,
        'InvalidRequest',
        'This copy request is illegal because it is trying to copy an object to itself without changing anything.',
      )
    }
    const meta = same ? object(source.data, 'headers') : kept(input)
    const made = putVersion(
      call,
      bucket,
      word(input, 'Key'),
      Buffer.from(text(source, 'body'), 'base64'),
      text(source, 'etag'),
      meta,
    )
    return { CopyObjectResult: { ETag: quoted(made), LastModified: date(call, made.born) }, ...versionId(made) }
  }),
  's3.DeleteObject': s3Operation('Key VersionId MFA BypassGovernanceRetention IfMatch', (input, call) => {
    const done = remove(call, bucketOf(call, input), word(input, 'Key'), word(input, 'VersionId'))
    return {
      ...(done.marker && { DeleteMarker: true }),
      ...(done.versionId && { VersionId: done.versionId }),
    }
  }),
  's3.DeleteObjects': s3Operation('Delete MFA BypassGovernanceRetention', (input, call) => {
    const bucket = bucketOf(call, input)
    const asked = objects(object(input, 'Delete'), 'Objects')
    if (asked.length === 0 || asked.length > 1000) {
      refuse(
        400,
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      )
    }
    const deleted = asked.map(one => {
      const id = word(one, 'VersionId')
      const done = remove(call, bucket, word(one, 'Key'), id)
      return {
        Key: word(one, 'Key'),
        ...(id && { VersionId: id }),
        ...(done.marker && { DeleteMarker: true, DeleteMarkerVersionId: done.versionId }),
      }
    })
    return object(input, 'Delete').Quiet === true ? {} : { Deleted: deleted }
  }),
  's3.GetObjectTagging': s3Operation('Key VersionId', (input, call) => {
    const one = objectOf(call, input)
    return { TagSet: Object.entries(one.tags).map(([Key, Value]) => ({ Key, Value })), ...versionId(one) }
  }),
  's3.PutObjectTagging': s3Operation('Key VersionId Tagging', (input, call) => {
    const one = objectOf(call, input)
    one.tags = Object.fromEntries(
      objects(object(input, 'Tagging'), 'TagSet').map(tag => [word(tag, 'Key'), word(tag, 'Value')]),
    )
    call.world.touch(one)
    return versionId(one)
  }),
}

/** Writes a version; without versioning it takes the place of the one that was. */
export function putVersion(
  call: Call,
  bucket: Resource,
  key: string,
  body: Buffer,
  etag: string,
  meta: JsonObject,
): Resource {
  if (key === '' || Buffer.byteLength(key) > 1024) refuse(400, 'KeyTooLongError', 'Your key is too long')
  if (body.length > largest) refuse(400, 'EntityTooLarge', 'The emulator keeps objects of at most 64 MB.')
  return addVersion(call, bucket, key, {
    body: body.toString('base64'),
    size: body.length,
    etag,
    headers: meta,
    marker: false,
  })
}

/** MD5 in hexadecimal digits. */
export function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex')
}

/** A version's ETag, in quotes. */
export function quoted(version: Resource): string {
  return `"${text(version, 'etag')}"`
}

/** `{VersionId}` where the bucket has versions. */
export function versionId(version: Resource): JsonObject {
  const id = text(version, 'versionId')
  return id === 'null' ? {} : { VersionId: id }
}

/** What an object keeps of the request that made it. */
export function kept(input: JsonObject): JsonObject {
  return Object.fromEntries(headers.flatMap(name => (input[name] === undefined ? [] : [[name, input[name] as Json]])))
}

function addVersion(call: Call, bucket: Resource, key: string, data: JsonObject): Resource {
  const versioned = text(bucket, 'versioning') === 'Enabled'
  if (!versioned) {
    for (const one of versionsIn(call, bucket, key)) if (text(one, 'versionId') === 'null') removeResource(call, one)
  }
  const id = `${bucket.id}/${hex(call.world, 24)}`
  const whole = { bucket: bucket.id, key, versionId: versioned ? newVersionId(call) : 'null', ...data }
  return createResource(call, 's3-object', id, whole, { region: bucket.region })
}

/** Deleting what is not there succeeds. Without a version id, a versioned bucket gets a marker. */
function remove(call: Call, bucket: Resource, key: string, id: string): { marker: boolean; versionId: string } {
  const versions = versionsIn(call, bucket, key)
  if (id !== '') {
    const found = versions.find(one => text(one, 'versionId') === id)
    if (found) removeResource(call, found)
    return { marker: found !== undefined && isMarker(found), versionId: id }
  }
  if (text(bucket, 'versioning') === '') {
    for (const one of versions) removeResource(call, one)
    return { marker: false, versionId: '' }
  }
  const marker = addVersion(call, bucket, key, { marker: true, size: 0, body: '', etag: '', headers: {} })
  return { marker: true, versionId: text(marker, 'versionId') }
}

function precondition(input: JsonObject, one: Resource): void {
  if (word(input, 'IfMatch') !== '' && word(input, 'IfMatch') !== quoted(one)) {
    refuse(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
  }
  if (word(input, 'IfNoneMatch') === quoted(one)) refuse(304, 'NotModified', 'Not Modified')
}

/** The body, or the bytes of it that a range names. */
function part(range: string, body: Buffer): JsonObject {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range)
  if (!match || (match[1] === '' && match[2] === '')) return { Body: body.toString('base64') }
  const last = body.length - 1
  const from = match[1] === '' ? Math.max(0, body.length - Number(match[2])) : Number(match[1])
  const to = match[1] === '' || match[2] === '' ? last : Math.min(Number(match[2]), last)
  if (from > last || from > to) refuse(416, 'InvalidRange', 'The requested range is not satisfiable')
  const bytes = body.subarray(from, to + 1)
  return {
    Body: bytes.toString('base64'),
    ContentLength: bytes.length,
    ContentRange: `bytes ${from}-${to}/${body.length}`,
  }
}

function describe(call: Call, one: Resource): JsonObject {
  const meta = object(one.data, 'headers')
  return {
    AcceptRanges: 'bytes',
    ContentLength: time(one, 'size'),
    ContentType: 'binary/octet-stream',
    ETag: quoted(one),
    LastModified: date(call, one.born),
    ServerSideEncryption: 'AES256',
    ...meta,
    ...versionId(one),
  }
}
