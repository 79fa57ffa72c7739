import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectDone, newScene, type Scene, teardownArgs } from '../../crash/killing.ts'
import { inventoryOf, type Subject, upArgsOf } from '../../crash/subjects.ts'
import { foreigner } from '../../support/aws.ts'
import { bareEnv, type Ended, eventsOf, run, start } from '../../support/bin.ts'
import { isRead, type Passing, startProxy } from '../../support/proxy.ts'
import { laidOpen } from '../../support/reveal.ts'

/** What differs between the blueprints, for their promises. */
export interface Promised {
  subject: Subject
  /** Answers two of, at first. */
  machines: string
  /** Secrets given by people, by environment variable. */
  given: Record<string, string>
  /** Actions at which Ctrl-C is pressed on the way up. */
  interruptedAt: string[]
}

/** What design §1 promises, for a blueprint of AWS, by the built command. */
export function provePromises({ subject, machines, given, interruptedAt }: Promised): void {
  const upArgs = upArgsOf(subject)
  const named = `${subject.blueprint} on AWS`
  let scene: Scene
  beforeEach(async () => {
    scene = await newScene('', 1, subject)
  })
  afterEach(() => scene.close())

  const things = (type: string) => scene.sandbox.inventory().filter(thing => thing.type === type)
  const ids = () => scene.sandbox.inventory().map(thing => String(thing.id))
  const withUrl = (url: string) => ({ cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url }) })
  const addresses = () => inventoryOf(scene.sandbox).filter(line => line.includes('/'))
  const expectNoDouble = () => expect(new Set(addresses()).size).toBe(addresses().length)
  const tearDown = async () => {
    expectDone(await scene.run(teardownArgs))
    expect(inventoryOf(scene.sandbox)).toEqual(scene.before)
  }

  describe(`${named}, up again`, () => {
    it('with one machine more and back again leaves the others as they are', async () => {
      expectDone(await scene.run(upArgs))
      const two = things('instance').map(machine => machine.id)
      const others = ids().filter(id => !/^(i|vol|eni)-/.test(id))
      expectDone(await scene.run([...upArgs, '--set', `${machines}=3`]))
      const three = things('instance').map(machine => machine.id)
      expect(three).toHaveLength(two.length + 1)
      expect(three).toEqual(expect.arrayContaining(two))
      expectDone(await scene.run([...upArgs, '--set', `${machines}=2`]))
      expect(things('instance')).toHaveLength(two.length)
      expect(ids().filter(id => !/^(i|vol|eni)-/.test(id))).toEqual(others)
      await tearDown()
    })

    it('does nothing but look when nothing has changed', async () => {
      expectDone(await scene.run(upArgs))
      const before = { ...scene.sandbox.log.counts() }
      expectDone(await scene.run(upArgs))
      const more = Object.entries(scene.sandbox.log.counts()).filter(([action, count]) => count !== before[action])
      expect(more.map(([action]) => action).filter(action => !/\.(Describe|List|Get|Head)/.test(action))).toEqual([])
    })
  })

  describe(`${named}, Ctrl-C`, () => {
    async function interrupted(args: string[], when: (action: string) => boolean): Promise<Ended> {
      let interrupt: () => void = () => {}
      const proxy = await startProxy(scene.sandbox.url, {
        before({ action }) {
          if (!when(action)) return
          interrupt()
          interrupt = () => {}
        },
      })
      const running = start(args, withUrl(proxy.url))
      interrupt = () => running.child.kill('SIGINT')
      const ended = await running.ended
      await proxy.close()
      return ended
    }

    it('finishes and saves what is under way, exits 130, and the next up goes on', async () => {
      for (const wanted of interruptedAt) {
        const ended = await interrupted(upArgs, action => action === wanted)
        expect(ended.code, `${wanted}: ${ended.stdout.slice(-2000)}`).toBe(130)
      }
      expectDone(await scene.run(upArgs))
      expectNoDouble()
      const ended = await interrupted(teardownArgs, action => /^(Delete|Terminate)/.test(action))
      expect(ended.code, ended.stdout.slice(-2000)).toBe(130)
      await tearDown()
    })
  })

  describe(`${named}, with the state folder gone`, () => {
    const loseState = () => rmSync(join(scene.cwd, '.stackwright'), { recursive: true })
    const place = ['--stack', 'shop', '--cloud', 'aws', '--region', 'ap-northeast-1']
    const fromTags = ['teardown', '--from-tags', '--sandbox', '--yes', '--json', ...place]

    it('teardown --from-tags empties the cloud and touches nothing foreign', async () => {
      const others = foreigner(scene.sandbox.url)
      const vpc = await others.vpc({ team: 'billing' })
      const group = await others.securityGroup(vpc, 'theirs', {})
      const before = ids()
      expectDone(await scene.run(upArgs))
      const ours = things('vpc').find(thing => thing.id !== vpc)!
      // Somebody copied all tags of our VPC onto a thing of another type, and the stack's name onto a VPC.
      const copied = await others.securityGroup(vpc, 'copied', ours.tags as Record<string, string>)
      const wrong = await others.vpc({ 'stackwright:stack': 'shop' })
      loseState()
      const ended = await scene.run(fromTags)
      expect(ids().sort(), ended.stdout.slice(-3000)).toEqual([...before, copied, wrong].sort())
      expect(ids()).toContain(group)
      expect(ended.stdout + ended.stderr, 'what looks like ours and is not is named').toContain(copied)
      const { blueprint } = subject
      expect(eventsOf(ended)[0], 'the blueprint is told').toMatchObject({ is: 'stack', blueprint })
    })

    it('up refuses to build a second stack of the same name beside the first, and creates nothing', async () => {
      expectDone(await scene.run(upArgs))
      const before = ids().sort()
      loseState()
      const ended = await scene.run(upArgs)
      expect(ended.code, ended.stdout.slice(-2000)).toBe(4)
      expect(ended.stdout + ended.stderr).toContain('--from-tags')
      expect(ids().sort()).toEqual(before)
    })

    it('teardown --from-tags can be killed and run again', async () => {
      expectDone(await scene.run(upArgs))
      loseState()
      for (let nth = 20; nth < 500 && ids().length > scene.before.length; nth += 15) {
        const ended = await scene.runKilled(fromTags, nth, 'after')
        if (ended.signal !== 'SIGKILL') expectDone(ended)
        // The killed one may have been killed before it said anything.
        const [told = {}] = eventsOf(ended)
        expect([undefined, subject.blueprint], 'of a half, the blueprint is told or not, never wrong').toContain(
          told.blueprint,
        )
      }
      expect(inventoryOf(scene.sandbox)).toEqual(scene.before)
    })
  })

  describe(`${named}: a secret stands nowhere but where it must`, () => {
    const folder = () => join(scene.cwd, '.stackwright', 'shop')
    const runWithSecrets = (args: string[], url = scene.sandbox.url) =>
      run(args, { cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: url, ...given }) })

    /** All secrets of the stack, as its own store has them, each line of a long one. */
    function secrets(): string[] {
      const store = JSON.parse(readFileSync(join(folder(), 'secrets.json'), 'utf8')) as {
        secrets: Record<string, { value: string }>
      }
      const values = Object.values(store.secrets).flatMap(({ value }) => value.split('\n'))
      const known = values.filter(line => line.length > 7 && !line.startsWith('-----'))
      expect(known).toEqual(expect.arrayContaining(Object.values(given)))
      return known
    }

    function expectNone(where: string, text: string): void {
      const open = laidOpen(text)
      for (const secret of secrets()) expect(open.includes(secret), `a secret stands in ${where}`).toBe(false)
    }

    function expectFilesClean(): void {
      for (const path of files(scene.cwd)) {
        if (path.endsWith('secrets.json')) expect(statSync(path).mode & 0o077, `${path} is for its owner`).toBe(0)
        else expectNone(path, readFileSync(path, 'latin1'))
      }
    }

    it('in no file, output, list of processes, or call but those that set it', async () => {
      const calls: Passing[] = []
      const processes = new Set<string>()
      const proxy = await startProxy(scene.sandbox.url, {
        before(call) {
          calls.push(call)
          for (const line of commandLines()) processes.add(line)
        },
      })
      const ended = await runWithSecrets(upArgs, proxy.url)
      await proxy.close()
      expectDone(ended)
      expectFilesClean()
      expectNone('the output', ended.stdout + ended.stderr)
      expectNone('the list of processes', [...processes].join('\n'))
      // Parameter Store keeps it encrypted; a database is told its master password.
      const mayHold = /^(PutParameter|CreateDBInstance|CreateDBCluster)$/
      const told = calls.filter(({ action }) => mayHold.test(action))
      expect(laidOpen(told.map(({ body }) => body.toString()).join('\n'))).toContain(Object.values(given)[0])
      for (const { action, body } of calls) {
        if (!isRead(action) && !mayHold.test(action)) expectNone(`a call of ${action}`, body.toString('latin1'))
      }
      for (const args of [['status'], ['status', '--json'], ['plan', '--json', '--sandbox']]) {
        const more = await scene.run([...args, '--stack', 'shop'])
        expectNone(args.join(' '), more.stdout + more.stderr)
      }
      const down = await scene.run(teardownArgs.filter(arg => arg !== '--json'))
      expect(down.code).toBe(0)
    })

    it('in nothing that the cloud keeps of commands, user data and launch templates', async () => {
      expectDone(await runWithSecrets(upArgs))
      const kept = scene.sandbox.world.all().filter(thing => thing.type !== 'parameter' && !/^db-/.test(thing.type))
      expect(kept.filter(thing => thing.type === 'ssm-command')).not.toEqual([])
      for (const thing of kept) expectNone(`the cloud's own ${thing.type} ${thing.id}`, JSON.stringify(thing))
    })

    it('when the run fails: throttled to death, refused, cut off', async () => {
      for (const faults of ['throttle=1', 'error=1', 'reset=1']) {
        let count = 0
        const proxy = await startProxy(scene.sandbox.url, {
          before() {
            if (++count === 45) scene.sandbox.setFaults(`${faults},seed=3`)
          },
        })
        const ended = await runWithSecrets(upArgs, proxy.url)
        await proxy.close()
        scene.sandbox.setFaults('')
        expect(ended.code, faults).toBe(1)
        expectNone(`the output of a run with ${faults}`, ended.stdout + ended.stderr)
        expectFilesClean()
      }
      expectDone(await runWithSecrets(upArgs))
    })
  })
}

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
