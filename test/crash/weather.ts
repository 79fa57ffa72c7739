import { expect } from 'vitest'
import { cleanRun, expectDone, inParallel, newScene, teardownArgs } from './killing.ts'
import { django, inventoryOf, type Subject, sentTwice, upArgsOf } from './subjects.ts'

const FAULTS = 'throttle=0.2,error=0.05,reset=0.05'
/** What is allowed after the first. */
const MORE_UPS = 3

/** A whole life under faults for each of so many seeds; prints how many `up` each took. */
export async function liveInBadWeather(count: number, subject: Subject = django): Promise<void> {
  const clean = await cleanRun('up', subject)
  const seeds = Array.from({ length: count }, (_, n) => n + 1)
  const ups = await inParallel(seeds.map(seed => () => weather(seed, clean.inventory, subject)))
  const spread = [1, 2, 3, 4].map(n => `${ups.filter(count => count === n).length} with ${n}`).join(', ')
  console.log(`${subject.blueprint} chaos: ${count} seeds of ${FAULTS}; complete by up number: ${spread}`)
  expect(Math.max(...ups)).toBeLessThanOrEqual(1 + MORE_UPS)
}

/** One whole life under faults; answers how many `up` it took. */
async function weather(seed: number, wanted: string[], subject: Subject): Promise<number> {
  const scene = await newScene(`${FAULTS},seed=${seed}`, seed, subject)
  const upArgs = upArgsOf(subject)
  try {
    let ups = 1
    let ended = await scene.run(upArgs)
    for (; ended.code === 1 && ups <= MORE_UPS; ups++) ended = await scene.run(upArgs)
    expectDone(ended, `up with seed ${seed}`)
    expect(inventoryOf(scene.sandbox), `seed ${seed}`).toEqual(wanted)
    expect(sentTwice(scene.sandbox), `seed ${seed}`).toEqual([])
    let down = await scene.run(teardownArgs)
    for (let more = 0; down.code !== 0 && more < MORE_UPS; more++) down = await scene.run(teardownArgs)
    expectDone(down, `teardown with seed ${seed}`)
    expect(inventoryOf(scene.sandbox), `teardown with seed ${seed}`).toEqual(scene.before)
    return ups
  } finally {
    await scene.close()
  }
}
