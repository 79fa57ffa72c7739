import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Operation, Resource } from '../../../world/model.ts'
import { filteredThings } from '../../core/filters.ts'
import { date, newId } from '../../core/ids.ts'
import { bytes, operation, refuse, requireParameter, word, words } from '../../core/input.ts'
import { createResource, listedResources, removeResource, resourcesOf, text } from '../../core/resources.ts'
import { tagList } from '../../core/tags.ts'
import { newTags } from './tags.ts'

/** Key pairs, known by name. */
export const keyPairOperations: Record<string, Operation> = {
  'ec2.ImportKeyPair': operation('KeyName PublicKeyMaterial TagSpecifications', (input, call) => {
    const name = freeName(call, input)
    const tags = newTags(input, 'key-pair')
    const line = bytes(input, 'PublicKeyMaterial').toString().trim()
    const key = keep(call, name, line, tags)
    return { ...summary(key), Tags: tagList(key) }
  }),
  'ec2.CreateKeyPair': operation('KeyName KeyType KeyFormat TagSpecifications', (input, call) => {
    const name = freeName(call, input)
    const tags = newTags(input, 'key-pair')
    if (word(input, 'KeyType') === 'ed25519') refuse(400, 'UnsupportedParameter', 'The emulator makes RSA keys only.')
    const made = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const key = keep(call, name, openSsh(made.publicKey), tags)
    return { ...summary(key), KeyMaterial: made.privateKey, Tags: tagList(key) }
  }),
  'ec2.DescribeKeyPairs': operation('KeyNames KeyPairIds Filters IncludePublicKey', (input, call) => {
    const names = words(input, 'KeyNames')
    const ids = words(input, 'KeyPairIds')
    for (const name of names) keyNamed(call, name)
    const byId = ids.map(
      id =>
        resourcesOf(call, 'key-pair').find(one => one.id === id) ??
        refuse(400, 'InvalidKeyPair.NotFound', `The key pair '${id}' does not exist`),
    )
    const resources =
      names.length + ids.length > 0
        ? [...new Set([...names.map(name => keyNamed(call, name)), ...byId])]
        : listedResources(call, 'key-pair')
    const found = filteredThings(input, resources, {
      'key-name': one => text(one, 'name'),
      'key-pair-id': one => one.id,
      fingerprint: one => text(one, 'fingerprint'),
    })
    return {
      KeyPairs: found.map(one => ({
        ...summary(one),
        KeyType: text(one, 'type'),
        CreateTime: date(call, one.born),
        ...(input.IncludePublicKey === true && { PublicKey: text(one, 'publicKey') }),
        Tags: tagList(one),
      })),
    }
  }),
  // Deleting one that is not there succeeds.
  'ec2.DeleteKeyPair': operation('KeyName KeyPairId', (input, call) => {
    const name = word(input, 'KeyName')
    const id = word(input, 'KeyPairId')
    if (name === '' && id === '') refuse(400, 'MissingParameter', 'The request must contain the parameter KeyName')
    const key = resourcesOf(call, 'key-pair').find(one => one.id === id || text(one, 'name') === name)
    if (key) removeResource(call, key)
    return { Return: true, ...(key && { KeyPairId: key.id }) }
  }),
}

/** The key pair of that name, or EC2's refusal. */
export function keyNamed(call: Call, name: string): Resource {
  const words = `The key pair '${name}' does not exist`
  return (
    resourcesOf(call, 'key-pair').find(one => text(one, 'name') === name) ??
    refuse(400, 'InvalidKeyPair.NotFound', words)
  )
}

function freeName(call: Call, input: JsonObject): string {
  const name = requireParameter(input, 'KeyName')
  if (name.length > 255 || !/^[\x20-\x7e]+$/.test(name) || name !== name.trim())
    refuse(400, 'InvalidParameterValue', 'Invalid value for parameter KeyName: up to 255 ASCII characters.')
  if (resourcesOf(call, 'key-pair').some(one => text(one, 'name') === name))
    refuse(400, 'InvalidKeyPair.Duplicate', `The keypair already exists`)
  return name
}

function keep(call: Call, name: string, line: string, tags: Record<string, string>): Resource {
  const [type = '', blob = ''] = line.split(/\s+/)
  if (!['ssh-rsa', 'ssh-ed25519'].includes(type) || Buffer.from(blob, 'base64').length < 40) {
    refuse(400, 'InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
  const data = {
    name,
    publicKey: line,
    type: type === 'ssh-rsa' ? 'rsa' : 'ed25519',
    fingerprint: fingerprint(type, Buffer.from(blob, 'base64')),
  }
  return createResource(call, 'key-pair', newId(call, 'key'), data, { tags })
}

/** MD5 of the DER for RSA, SHA-256 of the blob for Ed25519. */
function fingerprint(type: string, blob: Buffer): string {
  if (type === 'ssh-ed25519') return createHash('sha256').update(blob).digest('base64')
  try {
    const at = (offset: number) => blob.readUInt32BE(offset)
    const e = blob.subarray(15, 15 + at(11))
    const start = 15 + e.length
    const n = blob.subarray(start + 4, start + 4 + at(start))
    const key = createPublicKey({
      key: { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') },
      format: 'jwk',
    })
    const der = key.export({ type: 'spki', format: 'der' })
    return createHash('md5')
      .update(der)
      .digest('hex')
      .replace(/..(?!$)/g, '$&:')
  } catch {
    return refuse(400, 'InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
}

function openSsh(pem: string): string {
  const { e = '', n = '' } = createPublicKey(pem).export({ format: 'jwk' })
  const part = (bytes: Buffer) => {
    const padded = bytes[0] !== undefined && bytes[0] > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
    const length = Buffer.alloc(4)
    length.writeUInt32BE(padded.length)
    return Buffer.concat([length, padded])
  }
  const parts = [Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), Buffer.from(n, 'base64url')]
  return `ssh-rsa ${Buffer.concat(parts.map(part)).toString('base64')}`
}

function summary(key: Resource): JsonObject {
  return { KeyName: text(key, 'name'), KeyPairId: key.id, KeyFingerprint: text(key, 'fingerprint') }
}
