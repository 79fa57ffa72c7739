import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bareEnv, type Ended, run } from '../support/bin.ts'
import { emptyFolder } from '../support/folder.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { subjectOf, upArgsOf } from '../support/subjects.ts'

const subject = subjectOf('django')
const upArgs = upArgsOf(subject)
let scene: Scene
beforeEach(async () => {
  scene = await newScene(subject)
})
afterEach(() => scene.close())

const creating = () =>
  Object.keys(scene.sandbox.log.counts()).filter(action =>
    /\.(Create|Run|Import|Authorize|Add|Modify|Grant)/.test(action),
  )

/** A run against the embedded cloud as if it were the real one: credentials are looked for as on the real one. */
function runReal(env: Record<string, string>, args: string[] = []): Promise<Ended> {
  const plain = upArgs.filter(arg => arg !== '--sandbox' && arg !== '--json')
  return run([...plain, ...args], {
    cwd: scene.cwd,
    env: bareEnv({ STACKWRIGHT_ALICLOUD_ENDPOINT: scene.sandbox.url, ...env }),
  })
}

const keys = (id: string, token?: string) => ({
  ALIBABA_CLOUD_ACCESS_KEY_ID: id,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: id,
  ...(token && { ALIBABA_CLOUD_SECURITY_TOKEN: token }),
})

describe('found out before anything is created', () => {
  afterEach(() => expect(creating()).toEqual([]))

  it('no credentials: how to set them is said', async () => {
    const ended = await runReal({ ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' })
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('ALIBABA_CLOUD_ACCESS_KEY_ID')
    expect(ended.stderr).not.toMatch(/\bat .*\.(js|ts):\d+/)
  })

  it('a wrong secret, and a token that has expired', async () => {
    const wrong = await runReal({ ...keys('sandbox'), ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'mistyped' })
    expect(wrong.code).toBe(4)
    expect(wrong.stderr).toContain('SignatureDoesNotMatch')
    expect(wrong.stderr).not.toContain('mistyped')
    const expired = await runReal(keys('sandbox-sts', 'expired'))
    expect(expired.code).toBe(4)
    expect(expired.stderr).toMatch(/expired/i)
  })

  it('unknown keys in the answers file, each with the nearest right one, all at once', async () => {
    writeFileSync(join(scene.cwd, 'a.yaml'), 'vpc:\n  cird: 10.0.0.0/8\nmachine:\n  tpye: x\ndatabase.usr: me\n')
    const ended = await scene.run([...upArgs.filter(arg => arg !== '--json'), '--answers', 'a.yaml'])
    expect(ended.code).toBe(2)
    for (const right of ['vpc.cidr', 'machine.type', 'database.user']) expect(ended.stderr).toContain(right)
  })

  it('an answers file that is not there, not YAML, or not a table', async () => {
    writeFileSync(join(scene.cwd, 'broken.yaml'), 'vpc: [unclosed')
    writeFileSync(join(scene.cwd, 'list.json'), '[1, 2]')
    for (const name of ['missing.yaml', 'broken.yaml', 'list.json']) {
      const ended = await scene.run([...upArgs.filter(arg => arg !== '--json'), '--answers', name])
      expect(ended.code, name).toBe(2)
      expect(ended.stderr, name).toContain(name)
    }
  })

  it('without a terminal everything that is missing is named with its flag and its variable', async () => {
    const ended = await scene.run([...upArgs.filter(arg => arg !== '--json'), '--set', 'app.source=git'])
    expect(ended.code).toBe(2)
    for (const key of ['app.repository', 'app.module', 'app.healthPath'])
      expect(ended.stderr).toContain(`--set ${key}=`)
    expect(ended.stderr).toContain('STACKWRIGHT_APP_HEALTH_PATH')
    const unconfirmed = await scene.run(['up', '--sandbox', '--stack', 'shop'])
    expect(unconfirmed.code).toBe(2)
    expect(unconfirmed.stderr).toContain('--yes')
  })

  it('a state that is cut off, and one of a newer version: refused and left as it is', async () => {
    const folder = join(scene.cwd, '.stackwright', 'shop')
    mkdirSync(folder, { recursive: true })
    for (const [text, said] of [
      ['{"version": 1, "serial": 4, "sta', 'incomplete or damaged'],
      ['{"version": 9}', 'newer'],
    ] as const) {
      writeFileSync(join(folder, 'state.json'), text)
      for (const args of [
        upArgs,
        ['teardown', '--sandbox', '--yes', '--stack', 'shop'],
        ['status', '--stack', 'shop'],
      ]) {
        const ended = await scene.run(args)
        expect(ended.code, `${args[0]}: ${ended.stderr}`).toBe(4)
        expect(ended.stdout + ended.stderr).toContain(said)
        expect(readFileSync(join(folder, 'state.json'), 'utf8')).toBe(text)
      }
    }
  })

  it('a disk that is full or read-only', async () => {
    for (const [options, said] of [
      ['size=64k', 'disk is full'],
      ['size=1m,ro', 'read-only'],
    ] as const) {
      const disk = await emptyFolder()
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])
      try {
        const ended = await scene.run([...upArgs.filter(arg => arg !== '--json'), '--state', join(disk, 'states')])
        expect(ended.code, ended.stderr).toBe(4)
        expect(ended.stderr).toContain(said)
      } finally {
        execFileSync('umount', [disk])
      }
    }
  })
})

describe('a stack stays where it is', () => {
  it('a state of another account, region, cloud or of the embedded cloud is refused', async () => {
    expectDone(await scene.run(upArgs))
    const calls = creating().length
    const inReal = await scene.run([...upArgs.filter(arg => arg !== '--sandbox'), '--region', 'cn-hangzhou'])
    expect(inReal.code).toBe(2)
    // The same state, as if it had been made on a real account.
    const file = join(scene.cwd, '.stackwright', 'shop', 'state.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"sandbox": true', '"sandbox": false'))
    const foreign = await runReal(keys('other'))
    expect(foreign.code).toBe(4)
    expect(foreign.stderr).toContain('5000000000000002')
    const elsewhere = await runReal(keys('sandbox'), ['--region', 'cn-hangzhou'])
    expect(elsewhere.code).toBe(2)
    const mixed = await scene.run(upArgs)
    expect(mixed.code).toBe(2)
    expect(creating().length).toBe(calls)
  })

  it('an answer that cannot change on a living thing is refused with what differs, and nothing is touched', async () => {
    expectDone(await scene.run(upArgs))
    const before = JSON.stringify(scene.sandbox.inventory())
    const ended = await scene.run([
      ...upArgs.filter(arg => arg !== '--json'),
      '--set',
      'machine.type=ecs.g7.xlarge',
      '--set',
      'vpc.name=other',
    ])
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('machines/instance')
    expect(ended.stderr).toContain('network/vpc')
    expect(JSON.stringify(scene.sandbox.inventory())).toBe(before)
  })
})
