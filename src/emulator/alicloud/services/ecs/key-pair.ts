import { createHash, generateKeyPairSync } from 'node:crypto'
import type { JsonObject } from '../../../../base/json.ts'
import type { Call, Resource } from '../../../world/model.ts'
import { date, newId } from '../../core/ids.ts'
import { flag, jsonWords, operation, refuse, requireParameter, word } from '../../core/input.ts'
import { page } from '../../core/page.ts'
import { createResource, findResource, listedResources, resourcesOf, text } from '../../core/resources.ts'
import { byTags, newTags, tagKeyValue } from '../../core/tags.ts'

/** A key pair has its name for an id; names are unique in a region of an account. */
const perRegion = 500

export const keyPairOperations = {
  'ecs.ImportKeyPair': operation('KeyPairName PublicKeyBody Tag', (input, call) => {
    const body = requireParameter(input, 'PublicKeyBody').trim()
    // RSA, DSA and ECDSA are what the reference lists; ed25519 is not among them.
    const match = /^(ssh-rsa|ssh-dss|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/.exec(body)
    if (!match) refuse(400, 'InvalidPublicKeyBody.Malformed', 'The specified parameter PublicKeyBody is not valid.')
    const key = add(call, input, md5(Buffer.from(match[2]!, 'base64')), `${match[1]} ${match[2]}`)
    return { KeyPairName: text(key, 'name'), KeyPairFingerPrint: text(key, 'fingerprint') }
  }),
  'ecs.CreateKeyPair': operation('KeyPairName Tag', (input, call) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'pkcs1', format: 'der' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const key = add(call, input, md5(publicKey), '')
    return {
      KeyPairId: newId(call, 'ssh'),
      KeyPairName: text(key, 'name'),
      KeyPairFingerPrint: text(key, 'fingerprint'),
      PrivateKeyBody: privateKey,
    }
  }),
  'ecs.DescribeKeyPairs': operation(
    'KeyPairName KeyPairFingerPrint Tag IncludePublicKey PageNumber PageSize',
    (input, call) => {
      const name = word(input, 'KeyPairName')
      const exact = name !== '' && !name.includes('*')
      const keys = (exact ? resourcesOf(call, 'key-pair') : listedResources(call, 'key-pair')).filter(
        key =>
          (name === '' || matches(name, text(key, 'name'))) &&
          (word(input, 'KeyPairFingerPrint') === '' || text(key, 'fingerprint') === word(input, 'KeyPairFingerPrint')),
      )
      const { rows, head } = page(input, byTags(input, keys), 10, 50)
      return { ...head, KeyPairs: { KeyPair: rows.map(key => describe(call, key, flag(input, 'IncludePublicKey'))) } }
    },
  ),
  'ecs.DeleteKeyPairs': operation('KeyPairNames', (input, call) => {
    const names = jsonWords(input, 'KeyPairNames') ?? refuse(400, 'MissingParameter', 'KeyPairNames is mandatory.')
    if (names.length === 0 || names.length > 100)
      refuse(400, 'InvalidKeyPairNames.ValueNotSupported', 'One to 100 names, please.')
    const attached = resourcesOf(call, 'instance').some(instance => names.includes(text(instance, 'keyPair')))
    if (attached) {
      refuse(403, 'InvalidParameter.KeypairAlreadyAttachedInstance', 'The key pair is still attached to an instance.')
    }
    // Names that do not exist are passed over.
    for (const name of names) {
      const key = keyPair(call, name)
      if (key) call.world.drop(key)
    }
    return {}
  }),
}

/** The key pair of that name in the call's region, if it is there. */
export function keyPair(call: Call, name: string): Resource | undefined {
  return findResource(call, {}, 'key-pair', idOf(call, name))
}

/** The store's ids are unique everywhere, a key pair's name only in its region and account: the inventory shows the name. */
function idOf(call: Call, name: string): string {
  return `${call.account}/${call.region}/${name}`
}

function add(call: Call, input: JsonObject, print: string, publicKey: string): Resource {
  const name = requireParameter(input, 'KeyPairName')
  if (!/^\p{L}[\p{L}\p{N}_:.-]{1,127}$/u.test(name) || /^https?:\/\//.test(name)) {
    refuse(400, 'InvalidKeyPairName.Malformed', 'The specified parameter KeyPairName is not valid.')
  }
  if (keyPair(call, name)) refuse(400, 'KeyPair.AlreadyExist', `The key pair ${name} already exists.`)
  if (resourcesOf(call, 'key-pair').length >= perRegion) {
    refuse(403, 'QuotaExceed.KeyPair', 'The quota of key pairs is exceeded.')
  }
  return createResource(call, 'key-pair', idOf(call, name), { name, fingerprint: print, publicKey }, newTags(input))
}

function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex')
}

function matches(pattern: string, name: string): boolean {
  const expression = pattern.split('*').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${expression.join('.*')}$`).test(name)
}

function describe(call: Call, key: Resource, withBody: boolean): JsonObject {
  return {
    KeyPairName: text(key, 'name'),
    KeyPairFingerPrint: text(key, 'fingerprint'),
    CreationTime: date(call, key.born),
    ResourceGroupId: '',
    ...(withBody && { PublicKey: text(key, 'publicKey') }),
    Tags: tagKeyValue(key),
  }
}
