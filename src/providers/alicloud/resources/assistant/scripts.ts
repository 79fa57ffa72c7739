import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  pbkdf2Sync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Problem } from '../../../../base/errors.ts'
import { machineKeyMarker } from '../../machine-key.ts'

/** Secrets on their way to a machine: a random pass phrase sealed to its RSA key, and the secrets under that phrase. */
export interface Sealed {
  /** RSA-OAEP with SHA-256, Base64. */
  phrase: string
  /** AES-256-CBC as `openssl enc -pbkdf2` writes it (`Salted__`, salt, text), Base64. */
  secrets: string
}

const folder = '/var/lib/stackwright'
const rounds = 10_000

/** The command that makes the machine's key, if it has none, and prints its public half. */
export function machineKeyScript(): string {
  return [
    '#!/bin/bash',
    machineKeyMarker,
    'set -eu',
    'umask 077',
    `mkdir -p ${folder}`,
    `exec 9>${folder}/lock`,
    'flock 9',
    `if ! openssl rsa -in ${folder}/key.pem -noout 2>/dev/null; then`,
    `  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out ${folder}/key.new 2>/dev/null`,
    `  mv ${folder}/key.new ${folder}/key.pem`,
    'fi',
    `openssl rsa -in ${folder}/key.pem -pubout 2>/dev/null`,
    '',
  ].join('\n')
}

/**
 * The command that runs `script` with the variables and the unsealed secrets in its environment. Two of them never
 * overlap on a machine. Secrets pass through files in memory (/run) that only root can read, never through arguments.
 */
export function setupScript(script: string, env: Record<string, string>, sealed: Sealed | undefined): string {
  for (const name of Object.keys(env)) checkName(name)
  return [
    '#!/bin/bash',
    'set -eu',
    'umask 077',
    `mkdir -p ${folder}`,
    `exec 9>${folder}/lock`,
    'flock 9',
    'work=$(mktemp -d /run/stackwright.XXXXXX)',
    'trap \'rm -rf "$work"\' EXIT',
    ...(sealed ? unseal(sealed) : []),
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `echo ${gzipSync(script, { level: 9 }).toString('base64')} | base64 -d | gunzip > "$work/setup.sh"`,
    // Without the lock's descriptor: a service that the script starts would keep the lock.
    'bash "$work/setup.sh" 9>&-',
    '',
  ].join('\n')
}

/**
 * Seals secrets to a machine's public key. `keep` stores each text the first time, under a name that changes with
 * the secrets and the key. Undefined when there is nothing to seal.
 */
export async function seal(
  secrets: Record<string, string>,
  publicKey: string,
  keep: (name: string, make: () => string) => Promise<string>,
): Promise<Sealed | undefined> {
  const names = Object.keys(secrets).sort()
  if (names.length === 0) return undefined
  for (const name of names) checkName(name)
  const lines = names.map(name => `${name}=${quoted(secrets[name]!)}`).join('\n')
  const version = createHash('sha256').update(`${publicKey}\n${lines}`).digest('hex').slice(0, 16)
  return JSON.parse(await keep(version, () => JSON.stringify(sealNow(`${lines}\n`, publicKey)))) as Sealed
}

/** A value as one word of bash, whatever is in it. */
export function quoted(value: string): string {
  if (value.includes('\0'))
    throw new Problem({ what: 'A value contains a NUL character, which cannot be passed to a program.' })
  return `'${value.replaceAll("'", `'\\''`)}'`
}

/** Whether a PEM text is an RSA public key; Node's own parser decides. */
export function checkPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

function sealNow(text: string, publicKey: string): Sealed {
  const phrase = randomBytes(24).toString('hex')
  const padding = { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  return { phrase: publicEncrypt(padding, Buffer.from(phrase)).toString('base64'), secrets: encrypted(text, phrase) }
}

/** What `openssl enc -aes-256-cbc -md sha256 -pbkdf2 -iter …` writes. */
function encrypted(text: string, phrase: string): string {
  const salt = randomBytes(8)
  const keyAndIv = pbkdf2Sync(phrase, salt, rounds, 48, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', keyAndIv.subarray(0, 32), keyAndIv.subarray(32))
  return Buffer.concat([Buffer.from('Salted__'), salt, cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}

function unseal({ phrase, secrets }: Sealed): string[] {
  const oaep = '-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256'
  return [
    `echo ${phrase} | base64 -d > "$work/phrase.sealed"`,
    `openssl pkeyutl -decrypt -inkey ${folder}/key.pem ${oaep} -in "$work/phrase.sealed" -out "$work/phrase"`,
    `echo ${secrets} | base64 -d > "$work/secrets.sealed"`,
    `openssl enc -d -aes-256-cbc -md sha256 -pbkdf2 -iter ${rounds} -pass "file:$work/phrase" -in "$work/secrets.sealed" -out "$work/secrets"`,
    'set -a',
    '. "$work/secrets"',
    'set +a',
    'rm -f "$work/phrase" "$work/secrets"',
  ]
}

function checkName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`not a variable's name: ${name}`)
}
