import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageFile } from '../../../src/base/files.ts'
import { oneAtATime } from '../../support/one-at-a-time.ts'

// Needs: python

/** Python with these packages (`boto3==1.43.67`) in an environment of its own, made once and kept beside node_modules. */
export async function python(...packages: string[]): Promise<string> {
  const home = packageFile(`node_modules/.cache/stackwright/${packages.join('+').replace(/[^\w.+-]/g, '')}`)
  const interpreter = join(home, 'bin/python')
  if (existsSync(join(home, 'complete'))) return interpreter
  await mkdir(dirname(home), { recursive: true })
  // Two test files may want the same one at the same time.
  const release = await oneAtATime(`${home}.making`, 10 * 60_000)
  try {
    if (existsSync(join(home, 'complete'))) return interpreter
    await rm(home, { recursive: true, force: true })
    await output('python3', ['-m', 'venv', home])
    await output(interpreter, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages])
    await writeFile(join(home, 'complete'), '')
    return interpreter
  } finally {
    await release()
  }
}

/** What a program prints; rejects with everything it said when it fails. */
export function output(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, all] = ['', '']
  child.stdout.on('data', data => {
    out += data
    all += data
  })
  child.stderr.on('data', data => (all += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => (status === 0 ? resolve(out) : reject(new Error(`${command}: ${all}`))))
  })
}
