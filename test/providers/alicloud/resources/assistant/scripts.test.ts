import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  checkPublicKey,
  machineKeyScript,
  quoted,
  seal,
  setupScript,
} from '../../../../../src/providers/alicloud/resources/assistant/scripts.ts'

// Judged by the programs that a machine has: bash and openssl.

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stackwright-machine-'))
  mkdirSync(join(root, 'run'))
})
afterAll(() => rmSync(root, { recursive: true }))

const nasty = `'; rm -rf / #"$(id)\`id\`\\ $HOME\nsecond line\t%s é 漢`

describe('what runs on a machine', () => {
  test('the key is made once and its public half printed each time', () => {
    const first = onMachine(machineKeyScript())
    expect(checkPublicKey(first)).toBe(true)
    expect(onMachine(machineKeyScript())).toBe(first)
  })

  test('secrets arrive whole, whatever is in them, and nothing of them stays behind or stands in the command', async () => {
    const publicKey = onMachine(machineKeyScript())
    const secrets = { DB_PASSWORD: nasty, LONG: 'x'.repeat(5000) }
    const sealed = await seal(secrets, publicKey, async (_name, make) => make())
    const print = 'printf "%s|%s|%s" "$DB_PASSWORD" "${#LONG}" "$HOST"'
    const command = setupScript(print, { HOST: nasty }, sealed)
    expect(onMachine(command)).toBe(`${nasty}|5000|${nasty}`)
    expect(command).toContain('HOST=')
    expect(command).not.toContain('xxxxx')
    expect(readdirSync(join(root, 'run'))).toEqual([])
  })

  test('a failing script hands its exit code on', () => {
    const { status } = spawnSync('bash', ['-c', here(setupScript('exit 7', {}, undefined))])
    expect(status).toBe(7)
    expect(readdirSync(join(root, 'run'))).toEqual([])
  })

  test('sealing the same again gives the same text, other secrets another', async () => {
    const publicKey = onMachine(machineKeyScript())
    const kept = new Map<string, string>()
    const keep = async (name: string, make: () => string) => {
      kept.set(name, kept.get(name) ?? make())
      return kept.get(name)!
    }
    const once = await seal({ A: 'one' }, publicKey, keep)
    expect(await seal({ A: 'one' }, publicKey, keep)).toEqual(once)
    expect(await seal({ A: 'two' }, publicKey, keep)).not.toEqual(once)
    expect([...kept.keys()].join()).not.toContain('one')
    expect(await seal({}, publicKey, keep)).toBeUndefined()
  })

  test('a name that is no variable is refused', () => {
    expect(() => setupScript('', { 'A;id': 'x' }, undefined)).toThrow('A;id')
    expect(() => quoted('a\0b')).toThrow('NUL')
  })
})

/** The command with the machine's folders moved into a temporary one. */
function here(command: string): string {
  return command
    .replaceAll('/var/lib/stackwright', `${root}/lib`)
    .replaceAll('/run/stackwright', `${root}/run/stackwright`)
}

function onMachine(command: string): string {
  return execFileSync('bash', ['-c', here(command)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
