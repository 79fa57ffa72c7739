import { expect } from 'vitest'
import { type Sandbox, serve } from '../../src/commands/emulator.ts'
import { bareEnv, type Ended, emptyFolder, run, start } from '../support/bin.ts'
import { isRead, type Passing, startProxy } from '../support/proxy.ts'
import { django, inventoryOf, type Subject, sentTwice, upArgsOf } from './subjects.ts'

export { inventoryOf } from './subjects.ts'

export type Verb = 'up' | 'teardown'
export type Moment = 'before' | 'after'

/** Fast enough that a database takes a tenth of a second, slow enough that states are still seen on the way. */
const SPEED = 3000

export const upArgs = upArgsOf(django)
export const teardownArgs = ['teardown', '--yes', '--json', '--stack', 'shop']

/** One stack in an embedded cloud of its own, worked on by the real command through a proxy. */
export interface Scene {
  sandbox: Sandbox
  cwd: string
  /** The inventory before anything was built. */
  before: string[]
  /** Runs the command to its end. */
  run(args: string[]): Promise<Ended>
  /** Runs it until the nth call, and kills it with SIGKILL before the call is passed on or before its answer is. */
  runKilled(args: string[], nth: number, moment: Moment): Promise<Ended>
  close(): Promise<void>
}

export async function newScene(faults = '', seed = 1, { ground }: Subject = django): Promise<Scene> {
  const sandbox = await serve({ speed: SPEED, seed })
  await ground?.(sandbox)
  sandbox.setFaults(faults)
  const cwd = await emptyFolder()
  const env = (url: string) => bareEnv({ STACKWRIGHT_SANDBOX_URL: url })
  return {
    sandbox,
    cwd,
    before: inventoryOf(sandbox),
    run: args => run(args, { cwd, env: env(sandbox.url) }),
    async runKilled(args, nth, moment) {
      let kill: () => void = () => {}
      // The call that the kill hits goes no further: neither to the cloud (before) nor back to the process (after).
      const strike = (call: Passing) => {
        if (call.nth !== nth) return
        kill()
        return new Promise<void>(() => {})
      }
      const proxy = await startProxy(sandbox.url, { [moment]: strike })
      const running = start(args, { cwd, env: env(proxy.url) })
      kill = () => running.child.kill('SIGKILL')
      const ended = await running.ended
      await proxy.close()
      return ended
    },
    close: () => sandbox.close(),
  }
}

/** What a clean run makes calls for, and leaves. */
export interface Clean {
  calls: Passing[]
  inventory: string[]
}

/** A clean run of the verb, for comparison: its calls in order, and the inventory afterwards. */
export async function cleanRun(verb: Verb, subject: Subject = django): Promise<Clean> {
  const scene = await newScene('', 1, subject)
  const upArgs = upArgsOf(subject)
  try {
    if (verb === 'teardown') expectDone(await scene.run(upArgs))
    const proxy = await startProxy(scene.sandbox.url)
    const args = verb === 'up' ? upArgs : teardownArgs
    expectDone(await run(args, { cwd: scene.cwd, env: bareEnv({ STACKWRIGHT_SANDBOX_URL: proxy.url }) }))
    await proxy.close()
    return { calls: proxy.seen, inventory: inventoryOf(scene.sandbox) }
  } finally {
    await scene.close()
  }
}

/**
 * Kills the verb at one call, runs it again to its end, compares; after `up` also tears down. Returns whether the kill
 * hit (a run may make fewer calls than the clean one did).
 */
export async function killAt(
  verb: Verb,
  nth: number,
  moment: Moment,
  clean: Clean,
  subject: Subject = django,
): Promise<boolean> {
  const scene = await newScene('', nth, subject)
  const upArgs = upArgsOf(subject)
  const what = `${verb} killed ${moment} call ${nth}`
  try {
    if (verb === 'teardown') expectDone(await scene.run(upArgs), what)
    const args = verb === 'up' ? upArgs : teardownArgs
    const killed = await scene.runKilled(args, nth, moment)
    expect(killed.signal === 'SIGKILL' || killed.code === 0, `${what}: ${killed.stdout}${killed.stderr}`).toBe(true)
    // The kill may have come when nothing was left to do: then there is no state any more to run teardown on.
    if (verb === 'up' || inventoryOf(scene.sandbox).length > scene.before.length)
      expectDone(await scene.run(args), what)
    expect(inventoryOf(scene.sandbox), what).toEqual(clean.inventory)
    expect(sentTwice(scene.sandbox), what).toEqual([])
    if (verb === 'up') {
      expectDone(await scene.run(teardownArgs), `teardown after ${what}`)
      expect(inventoryOf(scene.sandbox), `teardown after ${what}`).toEqual(scene.before)
    }
    return killed.signal === 'SIGKILL'
  } finally {
    await scene.close()
  }
}

/**
 * Kills the verb before and after the answer of every call that `choose` takes of a clean run's, one stack each; prints
 * what was counted.
 */
export async function killAtCalls(
  verb: Verb,
  choose: (calls: Passing[]) => Passing[],
  subject: Subject = django,
): Promise<void> {
  const clean = await cleanRun(verb, subject)
  const moments: Moment[] = ['before', 'after']
  const points = choose(clean.calls).flatMap(call => moments.map(moment => ({ call, moment })))
  const hits = await inParallel(
    points.map(
      ({ call, moment }) =>
        () =>
          killAt(verb, call.nth, moment, clean, subject),
    ),
  )
  const hit = hits.filter(Boolean).length
  const mutating = clean.calls.filter(call => !isRead(call.action)).length
  console.log(
    `${subject.blueprint} ${verb}: ${clean.calls.length} calls, ${mutating} of them mutating; ${points.length} kills tried, ${hit} hit; 0 doubles, 0 left over`,
  )
  expect(hit).toBeGreaterThan(points.length * 0.8)
}

export function expectDone(ended: Ended, what = 'the run'): void {
  expect(ended.code, `${what}\n${ended.stdout.slice(-3000)}\n${ended.stderr.slice(-3000)}`).toBe(0)
}

/** Runs all tasks, a few at a time: the machines of a test have two cores. Fails at the end, with what each failed with. */
export async function inParallel<T>(tasks: (() => Promise<T>)[], atOnce = 3): Promise<T[]> {
  const results: T[] = []
  const failures: unknown[] = []
  const queue = tasks.map((task, index) => ({ task, index }))
  async function worker(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        results[next.index] = await next.task()
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) {
    const told = failures.slice(0, 20).map(failure => String(failure).slice(0, 1500))
    throw new Error(`${failures.length} of ${tasks.length} failed:\n${told.join('\n\n')}`, { cause: failures[0] })
  }
  return results
}

/** At most `count` of a list, evenly spread over it. */
export function sample<T>(list: T[], count: number): T[] {
  if (list.length <= count) return list
  return Array.from({ length: count }, (_, n) => list[Math.floor(((n + 0.5) * list.length) / count)]!)
}
