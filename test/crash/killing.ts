import { expect } from 'vitest'
import { bareEnv, run } from '../support/bin.ts'
import { isRead, type Passing, startProxy } from '../support/proxy.ts'
import { expectDone, type Moment, newScene } from '../support/scene.ts'
import { inventoryOf, type Subject, sentTwice, teardownArgs, upArgsOf } from '../support/subjects.ts'

export type Verb = 'up' | 'teardown'

/** Where the command is killed: before a call is passed on, or before its answer is. */
export interface Kill {
  call: Passing
  moment: Moment
}

/** What a clean run makes calls for, and leaves. */
export interface Clean {
  calls: Passing[]
  inventory: string[]
}

/** A clean run of the verb, for comparison: its calls in order, and the inventory afterwards. */
export async function cleanRun(verb: Verb, subject: Subject): Promise<Clean> {
  const scene = await newScene(subject)
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
  subject: Subject,
): Promise<boolean> {
  const scene = await newScene(subject, { seed: nth })
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
 * Kills the verb where `choose` says, of before and after every call of a clean run: one stack each. Prints what was
 * counted.
 */
export async function killAtCalls(verb: Verb, subject: Subject, choose: (kills: Kill[]) => Kill[]): Promise<void> {
  const clean = await cleanRun(verb, subject)
  const moments: Moment[] = ['before', 'after']
  const chosen = choose(clean.calls.flatMap(call => moments.map(moment => ({ call, moment }))))
  const hits = await inParallel(
    chosen.map(
      ({ call, moment }) =>
        () =>
          killAt(verb, call.nth, moment, clean, subject),
    ),
  )
  const hit = hits.filter(Boolean).length
  const mutating = clean.calls.filter(call => !isRead(call.action)).length
  console.log(
    `${subject.blueprint} ${verb}: ${clean.calls.length} calls, ${mutating} of them mutating; ${chosen.length} kills tried, ${hit} hit; 0 doubles, 0 left over`,
  )
  expect(hit).toBeGreaterThan(chosen.length * 0.8)
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
