import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectDone, newScene, type Scene, teardownArgs, upArgs } from '../crash/killing.ts'
import { bareEnv, type Ended, run } from '../support/bin.ts'
import { startProxy } from '../support/proxy.ts'

let scene: Scene
beforeEach(async () => {
  scene = await newScene()
})
afterEach(() => scene.close())

const given = {
  database: 'Giv3n-Database_Pw',
  machine: 'Giv3n-Machine_Pw',
  app: 'g1ven-django-secret-key-that-is-long-enough-0123456789',
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? files(path) : [path]
  })
}

/** All secrets of a stack, as its own store has them. */
function secretsOf(cwd: string): string[] {
  const store = JSON.parse(readFileSync(join(cwd, '.stackwright', 'shop', 'secrets.json'), 'utf8')) as {
    secrets: Record<string, { value: string }>
  }
  // A private key is many lines: each alone would give it away.
  return Object.values(store.secrets).flatMap(secret =>
    secret.value.split('\n').filter(line => line.length > 7 && !line.startsWith('-----')),
  )
}

function expectNoSecret(secrets: string[], where: string, text: string): void {
  for (const secret of secrets) expect(text.includes(secret), `a secret stands in ${where}`).toBe(false)
}

function expectFolderClean(cwd: string, secrets: string[]): void {
  for (const path of files(cwd)) {
    if (path.endsWith('secrets.json')) expect(statSync(path).mode & 0o077, `${path} is for its owner only`).toBe(0)
    else expectNoSecret(secrets, path, readFileSync(path, 'latin1'))
  }
}

const passwordLogin = ['--set', 'machine.login=password']

function runWithSecrets(args: string[], url = scene.sandbox.url): Promise<Ended> {
  const env = bareEnv({
    STACKWRIGHT_SANDBOX_URL: url,
    STACKWRIGHT_DATABASE_PASSWORD: given.database,
    STACKWRIGHT_MACHINE_PASSWORD: given.machine,
    STACKWRIGHT_APP_SECRET_KEY: given.app,
  })
  return run(args, { cwd: scene.cwd, env })
}

describe('a secret stands in no file but the secret store, and in no output', () => {
  it('when secrets are made by the wizard', async () => {
    const ended = await scene.run(upArgs)
    expectDone(ended)
    const secrets = secretsOf(scene.cwd)
    expect(secrets.length).toBeGreaterThan(2)
    expectFolderClean(scene.cwd, secrets)
    expectNoSecret(secrets, 'the output', ended.stdout + ended.stderr)
    for (const args of [['status', '--json'], ['plan', '--json', '--sandbox'], ['status'], teardownArgs]) {
      const more = await scene.run(args.includes('--stack') ? args : [...args, '--stack', 'shop'])
      expectNoSecret(secrets, args.join(' '), more.stdout + more.stderr)
    }
  })

  it('when they are given in the environment, and in the text a person reads', async () => {
    const ended = await runWithSecrets([...upArgs.filter(arg => arg !== '--json'), ...passwordLogin])
    expectDone(ended)
    const secrets = Object.values(given)
    expect(secretsOf(scene.cwd)).toEqual(expect.arrayContaining(secrets))
    expectFolderClean(scene.cwd, secrets)
    expectNoSecret(secrets, 'the output', ended.stdout + ended.stderr)
  })

  it('nor in what the cloud keeps of the commands that ran on the machines', async () => {
    expectDone(await runWithSecrets([...upArgs, ...passwordLogin]))
    const history = scene.sandbox.world
    const commands = JSON.stringify(
      ['invocation', 'command'].flatMap(type =>
        history.list(type, { account: '5000000000000001', region: 'ap-northeast-1' }),
      ),
    )
    expect(commands.length, 'the embedded cloud kept the commands').toBeGreaterThan(1000)
    for (const secret of Object.values(given)) {
      expectNoSecret([secret, Buffer.from(secret).toString('base64')], 'the command history', commands)
    }
  })

  it('when the run fails: refused, throttled to death, cut off', async () => {
    const weathers = ['throttle=1', 'error=1', 'reset=1']
    for (const faults of weathers) {
      let calls = 0
      const proxy = await startProxy(scene.sandbox.url, {
        before() {
          calls += 1
          if (calls === 30) scene.sandbox.setFaults(`${faults},seed=3`)
        },
      })
      const ended = await runWithSecrets([...upArgs, ...passwordLogin], proxy.url)
      await proxy.close()
      scene.sandbox.setFaults('')
      expect(ended.code, faults).toBe(1)
      const secrets = [...new Set([...Object.values(given), ...secretsOf(scene.cwd)])]
      expectNoSecret(secrets, `the output of a run with ${faults}`, ended.stdout + ended.stderr)
      expectFolderClean(scene.cwd, secrets)
    }
    expectDone(await runWithSecrets([...upArgs, ...passwordLogin]))
  })

  it('nor in the list of processes while it runs', async () => {
    const seen: string[] = []
    const proxy = await startProxy(scene.sandbox.url, {
      before() {
        for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
          try {
            seen.push(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
          } catch {
            // That process has ended meanwhile.
          }
        }
      },
    })
    expectDone(await runWithSecrets([...upArgs, ...passwordLogin], proxy.url))
    await proxy.close()
    expectNoSecret(Object.values(given), 'the process list', seen.join('\n'))
  })
})
