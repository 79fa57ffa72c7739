import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { show } from '../answers/checks.ts'

/** OpenSSH public keys, as people have them in a file. What a cloud takes is its own matter (`problem`). */

/** The word that stands for "make one" where a file is asked for. */
export const GENERATE = 'generate'

/** The secret store's name of a generated key's private half (PEM). */
export const PRIVATE_KEY = 'machine.privateKey'

/** The public key in a file, on one line. Throws an Error with a plain sentence. */
export function readPublicKeyWith(problem: (key: string) => string | undefined, path: string): string {
  const full = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  const content = contentOf(full, show(path))
  if (content.includes('PRIVATE KEY')) {
    throw new Error(`${show(path)} is a private key. Name the public one, usually the same file with .pub at the end.`)
  }
  const key = content.trim()
  const wrong = problem(key)
  if (wrong) throw new Error(`${show(path)}: ${wrong}`)
  return key
}

/** The first of these files that people have; `generate` when there is none. */
export function keyFileAmong(names: string[], home: string): string {
  return names.map(name => join(home, '.ssh', name)).find(path => existsSync(path)) ?? GENERATE
}

/** What is wrong with a line in OpenSSH's public key format, or nothing. `unfit` says what is wrong with a type, `remake` is the command that makes a better key. */
export function keyProblem(
  key: string,
  { unfit, remake }: { unfit: (type: string) => string | undefined; remake: string },
): string | undefined {
  if (/[\r\n]/.test(key)) return 'It holds more than one line; a public key is one line.'
  const [type = '', body = '', ...comment] = key.split(' ')
  const wrong = unfit(type)
  if (wrong) return wrong
  if (!wellFormed(type, body)) return 'The key in it is damaged.'
  if (type === 'ssh-rsa' && Buffer.from(body, 'base64').length < 270) {
    return `It is an RSA key of less than 2048 bits. Make a new one: ${remake}.`
  }
  if (!/^[\p{L}\p{N} @._:+/-]*$/u.test(comment.join(' '))) {
    return 'Its comment contains special characters. Keep letters, digits and @ . _ - in it.'
  }
  return undefined
}

/** The first field inside the base64 body repeats the type; its length is in front of it. */
function wellFormed(type: string, body: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return false
  const bytes = Buffer.from(body, 'base64')
  return (
    bytes.length > 4 + type.length &&
    bytes.readUInt32BE(0) === type.length &&
    bytes.toString('latin1', 4, 4 + type.length) === type
  )
}

/** A few kilobytes at most, and no device that never ends. */
function contentOf(path: string, shown: string): string {
  try {
    const found = statSync(path)
    if (!found.isFile()) throw new Error(`${shown} is not a file.`)
    if (found.size > 16_384) throw new Error(`${shown} is too large for a public key.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new Error(code === 'ENOENT' ? `There is no file ${shown}.` : `${shown} cannot be read (${code}).`)
  }
}
