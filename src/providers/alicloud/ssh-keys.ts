import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { homedir } from 'node:os'
import { keyFileAmong, keyProblem, readPublicKeyWith } from '../public-key.ts'

/**
 * SSH keys for the login: read from the person's own file, or made here. ECS takes RSA and ECDSA keys from an
 * import (ImportKeyPair lists rsa, dsa and ecdsa; dsa is refused by every current OpenSSH).
 */

export { GENERATE, PRIVATE_KEY } from '../public-key.ts'

/** The first public key people usually have that ECS accepts; `generate` when there is none. */
export function defaultKeyFile(home = homedir()): string {
  return keyFileAmong(['id_rsa.pub', 'id_ecdsa.pub'], home)
}

/** The public key in a file, on one line. Throws an Error with a plain sentence. */
export function readPublicKey(path: string): string {
  return readPublicKeyWith(publicKeyProblem, path)
}

/** What is wrong with a line in OpenSSH's public key format, or nothing. */
export function publicKeyProblem(key: string): string | undefined {
  return keyProblem(key, { unfit, remake: 'ssh-keygen -t rsa -b 3072' })
}

function unfit(type: string): string | undefined {
  if (type === 'ssh-ed25519') {
    return 'Alibaba Cloud does not import Ed25519 keys. Make an RSA one: ssh-keygen -t rsa -b 3072, or answer "generate".'
  }
  if (TYPES.includes(type)) return undefined
  return 'It is not an OpenSSH public key of type RSA or ECDSA. It must start with ssh-rsa or ecdsa-sha2-nistp256.'
}

const TYPES = ['ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']

/** A new ECDSA key's private half, PEM (SEC1, which every ssh reads). RSA would take ten times as long to make as the whole plan. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'sec1', format: 'pem' }) as string
}

/** The OpenSSH line (RFC 5656) of a private key on the curve P-256. */
export function publicKeyOf(privatePem: string, comment: string): string {
  const { x, y } = createPublicKey(privatePem).export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(String(x), 'base64url'),
    Buffer.from(String(y), 'base64url'),
  ])
  const parts = [Buffer.from('ecdsa-sha2-nistp256'), Buffer.from('nistp256'), point]
  const body = Buffer.concat(parts.flatMap(part => [length(part), part])).toString('base64')
  return `ecdsa-sha2-nistp256 ${body} ${comment}`
}

function length(part: Buffer): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(part.length)
  return out
}
