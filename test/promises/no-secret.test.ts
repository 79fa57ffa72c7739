import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRead, type Passing } from '../support/proxy.ts'
import { laidOpen } from '../support/reveal.ts'
import { expectDone, newScene, type Scene } from '../support/scene.ts'
import { subjects, teardownArgs, upArgsOf } from '../support/subjects.ts'

/** The calls that have to hold one: a password is set with them, or they keep it encrypted. */
const SETTING = {
  alicloud: /^(CreateAccount|ResetAccountPassword|RunInstances)$/,
  aws: /^(PutParameter|CreateDBInstance|CreateDBCluster|CreateReplicationGroup)$/,
}

let scene: Scene
afterEach(() => scene.close())

/** All secrets of the stack, as its own store has them: of a private key each line, since each alone gives it away. */
function secrets(): string[] {
  const store = JSON.parse(readFileSync(join(scene.cwd, '.stackwright/shop/secrets.json'), 'utf8')) as {
    secrets: Record<string, { value: string }>
  }
  const lines = Object.values(store.secrets).flatMap(({ value }) => value.split('\n'))
  return lines.filter(line => line.length > 7 && !line.startsWith('-----'))
}

function expectNone(where: string, text: string): void {
  const open = laidOpen(text)
  for (const secret of secrets()) expect(open.includes(secret), `a secret stands in ${where}`).toBe(false)
}

function expectFilesClean(): void {
  for (const path of files(scene.cwd)) {
    if (path.endsWith('secrets.json')) expect(statSync(path).mode & 0o077, `${path} is for its owner only`).toBe(0)
    else expectNone(path, readFileSync(path, 'latin1'))
  }
}

const withSecrets = subjects.filter(({ secrets }) => Object.keys(secrets).length > 0)

describe.each(withSecrets)('a secret of $blueprint stands nowhere but where it must', subject => {
  const given = Object.values(subject.secrets)
  const upArgs = [
    ...upArgsOf(subject),
    ...Object.entries(subject.secretAnswers ?? {}).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
  ]
  const forPeople = (args: string[]) => args.filter(arg => arg !== '--json')
  beforeEach(async () => {
    scene = await newScene(subject)
  })

  it('when secrets are made by the wizard: in no file and no output of any command', async () => {
    const ended = await scene.run(upArgs)
    expectDone(ended)
    expect(secrets().length).toBeGreaterThan(1)
    expectFilesClean()
    expectNone('the output', ended.stdout + ended.stderr)
    for (const args of [['status', '--json'], ['plan', '--json', '--sandbox'], ['status']]) {
      const more = await scene.run([...args, '--stack', 'shop'])
      expectNone(args.join(' '), more.stdout + more.stderr)
    }
    const known = secrets()
    const down = await scene.run(teardownArgs)
    expectDone(down)
    for (const secret of known) expect(laidOpen(down.stdout + down.stderr).includes(secret)).toBe(false)
  })

  it('when they are given: in no file, text, list of processes, or call but those that set them', async () => {
    const calls: Passing[] = []
    const processes = new Set<string>()
    const hooks = {
      before(call: Passing) {
        calls.push(call)
        for (const line of commandLines()) processes.add(line)
      },
    }
    const ended = await scene.runThrough(forPeople(upArgs), () => hooks, subject.secrets)
    expectDone(ended)
    expect(secrets()).toEqual(expect.arrayContaining(given))
    expectFilesClean()
    expectNone('the output', ended.stdout + ended.stderr)
    expectNone('the list of processes', [...processes].join('\n'))
    const setting = calls.filter(({ action }) => SETTING[subject.cloud].test(action))
    expect(laidOpen(setting.map(({ body }) => body.toString()).join('\n'))).toContain(given[0])
    for (const { action, body } of calls.filter(call => !isRead(call.action) && !setting.includes(call)))
      expectNone(`a call of ${action}`, body.toString('latin1'))
  })

  it('in nothing that the cloud keeps of commands, user data and templates of machines', async () => {
    expectDone(await scene.run(upArgs, subject.secrets))
    const kept = scene.sandbox.world.all().filter(({ type }) => type !== 'parameter' && !/^db-/.test(type))
    expect(kept.filter(({ type }) => /command|invocation/.test(type))).not.toEqual([])
    for (const thing of kept) expectNone(`the cloud's own ${thing.type} ${thing.id}`, JSON.stringify(thing))
  })

  it('when the run fails: throttled to death, refused, cut off', async () => {
    for (const faults of ['throttle=1', 'error=1', 'reset=1']) {
      let count = 0
      const hooks = {
        before({ action }: Passing) {
          // While it builds; how much each blueprint looks up before differs.
          if (!isRead(action) && ++count === 5) scene.sandbox.setFaults(`${faults},seed=3`)
        },
      }
      const ended = await scene.runThrough(upArgs, () => hooks, subject.secrets)
      scene.sandbox.setFaults('')
      expect(ended.code, faults).toBe(1)
      expectNone(`the output of a run with ${faults}`, ended.stdout + ended.stderr)
      expectFilesClean()
    }
    expectDone(await scene.run(upArgs, subject.secrets))
  })
})

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? files(path) : [path]
  })
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      } catch {
        // That process has ended meanwhile.
        return []
      }
    })
}
