import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { keyFileAmong, keyProblem, readPublicKeyWith } from '../public-key.ts'

export { GENERATE, PRIVATE_KEY } from '../public-key.ts'

/** SSH keys for the login: EC2 imports RSA and Ed25519 keys, no others (ImportKeyPair). */

/** The first public key people usually have that EC2 accepts; `generate` when there is none. */
export function defaultKeyFile(home = homedir()): string {
  return keyFileAmong(['id_ed25519.pub', 'id_rsa.pub'], home)
}

/** The public key in a file, on one line. Throws an Error with a plain sentence. */
export function readPublicKey(path: string): string {
  return readPublicKeyWith(publicKeyProblem, path)
}

/** What is wrong with a line in OpenSSH's public key format, or nothing. */
export function publicKeyProblem(key: string): string | undefined {
  return keyProblem(key, { unfit, remake: 'ssh-keygen -t ed25519' })
}

function unfit(type: string): string | undefined {
  if (/^(ecdsa-|ssh-dss|sk-)/.test(type)) {
    return 'EC2 imports only RSA and Ed25519 keys. Make one: ssh-keygen -t ed25519, or answer "generate".'
  }
  if (type === 'ssh-rsa' || type === TYPE) return undefined
  return 'It is not an OpenSSH public key of type RSA or Ed25519. It must start with ssh-rsa or ssh-ed25519.'
}

const TYPE = 'ssh-ed25519'
const MAGIC = 'openssh-key-v1\0'

/** A new Ed25519 key's private half in OpenSSH's own format, the only one that every ssh reads for this type (OpenSSH, PROTOCOL.key). */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d = '' } = privateKey.export({ format: 'jwk' })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  const check = randomBytes(4)
  const inside = [check, check, field(TYPE), field(point), field(Buffer.concat([seed, point])), field('stackwright')]
  const size = inside.reduce((sum, part) => sum + part.length, 0)
  // Filled up to whole blocks of eight with 1, 2, 3…
  const filling = Buffer.from(Array.from({ length: (8 - (size % 8)) % 8 }, (_, i) => i + 1))
  const body = Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(publicBody(point)),
    field(Buffer.concat([...inside, filling])),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/** The OpenSSH line of a private key that `makePrivateKey` made. */
export function publicKeyOf(privatePem: string, comment: string): string {
  const bytes = Buffer.from(privatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  // Behind the magic, cipher and key derivation ("none" each), their empty options, and the count of keys.
  const at = MAGIC.length + 8 + 8 + 4 + 4
  const size = bytes.readUInt32BE(at)
  return `${TYPE} ${bytes.subarray(at + 4, at + 4 + size).toString('base64')} ${comment}`
}

function publicBody(point: Buffer): Buffer {
  return Buffer.concat([field(TYPE), field(point)])
}

/** A string as SSH writes it: its length in four bytes in front. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
