import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandScript, delivered } from '../../../../src/providers/aws/resources/scripts.ts'

// Judged by the programs that a machine has: sh, bash, flock, and an `aws` that tells what it was asked.

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stackwright-machine-'))
  for (const folder of ['run', 'bin']) mkdirSync(join(root, folder))
  const fake = join(root, 'bin', 'aws')
  writeFileSync(fake, `#!/bin/sh\nprintf '%s\\n' "$@" > ${root}/asked\ncat ${root}/secret\n`)
  chmodSync(fake, 0o755)
})
afterAll(() => rmSync(root, { recursive: true }))

const nasty = `'; rm -rf / #"$(id)\`id\`\\ $HOME {{ssm:/other/secret}}\nsecond line\t%s é 漢`

describe('what runs on a machine of AWS', () => {
  test('variables and secrets arrive whole, and no secret stands in the command', () => {
    writeFileSync(join(root, 'secret'), nasty)
    const command = delivered({
      script: 'printf "%s|%s" "$HOST" "$DB_PASSWORD"',
      env: { HOST: nasty },
      parameters: { DB_PASSWORD: "/shop/it's" },
      region: 'ap-northeast-1',
    })
    expect(onMachine(command).stdout).toBe(`${nasty}|${nasty}`)
    expect(readFileSync(join(root, 'asked'), 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['get-parameter', '--with-decryption', "/shop/it's", 'ap-northeast-1']),
    )
    expect(readdirSync(join(root, 'run'))).toEqual([])
  })

  test('nothing in it looks like a reference that Systems Manager would fill in', () => {
    const command = commandScript({ script: nasty, env: { A: nasty }, parameters: {}, region: 'r' })
    expect(command).not.toContain('{{')
  })

  test('a failing script passes its exit code on, its output is kept, and the end of it is shown', () => {
    const script = 'for i in $(seq 5000); do echo "line $i"; done; echo the end >&2; exit 7'
    const { status, stdout } = onMachine(delivered({ script, env: {}, parameters: {}, region: 'r' }))
    expect(status).toBe(7)
    expect(stdout.trimEnd().endsWith('the end')).toBe(true)
    expect(stdout.length).toBeLessThanOrEqual(20_000)
    const logs = readdirSync(join(root, 'var/log/stackwright')).map(name =>
      readFileSync(join(root, 'var/log/stackwright', name), 'utf8'),
    )
    expect(logs.some(log => log.startsWith('line 1\n'))).toBe(true)
  })

  test('the same text for the same work, so that a token may bind it', () => {
    const work = { script: 'echo 1', env: { A: 'b' }, parameters: { C: 'd' }, region: 'r' }
    expect(delivered(work)).toBe(delivered(work))
  })

  test('a name that is no variable is refused, and a command longer than it may be', () => {
    expect(() => delivered({ script: '', env: { 'A;id': 'x' }, parameters: {}, region: 'r' })).toThrow('A;id')
    const noise = Array.from({ length: 60_000 }, (_, n) => Math.sin(n).toString(36)).join('')
    expect(() => commandScript({ script: noise, env: {}, parameters: {}, region: 'r' })).toThrow('too long')
  })
})

/** The command with the machine's folders moved into a temporary one. */
function onMachine(command: string) {
  const here = command.replaceAll('/var/l', `${root}/var/l`).replaceAll('/run/', `${root}/run/`)
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', here], { env, encoding: 'utf8' })
  return { status, stdout: stdout + stderr }
}
