import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageFile } from '../../src/base/files.ts'
import { oneAtATime } from '../support/one-at-a-time.ts'
import { run } from './support.ts'

// Needs: python

/** The pinned packages of a template in an environment of their own, made once per list and kept beside node_modules. */
export async function pythonWith(requirements: string): Promise<string> {
  const list = packageFile(requirements)
  const version = (await run('python3', ['-VV'])).out
  const key = createHash('sha256')
    .update(version + (await readFile(list, 'utf8')))
    .digest('hex')
    .slice(0, 12)
  const home = packageFile(`node_modules/.cache/stackwright/python-${key}`)
  const interpreter = join(home, 'bin/python')
  if (existsSync(join(home, 'complete'))) return interpreter
  await mkdir(dirname(home), { recursive: true })
  // Two test files may want the same one at the same time.
  const release = await oneAtATime(`${home}.making`, 10 * 60_000)
  try {
    if (existsSync(join(home, 'complete'))) return interpreter
    await rm(home, { recursive: true, force: true })
    for (const [command, args] of [
      ['python3', ['-m', 'venv', home]],
      [interpreter, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', list]],
    ] as const) {
      const { code, out, err } = await run(command, [...args])
      if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${out}${err}`)
    }
    await writeFile(join(home, 'complete'), '')
    return interpreter
  } finally {
    await release()
  }
}
