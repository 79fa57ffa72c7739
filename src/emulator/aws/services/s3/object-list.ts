import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { date } from '../../core/ids.ts'
import { refuse, word } from '../../core/input.ts'
import { text, time } from '../../core/resources.ts'
import { ownerOf } from './bucket.ts'
import { bucketOf, byKey, currentIn, isMarker, s3Operation, versionsIn } from './lookup.ts'
import { quoted } from './object.ts'

/** What is in a bucket: keys, or every version and delete marker. */
export const objectListOperations: Record<string, Operation> = {
  's3.ListObjectsV2': s3Operation(
    'Prefix Delimiter MaxKeys ContinuationToken StartAfter EncodingType FetchOwner OptionalObjectAttributes',
    (input, call) => {
      const bucket = bucketOf(call, input)
      const token = word(input, 'ContinuationToken')
      const after = token ? Buffer.from(token, 'base64url').toString() : word(input, 'StartAfter')
      const { rows, prefixes, next } = cut(input, currentIn(call, bucket), after)
      return {
        ...head(input, bucket, next !== undefined),
        KeyCount: rows.length + prefixes.length,
        Contents: rows.map(one => describe(call, input, one)),
        CommonPrefixes: prefixes.map(Prefix => ({ Prefix: spelled(input, Prefix) })),
        ...(token && { ContinuationToken: token }),
        ...(word(input, 'StartAfter') && { StartAfter: spelled(input, word(input, 'StartAfter')) }),
        ...(next !== undefined && { NextContinuationToken: Buffer.from(next).toString('base64url') }),
      }
    },
  ),
  's3.ListObjects': s3Operation(
    'Prefix Delimiter MaxKeys Marker EncodingType OptionalObjectAttributes',
    (input, call) => {
      const bucket = bucketOf(call, input)
      const { rows, prefixes, next } = cut(input, currentIn(call, bucket), word(input, 'Marker'))
      return {
        ...head(input, bucket, next !== undefined),
        Marker: word(input, 'Marker'),
        Contents: rows.map(one => ({ ...describe(call, input, one), Owner: ownerOf(call) })),
        CommonPrefixes: prefixes.map(Prefix => ({ Prefix: spelled(input, Prefix) })),
        ...(next !== undefined && { NextMarker: spelled(input, next) }),
      }
    },
  ),
  's3.ListObjectVersions': s3Operation(
    'Prefix Delimiter MaxKeys KeyMarker VersionIdMarker EncodingType OptionalObjectAttributes',
    (input, call) => {
      const bucket = bucketOf(call, input)
      const prefix = word(input, 'Prefix')
      if (word(input, 'Delimiter') !== '')
        refuse(400, 'InvalidArgument', 'The emulator lists versions without a delimiter.')
      // Newest first within a key.
      const latest = new Set(new Map(versionsIn(call, bucket).map(one => [text(one, 'key'), one.id])).values())
      const sorted = versionsIn(call, bucket)
        .reverse()
        .sort(byKey)
        .filter(one => text(one, 'key').startsWith(prefix))
      const rest = afterMarker(sorted, word(input, 'KeyMarker'), word(input, 'VersionIdMarker'))
      const rows = rest.slice(0, most(input))
      const row = (one: Resource) => ({
        Key: spelled(input, text(one, 'key')),
        VersionId: text(one, 'versionId'),
        IsLatest: latest.has(one.id),
        LastModified: date(call, one.born),
        Owner: ownerOf(call),
      })
      const last = rows.at(-1)
      return {
        ...head(input, bucket, rows.length < rest.length),
        KeyMarker: spelled(input, word(input, 'KeyMarker')),
        VersionIdMarker: word(input, 'VersionIdMarker'),
        Versions: rows.filter(one => !isMarker(one)).map(one => ({ ...row(one), ...facts(one) })),
        DeleteMarkers: rows.filter(isMarker).map(row),
        ...(rows.length < rest.length &&
          last && { NextKeyMarker: spelled(input, text(last, 'key')), NextVersionIdMarker: text(last, 'versionId') }),
      }
    },
  ),
}

function head(input: JsonObject, bucket: Resource, more: boolean): JsonObject {
  const encoding = word(input, 'EncodingType')
  const delimiter = word(input, 'Delimiter')
  return {
    Name: bucket.id,
    Prefix: spelled(input, word(input, 'Prefix')),
    MaxKeys: most(input),
    IsTruncated: more,
    ...(encoding && { EncodingType: encoding }),
    ...(delimiter && { Delimiter: delimiter }),
  }
}

function most(input: JsonObject): number {
  const value = Number(word(input, 'MaxKeys') || 1000)
  return value >= 0
    ? Math.min(value, 1000)
    : refuse(400, 'InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647')
}

/** Keys after a point, those with a delimiter behind the prefix rolled up; `next` is where the following page begins. */
function cut(
  input: JsonObject,
  resources: Resource[],
  after: string,
): { rows: Resource[]; prefixes: string[]; next: string | undefined } {
  const prefix = word(input, 'Prefix')
  const delimiter = word(input, 'Delimiter')
  const rows: Resource[] = []
  const prefixes: string[] = []
  let last = ''
  for (const one of resources) {
    const key = text(one, 'key')
    if (!key.startsWith(prefix)) continue
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const rolled = at < 0 ? undefined : key.slice(0, at + delimiter.length)
    if ((rolled ?? key) <= after || (rolled !== undefined && prefixes.includes(rolled))) continue
    if (rows.length + prefixes.length >= most(input)) return { rows, prefixes, next: last }
    if (rolled === undefined) rows.push(one)
    else prefixes.push(rolled)
    last = rolled ?? key
  }
  return { rows, prefixes, next: undefined }
}

function afterMarker(sorted: Resource[], key: string, version: string): Resource[] {
  if (key === '') return sorted
  const at = sorted.findIndex(one => text(one, 'key') === key && text(one, 'versionId') === version)
  if (at >= 0) return sorted.slice(at + 1)
  return sorted.filter(one => text(one, 'key') > key)
}

/** Keys can hold characters that XML cannot; who asks gets them percent-encoded. */
function spelled(input: JsonObject, key: string): string {
  return word(input, 'EncodingType') === 'url' ? encodeURIComponent(key).replace(/%2F/g, '/') : key
}

function facts(one: Resource): JsonObject {
  return { ETag: quoted(one), Size: time(one, 'size'), StorageClass: 'STANDARD' }
}

function describe(call: Call, input: JsonObject, one: Resource): JsonObject {
  return { Key: spelled(input, text(one, 'key')), LastModified: date(call, one.born), ...facts(one) }
}
