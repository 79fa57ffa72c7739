import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Values } from '../../../src/answers/question.ts'
import {
  defaultKeyFile,
  GENERATE,
  makePrivateKey,
  publicKeyOf,
  publicKeyProblem,
  readPublicKey,
} from '../../../src/providers/alicloud/ssh-keys.ts'
import { questions } from './parts/asked.ts'

// Needs: ssh-keygen

const keyFileProblem = (file: string, values: Values) =>
  questions.find(({ key }) => key === 'machine.keyFile')!.check!(file, values)
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function keygen(type: string, name: string, ...more: string[]): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'me@here', '-f', file, ...more])
  return `${file}.pub`
}

describe('The login key', () => {
  test('RSA and ECDSA keys of ssh-keygen are read as they are', () => {
    expect(readPublicKey(keygen('rsa', 'rsa', '-b', '2048'))).toMatch(/^ssh-rsa \S+ me@here$/)
    expect(readPublicKey(keygen('ecdsa', 'ecdsa'))).toMatch(/^ecdsa-sha2-nistp256 \S+ me@here$/)
  })

  test('an Ed25519 key is refused with what to do instead', () => {
    expect(() => readPublicKey(keygen('ed25519', 'ed'))).toThrow(/does not import Ed25519.*ssh-keygen -t rsa.*generate/)
  })

  test('a private key named by mistake is refused without showing any of it', () => {
    const file = keygen('rsa', 'private', '-b', '2048').replace(/\.pub$/, '')
    expect(keyFileProblem(file, {})).toMatch(/is a private key\. Name the public one/)
    expect(keyFileProblem(file, {})).not.toMatch(/BEGIN|b3BlbnNzaC1/)
  })

  test('short, damaged, several-line, hostile and missing keys are each told apart', () => {
    expect(publicKeyProblem(readPublicKeyRaw(keygen('rsa', 'short', '-b', '1024')))).toMatch(/less than 2048/)
    expect(publicKeyProblem('ssh-rsa AAAAB3NzaC1yc2EAAAA')).toMatch(/damaged|2048/)
    expect(publicKeyProblem('ssh-rsa not*base64')).toMatch(/damaged/)
    expect(publicKeyProblem('ssh-rsa AAAA\nssh-rsa AAAA')).toMatch(/one line/)
    expect(publicKeyProblem('rsa AAAA')).toMatch(/RSA or ECDSA/)
    const good = readPublicKey(keygen('rsa', 'good', '-b', '2048'))
    expect(publicKeyProblem(`${good} $(id)`)).toMatch(/comment/)
    expect(keyFileProblem(join(folder, 'nothing.pub'), {})).toMatch(/no file/)
    expect(keyFileProblem(folder, {})).toMatch(/is not a file/)
    expect(keyFileProblem('/dev/zero', {})).toMatch(/is not a file/)
    expect(keyFileProblem('/nothing/\u202e\u009b.pub', {})).toBe('There is no file "/nothing/\\u202e\\u009b.pub".')
    expect(keyFileProblem('', {})).toMatch(/not the name of a file/)
  })

  test('a key that is answered already does not need its file', () => {
    expect(keyFileProblem(join(folder, 'elsewhere.pub'), { 'machine.publicKey': 'ssh-rsa AAAA' })).toBeUndefined()
  })

  test('a generated key is one that ssh-keygen derives the same public half from', () => {
    const pem = makePrivateKey()
    const file = join(folder, 'made')
    writeFileSync(file, pem, { mode: 0o600 })
    const derived = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim().split(' ').slice(0, 2)
    const line = publicKeyOf(pem, 'stack')
    expect(line.split(' ')).toEqual([...derived, 'stack'])
    expect(publicKeyProblem(line)).toBeUndefined()
  })

  test('without a key that the cloud accepts, one is generated', () => {
    expect(defaultKeyFile(join(folder, 'nobody'))).toBe(GENERATE)
  })
})

function readPublicKeyRaw(path: string): string {
  return execFileSync('cat', [path], { encoding: 'utf8' }).trim()
}
