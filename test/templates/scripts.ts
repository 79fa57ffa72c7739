import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { type Ran, run } from './support.ts'

// Needs: shellcheck, systemd

/** bash and shellcheck find nothing to say. */
export async function expectSound(script: string, folder: string): Promise<void> {
  const file = join(folder, 'setup.sh')
  await writeFile(file, script)
  expect(await run('bash', ['-n', file])).toEqual({ code: 0, out: '', err: '' })
  expect(await run('shellcheck', [file])).toEqual({ code: 0, out: '', err: '' })
}

/** Bytes after gzip and base64, as a script travels. */
export function packedSize(script: string): number {
  return gzipSync(script, { level: 9 }).toString('base64').length
}

/** Runs some lines with a script's own functions, without its last line, which starts it all. */
export function within(script: string, lines: string, env: Record<string, string>): Promise<Ran> {
  const program = `${script.replace(/main\n$/, '')}\n${lines}`
  return run('/bin/bash', ['--norc', '-c', program], { env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env } })
}

/** systemd takes the unit without a word, with a program that is there in place of the machine's. */
export async function expectGoodUnit(unit: string, folder: string, name: string): Promise<void> {
  const file = join(folder, `${name}.service`)
  await writeFile(file, unit.replace(/^ExecStart=\S+/m, 'ExecStart=/usr/bin/env'))
  expect(await run('systemd-analyze', ['verify', '--recursive-errors=no', file])).toMatchObject({ code: 0, err: '' })
}
