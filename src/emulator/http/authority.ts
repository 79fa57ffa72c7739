import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { bits, boolean, type Der, integer, objectId, octets, sequence, setOf, tagged, text, time } from './der.ts'

/** A certificate and its private key, PEM. */
export interface Issued {
  certificate: string
  key: string
}

/** Signs certificates for the names that load balancers serve. */
export interface Authority {
  /** The authority's own certificate, PEM: who trusts it trusts what it issues. */
  certificate: string
  /** A certificate for these names, always the same one for the same names. */
  issue(names: string[]): Issued
}

/** In the data folder; it holds a private key. */
export const AUTHORITY_FILE = 'authority.json'

const day = 86_400_000

/**
 * The sandbox's own certificate authority: what ACM would have issued, signed by someone whom nobody but the tests and
 * the curious trust. Made when first needed and kept in the data folder (`authority.json`); without one, in memory.
 * X.509 is written by hand (der.ts), so no program has to be installed.
 */
export function openAuthority(data?: string): Authority {
  const file = data && join(data, AUTHORITY_FILE)
  const root = file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Issued) : newRoot()
  if (file && !existsSync(file)) keep(file, root)
  const key = createPrivateKey(root.key)
  const issued = new Map<string, Issued>()
  return {
    certificate: root.certificate,
    issue(names) {
      const id = names.join(' ')
      const leaf = issued.get(id) ?? newLeaf(names, key)
      issued.set(id, leaf)
      return leaf
    },
  }
}

/** Whole or not at all: a torn file would be nobody's authority. */
function keep(file: string, root: Issued): void {
  writeFileSync(`${file}.new`, JSON.stringify(root), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const issuer = 'stackwright embedded cloud'

function newRoot(): Issued {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = certify({
    subject: issuer,
    publicKey,
    signer: privateKey,
    days: 3650,
    extensions: [
      extension('2.5.29.19', sequence(boolean(true), integer(Buffer.from([0]))), true),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', bits(Buffer.from([0b0000_0110]), 1), true),
      extension('2.5.29.14', octets(keyId(publicKey))),
    ],
  })
  return { certificate, key: pemOf(privateKey) }
}

function newLeaf(names: string[], signer: KeyObject): Issued {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = certify({
    subject: names[0]!.slice(0, 64),
    publicKey,
    signer,
    days: 395,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      // digitalSignature.
      extension('2.5.29.15', bits(Buffer.from([0b1000_0000]), 7), true),
      // serverAuth.
      extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', sequence(...names.map(alternative))),
      extension('2.5.29.14', octets(keyId(publicKey))),
      extension('2.5.29.35', sequence(tagged(0x80, keyId(signer)))),
    ],
  })
  return { certificate, key: pemOf(privateKey) }
}

interface Wish {
  subject: string
  publicKey: KeyObject
  signer: KeyObject
  days: number
  extensions: Der[]
}

/** RFC 5280: what is certified, the algorithm, the signature over it. */
function certify({ subject, publicKey, signer, days, extensions }: Wish): string {
  // ecdsa-with-SHA256.
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'))
  const content = sequence(
    // Version 3.
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    named(issuer),
    sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + days * day))),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  return pem('CERTIFICATE', sequence(content, algorithm, bits(sign('sha256', content, signer))))
}

function extension(id: string, value: Der, critical = false): Der {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value))
}

/** One common name. */
function named(name: string): Der {
  return sequence(setOf(sequence(objectId('2.5.4.3'), text(name))))
}

/** A DNS name, or an address as its bytes. */
function alternative(name: string): Der {
  if (isIP(name) === 4) return tagged(0x87, Buffer.from(name.split('.').map(Number)))
  return tagged(0x82, Buffer.from(name, 'latin1'))
}

function keyId(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return createHash('sha1').update(point).digest()
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
